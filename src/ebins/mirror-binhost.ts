import { isFault, type Problem, ProblemError } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';
import { instanceKey, type PackagesIndex, printPackagesIndex } from '../formats/gentoo/index.ts';
import {
  bytesIfThere,
  ensureFolder,
  entryFacts,
  isDiskFull,
  namesIn,
  removeEntry,
  renameEntry,
  replaceFile,
  setModifiedTime,
  systemClock,
  systemRandom,
} from '../host/index.ts';
import { atOnce } from '../primitives/index.ts';
import { fetchPackage, isSurelyListed, type OfferedPackage, readBinhost } from './binhost.ts';
import { listedFile } from './package-folder.ts';

/** What is wanted of a server of binary packages, and where its packages are kept. */
export interface MirrorRequest {
  /** `http` or `https`; what lies there has an index `Packages.gz` or `Packages`. */
  readonly address: string;
  /** Folder of its own, made when missing: a PKGDIR with an index on return. */
  readonly folder: string;
  /** Whether a package is wanted, by `category/name-version`; default: all are. Others stay as they are. */
  readonly isWanted?: ((cpv: string) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each package that was downloaded. */
  readonly onFetched?: ((path: string, sizeBytes: number) => void) | undefined;
}

/** What is there now. */
export interface MirroredBinhost {
  readonly folder: string;
  /** Packages that were downloaded. */
  readonly fetched: number;
  readonly fetchedBytes: number;
  /** Packages that lay there already, and were neither downloaded nor read. */
  readonly kept: number;
  /** Packages that the server does not list any more. */
  readonly removed: number;
  /** Sonames of all packages that the server lists, wanted or not, as PROVIDES spells them. */
  readonly provided: readonly string[];
  /** Why packages could not be had, by `category/name-version`; the index of the folder does not list them. */
  readonly lacking: ReadonlyMap<string, readonly Problem[]>;
}

/** A package as it lies here: what the server said of it then, and how the file was left. */
interface KeptFile {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Downloads at the same time; the fetcher allows each server fewer. */
const mostAtOnce = 4;

const noteName = '.binhost.json';
const incomingName = '.incoming';
const leftoverMs = 24 * 60 * 60 * 1000;

/** Whether everything is at stake, and not only one package: on a full disk the next one fares no better. */
const isOfTheMachine = (error: unknown): boolean =>
  isDiskFull(error) || isFault(error, 'SYS001', 'SYS002', 'SYS003', 'FET015');

class BinhostMirror {
  readonly #fetcher: Fetcher;
  readonly #request: MirrorRequest;
  readonly #notes: Map<string, KeptFile>;
  readonly #incoming: string;
  readonly #lacking = new Map<string, Problem[]>();
  readonly #done = { fetched: 0, fetchedBytes: 0, kept: 0, removed: 0 };

  constructor(fetcher: Fetcher, request: MirrorRequest) {
    this.#fetcher = fetcher;
    this.#request = request;
    this.#incoming = `${request.folder}/${incomingName}`;
    ensureFolder(this.#incoming);
    for (const name of namesIn(this.#incoming)) {
      const facts = entryFacts(`${this.#incoming}/${name}`);
      const isOld = facts && systemClock.nowMs() - facts.modifiedMs > leftoverMs;
      if (isOld) removeEntry(`${this.#incoming}/${name}`);
    }
    this.#notes = readNotes(`${request.folder}/${noteName}`);
  }

  async run(): Promise<MirroredBinhost> {
    const { folder, signal, address } = this.#request;
    const { index, packages } = await readBinhost(this.#fetcher, address, signal);
    const keys = new Map(packages.map((offered) => [offered.path, keyOf(index, offered)]));
    this.#removeOthers(keys);
    try {
      await atOnce(packages, { most: mostAtOnce, signal }, (offered) =>
        this.#one(offered, keys.get(offered.path) ?? ''),
      );
    } finally {
      // what came before an interruption does not come again
      this.#writeNotes();
    }
    signal?.throwIfAborted();
    const there = packages.filter(({ path }) => this.#isKept(path, keys.get(path)));
    const listed = { header: index.header, packages: there.map(({ stanza }) => stanza) };
    const text = printPackagesIndex(listed, Number(index.header.get('TIMESTAMP') ?? 0) || 0);
    const path = `${folder}/Packages`;
    if (Buffer.from(bytesIfThere(path) ?? []).toString('utf8') !== text) replaceFile(path, text);
    const provided = packages.map(({ stanza }) => stanza.get('PROVIDES') ?? '');
    return { folder, ...this.#done, provided, lacking: this.#lacking };
  }

  async #one(offered: OfferedPackage, key: string): Promise<void> {
    const { isWanted, onFetched, signal } = this.#request;
    const cpv = offered.stanza.get('CPV') ?? '';
    if (isWanted && !isWanted(cpv)) return;
    try {
      if (this.#isKept(offered.path, key) || (await this.#isAdopted(offered, key))) {
        this.#done.kept += 1;
        return;
      }
      const sizeBytes = await this.#fetch(offered, key, signal);
      this.#done.fetched += 1;
      this.#done.fetchedBytes += sizeBytes;
      onFetched?.(offered.path, sizeBytes);
    } catch (error) {
      if (!(error instanceof ProblemError) || isOfTheMachine(error) || signal?.aborted) throw error;
      this.#lacking.set(cpv, [...(this.#lacking.get(cpv) ?? []), error.problem]);
    }
  }

  async #fetch(offered: OfferedPackage, key: string, signal: AbortSignal | undefined): Promise<number> {
    const path = `${this.#request.folder}/${offered.path}`;
    const part = `${this.#incoming}/${systemRandom.hex(12)}`;
    try {
      await fetchPackage(this.#fetcher, offered, { path: part, signal });
      const seconds = Number(offered.stanza.get('MTIME'));
      // the time of the file is what the index says, as Portage would have it
      if (Number.isSafeInteger(seconds) && seconds > 0) setModifiedTime(part, seconds * 1000);
      ensureFolder(path.slice(0, path.lastIndexOf('/')));
      renameEntry(part, path);
    } finally {
      removeEntry(part);
    }
    return this.#note(offered.path, key);
  }

  /** Remembers a file that is in order, and returns its bytes. */
  #note(path: string, key: string): number {
    const facts = entryFacts(`${this.#request.folder}/${path}`);
    const { sizeBytes = 0, modifiedMs = 0 } = facts ?? {};
    this.#notes.set(path, { key, sizeBytes, modifiedMs });
    return sizeBytes;
  }

  /** A file that nothing is remembered of, because a run was killed or somebody put it there, may be the right one. */
  async #isAdopted({ path, stanza }: OfferedPackage, key: string): Promise<boolean> {
    const file = `${this.#request.folder}/${path}`;
    if (entryFacts(file)?.kind !== 'file' || !(await isSurelyListed(file, stanza))) return false;
    this.#note(path, key);
    return true;
  }

  #isKept(path: string, key: string | undefined): boolean {
    const note = this.#notes.get(path);
    const facts = note?.key === key ? entryFacts(`${this.#request.folder}/${path}`) : undefined;
    return (
      facts?.kind === 'file' && facts.sizeBytes === note?.sizeBytes && facts.modifiedMs === note.modifiedMs
    );
  }

  #removeOthers(listed: ReadonlyMap<string, string>): void {
    for (const path of this.#notes.keys()) {
      if (listed.has(path)) continue;
      removeEntry(`${this.#request.folder}/${path}`);
      this.#notes.delete(path);
      this.#done.removed += 1;
    }
  }

  #writeNotes(): void {
    const text = JSON.stringify(Object.fromEntries([...this.#notes].sort()));
    const path = `${this.#request.folder}/${noteName}`;
    if (Buffer.from(bytesIfThere(path) ?? []).toString('utf8') !== text) replaceFile(path, text);
  }
}

/** What tells a file of the server from another one at the same place. */
function keyOf(index: PackagesIndex, { stanza }: OfferedPackage): string {
  const { md5 = '', sha1 = '' } = listedFile(stanza);
  return `${instanceKey(index, stanza)}\n${md5}\n${sha1}`;
}

function readNotes(path: string): Map<string, KeptFile> {
  const bytes = bytesIfThere(path);
  try {
    return new Map(
      Object.entries(JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as Record<string, KeptFile>),
    );
  } catch {
    // without them everything is downloaded again
    return new Map();
  }
}

/**
 * Makes a folder hold what a server of binary packages offers (specification 2.1, 2.4): packages that are new or have changed are
 * downloaded and compared with the index, those that lie there unchanged cost nothing, and those that it lists no more go. An
 * index that has not changed is not sent again when the fetcher keeps answers. What cannot be had is in `lacking`, and stops
 * nothing else.
 * @throws what the fetcher throws for the index; EBN001 when it is damaged or of an unknown version; FET015, SYS003, SYS004
 */
export async function mirrorBinhost(fetcher: Fetcher, request: MirrorRequest): Promise<MirroredBinhost> {
  return await new BinhostMirror(fetcher, request).run();
}
