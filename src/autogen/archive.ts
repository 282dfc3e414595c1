import { isAbsolute, join, normalize } from 'node:path';
import { fault, problem } from '../diagnostics/index.ts';
import { archiveCompression, type DynamicKey } from '../fastpull/index.ts';
import type { BsonDocument } from '../formats/extended-json/index.ts';
import { ensureFolder, removeTree, runProcess } from '../host/index.ts';
import { DistFile } from './dist-file.ts';
import type { FoundRecord, Unit } from './run-context.ts';

/** A mapping of BSON values that tells archives of one name apart (specification 2.4). */
export type ArchiveKey = BsonDocument;

/** What an archive is filed under when it is stored. */
export interface StoreOptions {
  readonly key?: ArchiveKey | undefined;
  /** Anything worth keeping beside it; never a part of the key. */
  readonly metadata?: BsonDocument | undefined;
  /** A finished archive to take as it is, in place of the folder. */
  readonly existing?: string | undefined;
  /** `false`: the name is no part of what it is filed under, and `findByKey` finds it. */
  readonly nameScoped?: boolean | undefined;
  /** Otherwise a folder with nothing in it is an error. */
  readonly allowEmpty?: boolean | undefined;
}

/** Of records that this version writes. */
const toolVersion = 'packmill';

/** A tarball that an autogen makes itself (specification 2.3): empty, then staging, then stored; or found. */
export class Archive extends DistFile {
  readonly #format: string;
  #state: 'empty' | 'staging' | 'stored' = 'empty';
  #topDirectory = '';
  #metadata: BsonDocument = {};

  /** Does nothing on disk. Throws PMS004 for a name that is none, or of a format that is not made here. */
  constructor(unit: Unit, finalName: string) {
    super(unit, finalName);
    archiveCompression(finalName);
    this.#format = /tar\.[a-z]+$/.exec(finalName)?.[0] ?? '';
  }

  /** Makes a fresh folder to write into; with `topDirectory`, everything unpacks into one folder of that name. */
  async initialize(topDirectory = ''): Promise<void> {
    if (this.#state === 'stored') throw this.#misuse('is stored already');
    const top = normalize(topDirectory === '' ? '.' : topDirectory);
    if (isAbsolute(top) || top === '..' || top.startsWith('../')) {
      throw fault('AGN035', {
        what: `'${topDirectory}' is no folder inside the archive '${this.finalName}'`,
      });
    }
    this.#topDirectory = top === '.' ? '' : top.replace(/\/$/, '');
    await removeTree(this.#stage);
    this.#state = 'staging';
    ensureFolder(this.topPath);
  }

  /** Where to write, by any means; of a found archive where `extract` puts the same. */
  get topPath(): string {
    if (this.#state === 'empty') throw this.#misuse('is not initialized yet');
    return join(this.#state === 'stored' ? this.extractPath : this.#stage, this.#topDirectory);
  }

  get topDirectory(): string {
    return this.#topDirectory;
  }

  /** A folder for anything that does not go into the archive; made by `createWorkPath`. */
  get workPath(): string {
    return join(this.home, 'work');
  }

  /** Makes `workPath` and returns it. */
  createWorkPath(): string {
    ensureFolder(this.workPath);
    return this.workPath;
  }

  /** What was kept beside the archive: `created_on`, `final_name` and what its maker gave. */
  get metadata(): BsonDocument {
    return this.#metadata;
  }

  /** Throws AGN014 before it is stored, and a FPL problem when nobody said where archives are published. */
  override get url(): string {
    return this.unit.run.fastpull.addressOf(this.blob.sha512);
  }

  override ensureCompleted(): Promise<boolean> {
    return Promise.resolve(this.blob !== undefined);
  }

  /**
   * Packs the folder, stores the archive and files it under name and key; what was filed there is replaced. Nothing of the
   * arguments is changed. Throws AGN014 out of order, FPL011 for an empty folder, EJS001 for a key that is none.
   */
  async store(options: StoreOptions = {}): Promise<void> {
    const { run } = this.unit;
    const { existing, key, metadata = {}, nameScoped = true } = options;
    if (this.#state === 'stored') throw this.#misuse('is stored already');
    if (existing === undefined && this.#state === 'empty') throw this.#misuse('is not initialized yet');
    const dynamic = run.fastpull.dynamic();
    const filed = filedUnder(this.finalName, { key, nameScoped });
    // a wrong key is said before anything is packed
    dynamic.indexOf(filed);
    const blob = existing === undefined ? await this.#pack(options.allowEmpty) : await this.#take(existing);
    const record = await dynamic.put(filed, blob, {
      ...metadata,
      final_name: this.finalName,
      top_directory: this.#topDirectory,
      autogen_id: this.unit.autogenId,
      format: this.#format,
      tool_version: toolVersion,
    });
    this.#adopt(record);
    await removeTree(this.#stage);
    await run.distdir.offer(this.blob, this.finalName, this.unit.autogenId);
  }

  /** Makes an archive of a record that was found, and brings its copy in the folder of distfiles up to date. */
  static async fromRecord(unit: Unit, finalName: string, record: FoundRecord): Promise<Archive> {
    const archive = new Archive(unit, finalName);
    archive.#adopt(record);
    await unit.run.distdir.offer(archive.blob, finalName, unit.autogenId);
    return archive;
  }

  protected override get notReady(): string {
    return this.#state === 'empty' ? 'is neither stored nor found' : 'is not stored yet';
  }

  get #stage(): string {
    return join(this.home, 'stage');
  }

  #adopt(record: FoundRecord): void {
    const top = record.metadata['top_directory'];
    this.#metadata = record.metadata;
    this.#topDirectory = typeof top === 'string' ? top : '';
    this.#state = 'stored';
    this.settle(record.blob);
  }

  async #pack(allowEmpty = false) {
    const { run } = this.unit;
    const packed = await run.cpu.run(() =>
      run.fastpull.pack(this.#stage, this.finalName, {
        allowEmpty,
        mtime: run.settings.archiveTime,
        signal: run.signal,
      }),
    );
    for (const folder of packed.versionControlFolders) {
      this.unit.problems.push(problem('AGN030', { what: `'${this.finalName}' holds '${folder}'` }));
    }
    return packed.blob;
  }

  async #take(path: string) {
    const { run } = this.unit;
    const listed = await runProcess('bsdtar', ['-tf', path], { signal: run.signal });
    if (listed.code !== 0) {
      const why = listed.stderr.trim() || undefined;
      throw fault('AGN035', { what: `'${path}' is no archive that can be read`, why });
    }
    return await run.fastpull.blos.insertFile(path);
  }

  #misuse(how: string) {
    return fault('AGN014', { what: `archive '${this.finalName}' ${how}` });
  }
}

/** What the dynamic store is asked for. */
export function filedUnder(
  finalName: string,
  {
    key,
    nameScoped = true,
  }: { readonly key?: ArchiveKey | undefined; readonly nameScoped?: boolean | undefined },
): DynamicKey {
  return nameScoped ? { key, finalName } : { key };
}
