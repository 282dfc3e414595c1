import { type Code, fault, isFault, type Problem, problem } from '../../diagnostics/index.ts';
import { readTar, type TarStreamEntry } from '../archives/index.ts';
import { ElfCollector, type ElfReading } from '../elf/index.ts';
import { sortPaths } from './database-entry.ts';
import { nodeVersionHeader } from './language-runtimes.ts';
import { AbiCollector, type PackageAbi } from './package-abi.ts';
import { type Buildinfo, type Pkginfo, parseBuildinfo, parsePkginfo } from './package-info.ts';

/** What is in a package, found in one pass over its tar. */
export interface PackageContents {
  readonly pkginfo: Pkginfo;
  /** `.PKGINFO` as it stands in the package. */
  readonly pkginfoText: string;
  /** Metadata files that are there more than once: readers disagree on which one counts. */
  readonly repeated: readonly string[];
  readonly buildinfo?: Buildinfo;
  /** `.MTREE` as it stands in the package: gzipped. */
  readonly mtree?: Uint8Array;
  /** Text of `.INSTALL`. */
  readonly install?: string;
  /** Paths as repo-add lists them: without the metadata, folders with a final slash, sorted by bytes, each once. */
  readonly files: readonly string[];
  /** Sonames (`libfoo.so.1`) of ELF files that stand directly in a library folder; sorted. */
  readonly providedSonames: readonly string[];
  /** Sonames that ELF files of the package need and no file of the package has; sorted. */
  readonly neededSonames: readonly string[];
  /** Its binary interface, when that was asked for. */
  readonly abi?: PackageAbi;
}

export interface ReadPackageOptions {
  /** Also read symbols, which takes about half as long again. */
  readonly abi?: boolean;
}

/** The most of one metadata file that is held in memory. */
const metadataLimitBytes = 64 << 20;

/**
 * Reads a body into memory.
 * @throws FMT014 when it is larger than metadata may be
 */
export async function readMetadata(entry: TarStreamEntry, file: string): Promise<Uint8Array> {
  if (entry.sizeBytes > metadataLimitBytes) {
    throw fault('FMT014', { what: `'${entry.path}' has ${entry.sizeBytes} bytes`, place: { file } });
  }
  const parts: Uint8Array[] = [];
  for await (const piece of entry.body) parts.push(piece);
  return Buffer.concat(parts);
}

/** The path without a leading `./`. */
export const plainPath = (path: string): string => path.replace(/^(\.\/+)+/, '');

/** `usr/lib`, `usr/lib32`, `lib64` and the like, and Debian's folders such as `usr/lib/x86_64-linux-gnu`. */
const inLibraryFolder = (path: string): boolean =>
  /^(usr\/(local\/)?)?lib(32|64|x32)?\/([a-z0-9_]+-linux-gnu[a-z0-9_]*\/)?[^/]+$/.test(path);

class ContentsReader {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #metadata = new Map<string, Uint8Array>();
  readonly #repeated = new Set<string>();
  readonly #paths: string[] = [];
  readonly #provided = new Set<string>();
  readonly #internal = new Set<string>();
  readonly #needed = new Set<string>();
  readonly #abi: AbiCollector | undefined;

  constructor(file: string, { abi }: ReadPackageOptions) {
    this.#file = file;
    this.#abi = abi ? new AbiCollector() : undefined;
  }

  async take(entry: TarStreamEntry): Promise<void> {
    const path = plainPath(entry.path);
    if (path.startsWith('.')) {
      const wanted = path === '.PKGINFO' || path === '.BUILDINFO' || path === '.MTREE' || path === '.INSTALL';
      if (wanted && this.#metadata.has(path)) this.#repeated.add(path);
      if (wanted && entry.type === 'file') this.#metadata.set(path, await readMetadata(entry, this.#file));
      return;
    }
    this.#paths.push(entry.path);
    this.#abi?.runtimes.note(path);
    if (entry.type !== 'file' || entry.sizeBytes < 52) return;
    if (this.#abi && path === nodeVersionHeader) {
      const header = await readMetadata(entry, this.#file);
      return this.#abi.runtimes.noteHeader(Buffer.from(header).toString('utf8'));
    }
    const collector = new ElfCollector({ symbols: this.#abi !== undefined });
    for await (const piece of entry.body) collector.push(piece);
    const reading = collector.finish();
    this.#note(path, reading);
    this.#abi?.note(reading, inLibraryFolder(path));
  }

  #note(path: string, reading: ElfReading): void {
    if (reading.kind === 'none') return;
    if (reading.kind === 'unreadable') {
      const what = `the libraries of '${path}' could not be read`;
      if (this.problems.length < 20)
        this.problems.push(problem('FMT040', { what, place: { file: this.#file } }));
      return;
    }
    const { soname, needed } = reading.facts;
    for (const name of needed) this.#needed.add(name);
    if (soname === undefined) return;
    this.#internal.add(soname);
    if (inLibraryFolder(path)) this.#provided.add(soname);
  }

  finish(): PackageContents | undefined {
    const text = (name: string): string | undefined => {
      const bytes = this.#metadata.get(name);
      return bytes && Buffer.from(bytes).toString('utf8');
    };
    const info = text('.PKGINFO');
    if (info === undefined) {
      const what = `'${this.#file}' contains no .PKGINFO`;
      this.problems.push(problem('FMT012', { what, place: { file: this.#file } }));
      return undefined;
    }
    const { pkginfo, problems } = parsePkginfo(info, `${this.#file}/.PKGINFO`);
    this.problems.push(...problems);
    if (!pkginfo) return undefined;
    const build = text('.BUILDINFO');
    const mtree = this.#metadata.get('.MTREE');
    const install = text('.INSTALL');
    return {
      pkginfo,
      pkginfoText: info,
      repeated: [...this.#repeated],
      ...(build === undefined
        ? {}
        : { buildinfo: parseBuildinfo(build, `${this.#file}/.BUILDINFO`).buildinfo }),
      ...(mtree === undefined ? {} : { mtree }),
      ...(install === undefined ? {} : { install }),
      files: sortPaths(this.#paths),
      providedSonames: sortPaths(this.#provided),
      neededSonames: sortPaths([...this.#needed].filter((name) => !this.#internal.has(name))),
      ...(this.#abi ? { abi: this.#abi.finish(pkginfo, mtree) } : {}),
    };
  }
}

/**
 * Reads a package in one pass with bounded memory; malformed packages give problems (FMT011, FMT012, FMT014,
 * FMT020 to FMT023; FMT040 is only a warning), never an exception. Errors of the source itself pass through.
 * @param pieces the uncompressed tar
 * @param file the name that problems carry
 */
export async function readPackage(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  options: ReadPackageOptions = {},
): Promise<{ package: PackageContents | undefined; problems: readonly Problem[] }> {
  const reader = new ContentsReader(file, options);
  try {
    for await (const entry of readTar(pieces, file)) await reader.take(entry);
  } catch (error) {
    if (!isFault(error, ...archiveCodes)) throw error;
    return { package: undefined, problems: [...reader.problems, error.problem] };
  }
  const contents = reader.finish();
  return { package: contents, problems: reader.problems };
}

const archiveCodes: Code[] = ['FMT014', 'FMT020', 'FMT021', 'FMT022', 'FMT023'];
