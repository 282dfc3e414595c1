import type { Problem } from '../diagnostics/index.ts';
import type { ContentObject } from '../ebins/index.ts';
import { bytesIfThere, ensureFolder, replaceFile } from '../host/index.ts';
import type { Diagnostic, PackageReport } from './contract.ts';

/** Folder of the generator in a repository; Portage and Git leave it alone. */
export const ownFolder = '.ebins';

/** A package file as it was when it was read. */
export interface KnownFile {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly sha512: string;
  readonly cpv: string;
  readonly buildId: number | undefined;
  /** Name of the repository it was built from; empty when it is not said. */
  readonly repository: string;
  /** Sonames that it needs and has, as the metadata spells them (specification 4.10). */
  readonly requires: string;
  readonly provides: string;
}

/** What an image was split into, and under which rules. */
export interface KnownSplit {
  readonly rules: string;
  readonly parts: Readonly<Record<string, ContentObject>>;
  readonly owners: readonly string[];
  readonly problems: readonly Problem[];
}

/** What was made of one version. */
export interface KnownPackage {
  /** Of everything that it was made from. */
  readonly fingerprint: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly objects: readonly { readonly sha512: string; readonly size: number }[];
  readonly report: PackageReport;
  readonly problems: readonly Problem[];
}

interface Kept {
  readonly version: number;
  readonly files: Readonly<Record<string, KnownFile>>;
  readonly splits: Readonly<Record<string, KnownSplit>>;
  readonly packages: Readonly<Record<string, KnownPackage>>;
  readonly refused?: Readonly<Record<string, readonly Diagnostic[]>>;
}

const version = 2;
const nothing: Kept = { version, files: {}, splits: {}, packages: {} };

/**
 * What earlier runs found out, so that a run does only what is new. Nothing depends on it: without it everything is
 * made anew, with the same result. It holds nothing of the environments of builds.
 */
export class GeneratorState {
  readonly #path: string;
  readonly #folder: string;
  /** By path of the file. */
  readonly files: Map<string, KnownFile>;
  /** By SHA-512 of the file, with size and time of a tarball of debug data beside it. */
  readonly splits: Map<string, KnownSplit>;
  /** By version. */
  readonly packages: Map<string, KnownPackage>;
  /** Why the last run refused a version, by version. */
  readonly refused: Map<string, readonly Diagnostic[]>;

  /** One that knows nothing, and is not to be saved. */
  static empty(): GeneratorState {
    return new GeneratorState('');
  }

  /** Throws SYS004. */
  constructor(repository: string) {
    this.#folder = `${repository}/${ownFolder}`;
    this.#path = `${this.#folder}/state.json`;
    const kept = repository === '' ? nothing : this.#read();
    this.files = new Map(Object.entries(kept.files));
    this.splits = new Map(Object.entries(kept.splits));
    this.packages = new Map(Object.entries(kept.packages));
    this.refused = new Map(Object.entries(kept.refused ?? {}));
  }

  #read(): Kept {
    const bytes = bytesIfThere(this.#path);
    if (!bytes) return nothing;
    try {
      const read = JSON.parse(Buffer.from(bytes).toString('utf8')) as Kept;
      return read.version === version ? read : nothing;
    } catch {
      return nothing;
    }
  }

  /** Throws SYS004. */
  save(): void {
    ensureFolder(this.#folder);
    if (!bytesIfThere(`${this.#folder}/.gitignore`)) replaceFile(`${this.#folder}/.gitignore`, '*\n');
    const used = new Set([...this.files.values()].map(({ sha512 }) => sha512));
    const kept: Kept = {
      version,
      files: Object.fromEntries(this.files),
      splits: Object.fromEntries([...this.splits].filter(([key]) => used.has(key.split(' ')[0] ?? ''))),
      packages: Object.fromEntries(this.packages),
      refused: Object.fromEntries(this.refused),
    };
    replaceFile(this.#path, JSON.stringify(kept));
  }
}
