import type { MadePackage, RunEvent, RunReport } from '../autogen/index.ts';
import type { Problem } from '../diagnostics/index.ts';
import type { PushReport } from '../fastpull/index.ts';
import type { Clock, FileTree } from '../host/index.ts';

/** What becomes of a package whose autogen failed (specification 7.4). */
export type FailurePolicy = 'keep-previous' | 'skip' | 'abort';

/** What a run is told (specification 7.1). */
export interface RegenOptions {
  readonly release: string;
  /** Kits of real remotes; otherwise local repositories, made on demand. */
  readonly production: boolean;
  /** In production: whether anything is pushed. */
  readonly push: boolean;
  /** Branches that a remote lacks are begun. */
  readonly createBranches: boolean;
  /** In place of `remotes.prod.url`; `{repo}` is the name of the kit. */
  readonly remoteUrl: string | undefined;
  /** In place of `remotes.prod.mirrors`. */
  readonly mirrors: readonly string[] | undefined;
  /** Undefined: the address that the copy in the workspace has. */
  readonly fixupsUrl: string | undefined;
  readonly fixupsBranch: string;
  readonly onFailure: FailurePolicy;
  readonly onOriginMismatch: 'error' | 'repair' | 'ignore';
  /** Also `autogen.*`, `templates` and `generators` become part of kits. */
  readonly keepAutogens: boolean;
  /** Nothing is committed. */
  readonly dryRun: boolean;
  /** Has `source-trees` and `dest-trees`. */
  readonly workspace: string;
  /** Prepended to mirrors of core-kit. */
  readonly distfilesHost: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RegenEvent) => void;
}

/** The files of a kit, and its name for messages. */
export interface NamedFiles {
  readonly name: string;
  readonly files: FileTree;
}

/** A kit whose ebuilds are to be read. */
export interface MetadataWish {
  readonly tree: NamedFiles;
  readonly masters: readonly NamedFiles[];
  /** The cache of the last commit, by its whole paths. */
  readonly known: FileTree;
}

/** What was found of a kit's ebuilds. */
export interface MetadataOutcome {
  /** The files of `metadata/md5-cache`: texts by whole paths. */
  readonly entries: ReadonlyMap<string, string>;
  /** Entries that still held. */
  readonly kept: number;
  /** Ebuilds that were read. */
  readonly made: number;
  /** What ebuilds without an entry have wrong. */
  readonly problems: readonly Problem[];
}

/** What the composition root gives. */
export interface RegenServices {
  /** Runs all autogens below a folder of a checkout; what they make is handed over and not written. */
  readonly runAutogens: (folder: string, take: (made: MadePackage) => void) => Promise<RunReport>;
  readonly readMetadata: (wish: MetadataWish) => Promise<MetadataOutcome>;
  /** Sends those of the objects that are in the stores to the distfile host; undefined without one. */
  readonly upload: ((sha512: readonly string[]) => Promise<PushReport>) | undefined;
}

/** A source that a kit was made from. */
export interface UsedSource {
  readonly name: string;
  readonly commit: string;
}

/** A package that could not be made. */
export interface PackageFailure {
  /** `category/name`; undefined when it is not known which one it would have been. */
  readonly catpkg: string | undefined;
  readonly problem: Problem;
}

/** One kit of a run. */
export interface KitReport {
  readonly kind: 'kit';
  readonly kit: string;
  readonly branch: string;
  /** Undefined in a dry run that changes something. */
  readonly commit: string | undefined;
  readonly changed: boolean;
  /** Paths that differ from the last commit. */
  readonly changedFiles: number;
  readonly ebuilds: number;
  readonly sources: readonly UsedSource[];
  readonly failures: readonly PackageFailure[];
  /** Packages that are as in the last commit because of failures. */
  readonly kept: readonly string[];
  readonly metadata: { readonly kept: number; readonly made: number; readonly failed: number };
  /** What the checks of the finished tree and of its ebuilds find. */
  readonly remarks: readonly Problem[];
}

/** What happens in a run, in order; each is one line of the report. */
export type RegenEvent =
  | { readonly kind: 'begin'; readonly release: string; readonly kits: readonly string[] }
  | { readonly kind: 'stage'; readonly kit: string; readonly branch: string; readonly stage: string }
  /** A host of an upstream that asked for it is not asked before `until`; others go on. */
  | Extract<RunEvent, { readonly kind: 'pause' }>
  | { readonly kind: 'autogens'; readonly folder: string; readonly totals: RunReport['totals'] }
  | KitReport
  | { readonly kind: 'uploaded'; readonly report: PushReport }
  | {
      readonly kind: 'pushed';
      readonly repository: string;
      readonly branches: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'mirrored'; readonly repository: string }
  | { readonly kind: 'meta-repo'; readonly commit: string | undefined; readonly changed: boolean }
  | { readonly kind: 'problem'; readonly problem: Problem };

export interface RegenReport {
  readonly kits: readonly KitReport[];
  readonly metaRepo: { readonly commit: string | undefined; readonly changed: boolean };
  readonly problems: readonly Problem[];
  /** Whether packages failed that the policy let pass: exit status 2. */
  readonly isPartial: boolean;
  /** Whether something else is wrong: exit status 1. */
  readonly isFailed: boolean;
}
