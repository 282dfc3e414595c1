import { basename } from 'node:path';
import type { BsonDocument } from '../formats/extended-json/index.ts';
import { exportCommit, resolveCommit } from '../git/index.ts';
import { Archive, type ArchiveKey, filedUnder, type StoreOptions } from './archive.ts';
import type { FoundRecord, Unit } from './run-context.ts';

export interface FindOptions {
  readonly key?: ArchiveKey | undefined;
}

export interface GetOrCreateOptions extends Omit<StoreOptions, 'existing'> {
  /** Everything unpacks into one folder of this name; recommended. */
  readonly topDirectory?: string | undefined;
}

export interface FromGitOptions extends GetOrCreateOptions {
  readonly url: string;
  /** A branch, a tag or a whole commit. */
  readonly ref: string;
  /** Also what submodules point to. */
  readonly submodules?: boolean | undefined;
  /** Default: name of the repository and first digits of the commit, `.tar.xz`. */
  readonly finalName?: string | undefined;
  /** Called with the files in place, before they are packed. */
  readonly prepare?: ((archive: Archive) => Promise<void> | void) | undefined;
}

/** `hub.Archive` (specification 2.3, 10.3). */
export interface ArchiveClass {
  new (finalName: string): Archive;
  /** The archive of exactly this name and key, or null. With `--force_dynamic` always null. */
  find(finalName: string, options?: FindOptions): Promise<Archive | null>;
  /** An archive that was stored with `nameScoped: false` under exactly this key; it has the name it was made with. */
  findByKey(key: ArchiveKey): Promise<Archive | null>;
  /**
   * Finds the archive, or makes it: `build` writes below `topPath` and is called once for each name and key, however many
   * autogens and processes ask. Those that wait get the same result or the same error.
   */
  getOrCreate(
    finalName: string,
    options: GetOrCreateOptions,
    build: (archive: Archive) => Promise<void> | void,
  ): Promise<Archive>;
  /** The files of a commit, without `.git`. Found again by address and commit, unless a key says otherwise. */
  fromGit(options: FromGitOptions): Promise<Archive>;
}

/** The class `Archive` for the autogens of one unit. */
export function archiveClassOf(unit: Unit): ArchiveClass {
  return class extends Archive {
    constructor(finalName: string) {
      super(unit, finalName);
    }
    static find(finalName: string, options: FindOptions = {}): Promise<Archive | null> {
      return findArchive(unit, finalName, { ...options, nameScoped: true });
    }
    static findByKey(key: ArchiveKey): Promise<Archive | null> {
      return findByKey(unit, key);
    }
    static getOrCreate(
      finalName: string,
      options: GetOrCreateOptions,
      build: (archive: Archive) => Promise<void> | void,
    ): Promise<Archive> {
      return getOrCreate(unit, { finalName, options, build });
    }
    static fromGit(options: FromGitOptions): Promise<Archive> {
      return fromGit(unit, options);
    }
  };
}

async function findArchive(
  unit: Unit,
  finalName: string,
  options: FindOptions & { readonly nameScoped: boolean },
): Promise<Archive | null> {
  const dynamic = unit.run.fastpull.dynamic();
  const filed = filedUnder(finalName, options);
  // the name and the key are checked whatever is found
  new Archive(unit, finalName);
  dynamic.indexOf(filed);
  const record = unit.run.settings.forceDynamic ? undefined : dynamic.find(filed);
  return record ? await Archive.fromRecord(unit, finalName, record) : null;
}

async function findByKey(unit: Unit, key: ArchiveKey): Promise<Archive | null> {
  const dynamic = unit.run.fastpull.dynamic();
  dynamic.indexOf({ key });
  const record = unit.run.settings.forceDynamic ? undefined : dynamic.find({ key });
  const name = record?.metadata['final_name'];
  return record && typeof name === 'string' ? await Archive.fromRecord(unit, name, record) : null;
}

interface Wanted {
  readonly finalName: string;
  readonly options: GetOrCreateOptions;
  readonly build: (archive: Archive) => Promise<void> | void;
}

async function getOrCreate(unit: Unit, wanted: Wanted): Promise<Archive> {
  const { flights, fastpull } = unit.run;
  const dynamic = fastpull.dynamic();
  const filed = filedUnder(wanted.finalName, wanted.options);
  const flightKey = `${dynamic.scope} ${dynamic.indexOf(filed)}`;
  let flight = flights.get(flightKey);
  if (!flight) {
    flight = findOrBuild(unit, wanted);
    flights.set(flightKey, flight);
    // each one who asks handles the failure
    flight.catch(() => undefined);
  }
  return await Archive.fromRecord(unit, wanted.finalName, await flight);
}

async function findOrBuild(unit: Unit, { finalName, options, build }: Wanted): Promise<FoundRecord> {
  const dynamic = unit.run.fastpull.dynamic();
  const filed = filedUnder(finalName, options);
  const find = (): FoundRecord | undefined =>
    unit.run.settings.forceDynamic ? undefined : dynamic.find(filed);
  const known = find();
  if (known) return known;
  return await dynamic.exclusively(filed, async () => {
    // another process may have made it while we waited
    const made = find();
    if (made) return made;
    const archive = new Archive(unit, finalName);
    try {
      await archive.initialize(options.topDirectory);
      await build(archive);
      await archive.store(options);
      const record = dynamic.find(filed);
      if (!record) throw new Error(`archive '${finalName}' is gone right after it was stored`);
      return record;
    } finally {
      await archive.cleanup();
    }
  });
}

async function fromGit(unit: Unit, options: FromGitOptions): Promise<Archive> {
  const { url, ref, submodules = false, prepare, key: ownKey, ...store } = options;
  const { signal } = unit.run;
  const commit = await resolveCommit({ url, ref, signal });
  const repository = basename(url.replace(/\/+$/, '')).replace(/\.git$/, '');
  const stem = `${repository}-${commit.slice(0, 7)}`;
  const finalName = options.finalName ?? `${stem}.tar.xz`;
  const key: BsonDocument = ownKey ?? { git_url: url, ref: commit, submodules };
  const topDirectory = options.topDirectory ?? stem;
  return await getOrCreate(unit, {
    finalName,
    options: { ...store, key, topDirectory },
    build: async (archive) => {
      await exportCommit({ url, commit, ref, submodules, folder: archive.topPath, signal });
      await prepare?.(archive);
    },
  });
}
