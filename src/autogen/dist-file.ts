import { join } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import type { Blob as StoredBlob } from '../fastpull/index.ts';
import { checkDistfileName } from '../formats/gentoo/index.ts';
import { Exposed } from '../formats/jinja/index.ts';
import { removeTree, runProcess, systemRandom } from '../host/index.ts';
import type { BuildInProgress, Unit } from './run-context.ts';

/** Hashes of a distfile in lower-case hexadecimal digits, and its size in bytes. */
export interface FileHashes {
  readonly sha512: string;
  readonly sha256: string;
  /** BLAKE2b with 64 bytes. */
  readonly blake2b: string;
  readonly size: number;
}

const mostBytesOfMember = 256 * 1024 * 1024;

/** What artifacts and archives have in common (specification 2.1): a file that ebuilds fetch by name. */
export abstract class DistFile {
  /** Name in the folder of distfiles. */
  readonly finalName: string;
  protected readonly unit: Unit;
  /** Builds that use it. */
  readonly breezyBuilds = new Set<BuildInProgress>();
  #blob: StoredBlob | undefined;
  #home: string | undefined;

  /** Throws PMS004 for a name that cannot be one of a distfile. */
  constructor(unit: Unit, finalName: string) {
    this.unit = unit;
    this.finalName = checkDistfileName(String(finalName));
  }

  /** Where everybody fetches it from. */
  abstract get url(): string;

  /** Fetches what is not here yet; throws when that fails. */
  abstract ensureCompleted(): Promise<boolean>;

  /** `category/name` of the builds that use it. */
  get catpkgs(): readonly string[] {
    return [...new Set([...this.breezyBuilds].map(({ catpkg }) => catpkg))];
  }

  /** As it stands in SRC_URI: address, arrow and name. */
  get srcUri(): string {
    return `${this.url} -> ${this.finalName}`;
  }

  get hashes(): FileHashes {
    const { sha512, sha256, blake2b, sizeBytes } = this.blob;
    return { sha512, sha256, blake2b, size: sizeBytes };
  }

  /** Bytes. */
  get size(): number {
    return this.blob.sizeBytes;
  }

  /** One hash by the name of its algorithm: `sha512`, `sha256` or `blake2b`. Throws AGN035 for another one. */
  hash(algorithm: string): string {
    const { sha512, sha256, blake2b } = this.blob;
    const known: Readonly<Record<string, string>> = { sha512, sha256, blake2b };
    const value = Object.hasOwn(known, algorithm) ? known[algorithm] : undefined;
    if (value === undefined) throw fault('AGN035', { what: `'${algorithm}' is no hash that is kept` });
    return value;
  }

  /** The bytes in the store: never write to this file. */
  get finalPath(): string {
    return this.blob.path;
  }

  /** Where `extract` unpacks to. */
  get extractPath(): string {
    return join(this.home, 'extract');
  }

  /** Unpacks into `extractPath`, fetching first where needed; a member that would land elsewhere is an error. */
  async extract(): Promise<void> {
    await this.ensureCompleted();
    const { run } = this.unit;
    const { finalName } = this;
    await run.fastpull.blos.verify(this.blob);
    await run.cpu.run(() =>
      run.fastpull.unpack({ path: this.finalPath, finalName }, this.extractPath, { signal: run.signal }),
    );
  }

  /**
   * The bytes of one member without unpacking the others; `*` and `?` stand for parts of its path, and the first that
   * matches counts. Throws AGN032 when there is none.
   */
  async readFile(member: string): Promise<Uint8Array> {
    await this.ensureCompleted();
    const { signal } = this.unit.run;
    const args = ['-xOqf', this.finalPath, '--', member];
    const result = await runProcess('bsdtar', args, { signal, maxOutputBytes: mostBytesOfMember });
    if (result.code === 0 && result.why === 'ended') return result.stdoutBytes;
    throw fault('AGN032', {
      what: `'${member}' cannot be read from '${this.finalName}'`,
      why: result.stderr.trim() || undefined,
    });
  }

  /** As `readFile`, as UTF-8 text. */
  async readText(member: string): Promise<string> {
    return new TextDecoder().decode(await this.readFile(member));
  }

  /** Removes what was unpacked and staged. */
  async cleanup(): Promise<void> {
    if (this.#home !== undefined) await removeTree(this.#home);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanup();
  }

  /** What templates see of it. */
  get exposed(): Exposed {
    const { finalName } = this;
    if (!this.isStored) return new Exposed(finalName, { final_name: finalName });
    const { url, srcUri, size } = this;
    const { sha512, sha256, blake2b } = this.hashes;
    return new Exposed(finalName, {
      final_name: finalName,
      url,
      src_uri: srcUri,
      size,
      hashes: { sha512, sha256, blake2b, size },
      hash: (algorithm: unknown) => this.hash(String(algorithm)),
    });
  }

  protected get isStored(): boolean {
    return this.#blob !== undefined;
  }

  protected get blob(): StoredBlob {
    if (this.#blob) return this.#blob;
    throw fault('AGN014', { what: `'${this.finalName}' ${this.notReady}` });
  }

  protected settle(blob: StoredBlob): void {
    this.#blob = blob;
  }

  /** Why there are no hashes yet, for a message. */
  protected abstract get notReady(): string;

  /** A folder of this object alone, made by those who write into it. */
  protected get home(): string {
    this.#home ??= join(this.unit.run.fastpull.temporaryFolder('autogen'), systemRandom.hex(8));
    return this.#home;
  }
}
