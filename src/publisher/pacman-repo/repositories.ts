import { fault } from '../../diagnostics/index.ts';
import { parseDesc } from '../../formats/pacman/index.ts';
import { type Clock, ensureFolder, entryFacts, namesIn, systemClock } from '../../host/index.ts';
import { type Digest, parseDigest } from '../../primitives/index.ts';
import type { Signer } from '../../signer/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import type { Generation, PublishReport, VerifyMode, VerifyReport } from '../index.ts';
import type { PackageToPublish } from './admission.ts';
import { loadBase, readAllEntries } from './content.ts';
import { flip } from './flip.ts';
import { archiveOrphans, pruneArchiveFolder, writeLists, writePublicKey } from './housekeeping.ts';
import { generationFolder, type Places, placesOf, publishedOnDisk, visibleGeneration } from './places.ts';
import { type PublishInput, publishGeneration } from './publish.ts';
import {
  preparePublisherTables,
  type RecordDatabase,
  RepositoryRecord,
  recordedRepositories,
} from './record.ts';
import { recoverRepository } from './recovery.ts';
import { inspectFolder } from './verify.ts';

export interface PacmanRepositoriesOptions {
  /** `<farm>/public`; made when missing. Best on the file system of the store, so that packages are linked. */
  readonly publicRoot: string;
  readonly database: RecordDatabase;
  readonly store: ObjectStore;
  readonly signer: Signer;
  readonly clock?: Clock | undefined;
  /** Generations that are kept of each repository and architecture, default 5, at least 2. */
  readonly keep?: number | undefined;
  /** How long superseded packages stay in the archive, in milliseconds, default 7 days. */
  readonly archiveMs?: number | undefined;
}

/** A repository of the farm as readers see it now. */
export interface RepositorySummary {
  readonly name: string;
  readonly arch: string;
  /** The link that readers go through. */
  readonly path: string;
  readonly generation: number;
  readonly packages: number;
}

/** One package of a generation. */
export interface RepositoryEntry {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly arch: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Text of its `desc`. */
  readonly desc: string;
}

/** One package of a generation as the record has it. */
export interface RepositoryMember {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  /** Undefined for a file that was there before the farm kept a record. */
  readonly object: Digest | undefined;
}

/** A visible package and when readers first saw its file, in milliseconds since the epoch (when that is recorded). */
export interface DeployedEntry extends RepositoryEntry {
  readonly firstSeenMs: number | undefined;
}

export interface PublishRequest {
  readonly repo: string;
  readonly arch: string;
  readonly add: readonly PackageToPublish[];
  /** Package names to take out; names that are not there are ignored. */
  readonly remove?: readonly string[];
  readonly reason: string;
}

const week = 7 * 24 * 60 * 60 * 1000;

/** The pacman repositories of one farm. One process may change them at a time; any number may read and verify. */
export class PacmanRepositories {
  readonly #options: PacmanRepositoriesOptions;
  readonly #clock: Clock;
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #recovered = new Set<string>();
  #publicKey: Promise<Uint8Array> | undefined;

  private constructor(options: PacmanRepositoriesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Opens the repositories; changes nothing but its own tables. */
  static open(options: PacmanRepositoriesOptions): PacmanRepositories {
    ensureFolder(options.publicRoot);
    preparePublisherTables(options.database);
    return new PacmanRepositories(options);
  }

  #at(repo: string, arch: string): { places: Places; record: RepositoryRecord } {
    const places = placesOf(this.#options.publicRoot, repo, arch);
    return { places, record: new RepositoryRecord(this.#options.database, repo, arch) };
  }

  /** Changes of one repository and architecture happen one after the other. */
  #inTurn<Result>(repo: string, arch: string, run: () => Promise<Result>): Promise<Result> {
    const key = `${repo}/${arch}`;
    const next = (this.#turns.get(key) ?? Promise.resolve()).then(run);
    this.#turns.set(
      key,
      next.catch(() => {}),
    );
    return next;
  }

  /**
   * Puts everything in order after a crash: what the links show is the truth, half-made generations are thrown
   * away, lists are written again. Returns what was done, one line each. Idempotent; each repository is also put in
   * order before its first change.
   */
  async recover(): Promise<readonly string[]> {
    const notes: string[] = [];
    const known = [
      ...recordedRepositories(this.#options.database),
      ...publishedOnDisk(this.#options.publicRoot),
    ];
    const unique = new Map(known.map((item) => [`${item.repo}/${item.arch}`, item]));
    for (const { repo, arch } of unique.values()) {
      const { places, record } = this.#at(repo, arch);
      notes.push(...(await this.#inTurn(repo, arch, () => this.#recoverOne(places, record))));
    }
    return notes;
  }

  async #recoverOne(places: Places, record: RepositoryRecord): Promise<readonly string[]> {
    const notes = await recoverRepository(places, record, this.#clock.nowMs());
    if (visibleGeneration(places) !== undefined) this.#writeLists(places, false);
    this.#sweepOrphans(places);
    this.#recovered.add(places.link);
    return notes;
  }

  async #ready(places: Places, record: RepositoryRecord): Promise<void> {
    if (!this.#recovered.has(places.link)) await this.#recoverOne(places, record);
  }

  /**
   * Publishes packages and takes others out, all or nothing, as one new generation.
   * Repeating it is harmless (`nothing-new`). Builds on what is visible, also after a rollback.
   * Throws PUB001 (file name with other bytes), PUB002, PUB003, PUB006, PUB008, STO001, STO002, PUB021.
   */
  publish(request: PublishRequest): Promise<PublishReport> {
    const { places, record } = this.#at(request.repo, request.arch);
    const { add, remove = [], reason } = request;
    return this.#inTurn(request.repo, request.arch, async () => {
      await this.#ready(places, record);
      return await this.#publishNow(places, record, { add, remove, reason });
    });
  }

  /** Takes packages out by name; their files go to the archive. Throws PUB004 when there is no such repository. */
  async remove(
    request: Omit<PublishRequest, 'add' | 'remove'> & { names: readonly string[] },
  ): Promise<PublishReport> {
    const { repo, arch, names, reason } = request;
    this.#folderOf(this.#at(repo, arch).places, undefined);
    return this.publish({ repo, arch, add: [], remove: names, reason });
  }

  /**
   * Takes out the packages that `choose` names when it sees what is visible: nothing is published between its look
   * and the change. What it throws, `removeChosen` throws, and nothing is changed. Throws PUB004, PUB006.
   */
  async removeChosen(request: {
    readonly repo: string;
    readonly arch: string;
    readonly reason: string;
    readonly choose: (entries: readonly DeployedEntry[]) => readonly string[];
  }): Promise<PublishReport> {
    const { repo, arch, reason, choose } = request;
    const { places, record } = this.#at(repo, arch);
    return await this.#inTurn(repo, arch, async () => {
      await this.#ready(places, record);
      const seen = record.firstSeen();
      const entries = this.show(repo, arch);
      const remove = choose(entries.map((entry) => ({ ...entry, firstSeenMs: seen.get(entry.fileName) })));
      return await this.#publishNow(places, record, { add: [], remove, reason });
    });
  }

  async #publishNow(places: Places, record: RepositoryRecord, input: PublishInput): Promise<PublishReport> {
    const { store, signer, keep = 5 } = this.#options;
    const nowMs = this.#clock.nowMs();
    const services = { places, record, store, signer, nowMs, keep: Math.max(2, keep) };
    const report = await publishGeneration(services, input);
    if (report.kind === 'published') await this.#afterFlip(places);
    return report;
  }

  async #afterFlip(places: Places): Promise<void> {
    this.#publicKey ??= this.#options.signer.publicKey().catch((error: unknown) => {
      this.#publicKey = undefined;
      throw error;
    });
    writePublicKey(places, await this.#publicKey);
    this.#writeLists(places, true);
    this.#sweepOrphans(places);
    this.pruneArchive(places.repo);
  }

  /** Orphans beside the generations and in the visible one. */
  #sweepOrphans(places: Places): void {
    const number = visibleGeneration(places);
    if (number === undefined) return;
    const { record } = this.#at(places.repo, places.arch);
    const { members } = loadBase(places, record, number);
    for (const folder of [places.repoFolder, generationFolder(places, number)]) {
      archiveOrphans(places, folder, members, this.#clock.nowMs());
    }
  }

  #writeLists(places: Places, isNews: boolean): void {
    const { publicRoot } = this.#options;
    const arches = publishedOnDisk(publicRoot).filter(({ repo }) => repo === places.repo);
    const members = arches.flatMap(({ arch }) => {
      const at = this.#at(places.repo, arch);
      return loadBase(at.places, at.record, visibleGeneration(at.places)).members;
    });
    writeLists(places, members, this.#clock.nowMs(), isNews);
  }

  /**
   * Makes a kept generation visible again after a quick look at it; the next publication builds on it.
   * Throws PUB004 when it is not kept, PUB007 when it is not whole.
   */
  rollback(request: {
    repo: string;
    arch: string;
    generation: number;
    reason: string;
  }): Promise<PublishReport> {
    const { repo, arch, generation, reason } = request;
    const { places, record } = this.#at(repo, arch);
    return this.#inTurn(repo, arch, async () => {
      await this.#ready(places, record);
      const row = record.generation(generation);
      const folder = generationFolder(places, generation);
      if (row?.state !== 'complete' || !entryFacts(folder)) {
        throw fault('PUB004', { what: `generation ${generation} of '${repo}/${arch}' is not kept` });
      }
      const visible = visibleGeneration(places);
      if (visible === generation) {
        return { kind: 'nothing-new', generation, added: [], archived: [], problems: [] };
      }
      const { problems } = await inspectFolder(places, folder, 'quick', this.#options.signer);
      const [first] = problems;
      if (first) throw fault('PUB007', { what: `generation ${generation} is not whole: ${first.what}` });
      const before = loadBase(places, record, visible);
      const after = loadBase(places, record, generation);
      const kept = new Set(after.members.map(({ fileName }) => fileName));
      const had = new Set(before.members.map(({ fileName }) => fileName));
      const gone = before.members.filter(({ fileName }) => !kept.has(fileName));
      const nowMs = this.#clock.nowMs();
      flip({ places, record, before, number: generation, gone, nowMs, kind: 'rollback', reason });
      await this.#afterFlip(places);
      return {
        kind: 'published',
        generation,
        added: [...kept].filter((name) => !had.has(name)).sort(),
        archived: gone.map(({ fileName }) => fileName).sort(),
        problems: [],
      };
    });
  }

  /** Repositories that are visible, by name and architecture. */
  list(): readonly RepositorySummary[] {
    return publishedOnDisk(this.#options.publicRoot).flatMap(({ repo, arch }) => {
      const { places, record } = this.#at(repo, arch);
      const generation = visibleGeneration(places);
      if (generation === undefined) return [];
      const packages =
        record.generation(generation)?.packages ?? loadBase(places, record, generation).members.length;
      return [{ name: repo, arch, path: places.link, generation, packages }];
    });
  }

  /** Kept generations, oldest first. Throws PUB004 when there is no such repository. */
  generations(repo: string, arch: string): readonly Generation[] {
    const { places, record } = this.#at(repo, arch);
    const visible = visibleGeneration(places);
    const rows = record.generations().filter((row) => row.state === 'complete');
    if (rows.length === 0) throw fault('PUB004', { what: `there is no repository '${repo}' for '${arch}'` });
    return rows.map(({ number, parent, createdMs, reason, packages }) => ({
      repo,
      arch,
      number,
      parent,
      createdMs,
      reason,
      packages,
      visible: number === visible,
      path: generationFolder(places, number),
    }));
  }

  #folderOf(places: Places, generation: number | undefined): { folder: string; number: number } {
    const number = generation ?? visibleGeneration(places);
    const folder = number === undefined ? undefined : generationFolder(places, number);
    if (number !== undefined && folder !== undefined && entryFacts(folder)) return { folder, number };
    const what =
      generation === undefined
        ? `there is no repository '${places.repo}' for '${places.arch}'`
        : `generation ${generation} of '${places.repo}/${places.arch}' is not kept`;
    throw fault('PUB004', { what });
  }

  /**
   * Versions of the packages that are visible, by name; empty when nothing is published. Comes from the record where
   * it has them, which takes a tenth of the time of reading the databases. Throws PUB006.
   */
  versions(repo: string, arch: string): ReadonlyMap<string, string> {
    const { places, record } = this.#at(repo, arch);
    const { members } = loadBase(places, record, visibleGeneration(places));
    return new Map(members.map(({ name, version }) => [name, version]));
  }

  /** Number of the generation that readers see; undefined when nothing is published. */
  visible(repo: string, arch: string): number | undefined {
    return visibleGeneration(this.#at(repo, arch).places);
  }

  /**
   * Packages of a generation (the visible one by default) with their objects, in the order of names; empty when
   * nothing is published. Comes from the record where it has them, as `versions` does. Throws PUB004, PUB006.
   */
  members(repo: string, arch: string, generation?: number): readonly RepositoryMember[] {
    const { places, record } = this.#at(repo, arch);
    const number = generation ?? visibleGeneration(places);
    if (generation !== undefined) this.#folderOf(places, generation);
    const { members } = loadBase(places, record, number);
    const objects = record.objects(members.map(({ fileName }) => fileName));
    return members.map((member) => ({
      ...member,
      object: parseDigest(objects.get(member.fileName) ?? ''),
    }));
  }

  /** Packages of a generation (the visible one by default), in the order of names. Throws PUB004, PUB006. */
  show(repo: string, arch: string, generation?: number): readonly RepositoryEntry[] {
    const { places } = this.#at(repo, arch);
    const { folder } = this.#folderOf(places, generation);
    return readAllEntries(places, folder).map(({ name, version, desc }) => {
      const fields = parseDesc(desc);
      const field = (key: string): string => fields.get(key)?.[0] ?? '';
      return {
        name,
        version,
        fileName: field('FILENAME'),
        arch: field('ARCH'),
        sizeBytes: Number(field('CSIZE')),
        sha256: field('SHA256SUM'),
        desc,
      };
    });
  }

  /**
   * Verifies a generation (the visible one by default). The link is resolved once, so a publication meanwhile does
   * not matter; should the generation be retired while it is read, the one that is visible then is verified.
   * Throws PUB004 when there is none.
   */
  async verify(
    repo: string,
    arch: string,
    options: { mode?: VerifyMode; generation?: number } = {},
  ): Promise<VerifyReport> {
    const { places } = this.#at(repo, arch);
    for (let attempt = 1; ; attempt += 1) {
      const { folder, number } = this.#folderOf(places, options.generation);
      const before = entryFacts(folder);
      const isStill = (): boolean => entryFacts(folder)?.inode === before?.inode;
      try {
        const look = await inspectFolder(places, folder, options.mode ?? 'quick', this.#options.signer);
        if (isStill() || attempt >= 10) return { repo, arch, generation: number, ...look };
      } catch (error) {
        if (isStill() || attempt >= 10) throw error;
      }
    }
  }

  /** Removes what has been in the archive of a repository for longer than the limit; returns the file names. */
  pruneArchive(repo: string, nowMs: number = this.#clock.nowMs()): readonly string[] {
    const { archive } = placesOf(this.#options.publicRoot, repo, 'any');
    return pruneArchiveFolder(archive, nowMs, this.#options.archiveMs ?? week);
  }

  /** Objects of the store that kept generations consist of; a collection must not remove them. */
  referencedObjects(): ReadonlySet<Digest> {
    const found = new Set<Digest>();
    for (const { repo, arch } of publishedOnDisk(this.#options.publicRoot)) {
      for (const { number, path } of this.#kept(repo, arch)) {
        if (!entryFacts(path)) continue;
        for (const { sha256 } of this.show(repo, arch, number)) {
          const digest = parseDigest(sha256);
          if (digest) found.add(digest);
        }
      }
    }
    return found;
  }

  #kept(repo: string, arch: string): readonly Generation[] {
    const { record } = this.#at(repo, arch);
    return record.generations().some((row) => row.state === 'complete') ? this.generations(repo, arch) : [];
  }

  /** Names in the archive of a repository, sorted. */
  archived(repo: string): readonly string[] {
    return [...namesIn(placesOf(this.#options.publicRoot, repo, 'any').archive)].sort();
  }
}
