import type { Problem } from '../diagnostics/index.ts';
import type { IndexOptions, IndexReport } from '../ebin-index/index.ts';
import type { Codec, OpenOptions } from '../ebins/index.ts';
import type { PartRule } from '../formats/gentoo/index.ts';

/** What the generator can be told beyond what the index itself is told (specification 5, 8 and 9). */
export interface GenerateOptions extends IndexOptions {
  /** How debug data and sources are offered; default `flag`. */
  readonly extra?: 'flag' | 'subpackage' | 'auto' | undefined;
  /** Flags of parts that are called otherwise, by name of the part. */
  readonly partFlags?: Readonly<Record<string, string>> | undefined;
  readonly rules?: readonly PartRule[] | undefined;
  /** How objects are compressed; default `xz`. */
  readonly compress?: Codec | undefined;
  /** Seconds since the epoch of what is installed, or `keep`. */
  readonly mtime?: number | 'keep' | undefined;
  readonly open?: OpenOptions | undefined;
  /** Folder with tarballs of FEATURES=packdebug: they are the two extra parts of their builds (specification 5.2). */
  readonly packdebugDir?: string | undefined;
  /** Whether sonames that no package in the folders has are told (specification 4.10). */
  readonly sonameCheck?: boolean | undefined;
  /** Name of the repository; default: the one it has, or `ebins`. */
  readonly repoName?: string | undefined;
  /** Repositories that the builds come from; default: those that the builds name, and those that it has. */
  readonly masters?: readonly string[] | undefined;
  /** Addresses of the store; default: those that it has. */
  readonly mirrors?: readonly string[] | undefined;
  /** Folder of the repository that the builds come from: names of its packages are taken, its flags described. */
  readonly sourceRepo?: string | undefined;
  /** Whether versions of which there is no build any more are removed. */
  readonly prune?: boolean | undefined;
  /** Whether nothing at all is written when one package is refused. */
  readonly strict?: boolean | undefined;
}

/** A request for ebins (specification 10.4, 10.7). */
export interface GenerateRequest {
  readonly pkgdirs: readonly string[];
  /** `category/name` or `category/name-version`; empty for all. */
  readonly atoms: readonly string[];
  /** Folder of the repository that is written. */
  readonly repo: string;
  /** Folder of the store that is written. */
  readonly store: string;
  readonly options: GenerateOptions;
  /** Options of single versions: those of `ebins.json` (specification 10.7). */
  readonly optionsFor?: ((cpv: string) => GenerateOptions) | undefined;
  /** Why packages could not be had that ought to be in the folders, by version: it is refused, and stays as it was. */
  readonly lacking?: ReadonlyMap<string, readonly Problem[]> | undefined;
  /** Sonames of packages that are not in the folders, as metadata spells them. */
  readonly provided?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: GenerateEvent) => void) | undefined;
}

/** What is going on. */
export type GenerateEvent =
  | { readonly kind: 'split'; readonly cpv: string }
  /** A file of the repository that lies there now, durably, or is gone. */
  | ({ readonly kind: 'file' } & FileChange)
  | { readonly kind: 'package'; readonly cpv: string; readonly outcome: 'made' | 'unchanged' | 'refused' };

/** One problem with what it is about (specification 10.7). */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Problem['severity'];
  readonly cpv?: string | undefined;
  readonly buildId?: number | undefined;
  readonly path?: string | undefined;
  readonly message: string;
}

/** What is known of one version; of one that is refused, only why. */
export interface PackageReport extends Partial<Omit<IndexReport, 'cpv'>> {
  readonly cpv: string;
  readonly refused?: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface FileChange {
  /** Below the repository. */
  readonly path: string;
  readonly sha256: string;
  readonly action: 'written' | 'unchanged' | 'removed';
}

export interface ObjectChange {
  readonly sha512: string;
  /** Bytes. */
  readonly size: number;
  readonly action: 'written' | 'unchanged';
}

/** What generating came to (specification 10.7). */
export interface GenerateResult {
  readonly files: readonly FileChange[];
  readonly objects: readonly ObjectChange[];
  readonly reports: readonly PackageReport[];
  /** Problems as they were found; each stands in a report or in `diagnostics` as well. */
  readonly problems: readonly Problem[];
  /** Those that belong to no version. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many images were taken apart. */
  readonly split: number;
  /** 0: all packages are there; 1: some are refused. */
  readonly exit: 0 | 1;
}
