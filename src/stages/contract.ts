import type { CaptureFormat } from '../captures/index.ts';
import type { Digest } from '../primitives/index.ts';

/** What a build is called: the place of its results in a mirror (9.7). */
export interface BuildIdentity {
  readonly build: string;
  readonly archDesc: string;
  readonly subarch: string;
  readonly version: string;
}

/** Where a line of a script was written, and through which includes it came, the innermost first. */
export interface ScriptLine {
  readonly file: string;
  readonly line: number;
  readonly through: readonly { readonly file: string; readonly line: number }[];
}

/** The text of a step with the place of each of its lines. */
export interface StepScript {
  readonly element: string;
  readonly text: string;
  readonly lines: readonly ScriptLine[];
}

/** One script of a build. */
export interface StageStep {
  readonly element: string;
  /** `tree`: in the tree that is built, as its root; `host`: with programs of this machine, beside it. */
  readonly where: 'tree' | 'host';
  readonly script: StepScript;
}

/** The archive that a build begins with. */
export interface SourceChoice {
  readonly type: string;
  readonly identity: BuildIdentity;
  /** Folder of a mirror that it lies in. */
  readonly folder: string;
  /** Name without the suffix of its compression, or a pattern with `*`. */
  readonly name: string;
  /** Why this one. */
  readonly why: string;
}

/** A file of the control folder that a success writes. */
export interface ControlUpdate {
  readonly name: string;
  readonly value: string;
  /** A version: a newer one that is there stays. */
  readonly isVersion: boolean;
}

/** Everything that is to be done for one target, decided before anything is done. */
export interface StagePlan {
  readonly target: string;
  /** `official` results are packed; others only prove that the build works (9.3). */
  readonly isOfficial: boolean;
  readonly identity: BuildIdentity;
  /** Name of the result, without a suffix. */
  readonly name: string;
  readonly mirror: string;
  readonly controlFolder: string;
  /** Folder of the mirror that the result goes to. */
  readonly folder: string;
  /** The result, and the link to the newest one, if it has one. */
  readonly result: string;
  readonly latest: string | undefined;
  readonly source: SourceChoice;
  /** Archive of the package tree, and where it goes in the tree. */
  readonly snapshot: { readonly path: string; readonly target: string } | undefined;
  /** Script with network whose output later steps may read; its output is an input by its digest. */
  readonly fetchStep: StepScript | undefined;
  readonly fetchDigest: string | undefined;
  readonly steps: readonly StageStep[];
  /** Folder of the tree that is packed: `/`, or where a new root was made. */
  readonly packed: string;
  /** Where scripts of the host see the tree, and the folder whose files are published beside the result. */
  readonly workPath: string;
  readonly outputPath: string;
  readonly distfiles: string | undefined;
  readonly format: CaptureFormat;
  /** Of the compressor; undefined: its usual one. */
  readonly level: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: StageLimits;
  /** Seconds since the epoch, of everything that is packed. */
  readonly mtime: number;
  readonly isReplaced: boolean;
  readonly controlUpdates: readonly ControlUpdate[];
  /** Elements that the plan was made of. */
  readonly elements: ReadonlyMap<string, string>;
  /** How foreign processors are run; undefined: this machine runs them itself. */
  readonly emulator: string | undefined;
}

export interface StageLimits {
  readonly stepMs: number;
  readonly memoryBytes: number | undefined;
  readonly processes: number | undefined;
}

/** Inputs of a build by what they hold. */
export interface StageInputs {
  readonly seed: { readonly path: string; readonly digest: Digest };
  readonly snapshot: { readonly path: string; readonly digest: Digest } | undefined;
  readonly fetched: Digest | undefined;
}

/** What was built, under the key of what it was built from. */
export interface StageRecord {
  readonly key: string;
  readonly target: string;
  readonly name: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Files that steps left for publication. */
  readonly extras: readonly { readonly name: string; readonly digest: Digest }[];
  readonly inputs: { readonly seed: string; readonly snapshot?: string; readonly fetched?: string };
  /** Where they lay; records of before there was such a field have none. */
  readonly places?: { readonly seed: string; readonly snapshot?: string | undefined };
  readonly elements: Readonly<Record<string, string>>;
  readonly tools: Readonly<Record<string, string>>;
  readonly startedMs: number;
  readonly durationMs: number;
}
