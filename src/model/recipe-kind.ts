import type { Problem } from '../diagnostics/index.ts';
import type { Artifact } from './artifact.ts';
import type { BuildNotes, DescribedSubject } from './build-record.ts';
import type { Outcome } from './job.ts';
import type { JobReason } from './plan.ts';
import type { Need, Recipe, RecipeKindName } from './recipe.ts';
import type { Step, StepEnd } from './step.ts';

/** A finished package of the farm with the path of its bytes, ready to be installed in a sandbox. */
export interface AvailableArtifact {
  readonly artifact: Artifact;
  readonly path: string;
  /** Folders it puts files in, relative to the root (`usr/share/doc`). */
  readonly folders: readonly string[];
}

/** A file that a target publishes of a recipe already, by its object where that is known. */
export interface PublishedFile {
  readonly fileName: string;
  readonly version: string;
  readonly object?: Artifact['object'] | undefined;
}

/** What a recipe kind is told about the one job it is to describe. All paths are absolute and of the host. */
export interface JobContext<Details = unknown> {
  readonly recipe: Recipe<Details>;
  readonly target: string;
  readonly arch: string;
  readonly reasons: readonly JobReason[];
  /** Folder of this attempt, empty, the builder's alone; removed afterwards. */
  readonly work: string;
  /** Folder that outlives the attempt, for sources (specification 15.8); undefined when the recipe keeps none. */
  readonly sourceCache: string | undefined;
  /** Farm packages that this job's needs resolve to, dependencies of dependencies included, in order of installation. */
  readonly dependencies: readonly AvailableArtifact[];
  /** Needs to be met from the repositories that the kind's settings name, as recipes write them (`libfoo>=1.2`). */
  readonly repositoryNeeds: readonly string[];
  /** Files of the same recipe that the target already publishes. */
  readonly published: readonly PublishedFile[];
  /** Number of processors this job may use. */
  readonly processors: number;
  /** The time that results bear, in seconds since the epoch (`SOURCE_DATE_EPOCH`). */
  readonly epochSeconds: number;
  /** A line of packmill's own in the job's log. */
  readonly say: (line: string) => void;
  /** What the job uses, for the record of its build. */
  readonly notes: BuildNotes;
}

/** What a step's end means: go on with the next step, or the job is over. */
export type Verdict = 'continue' | Exclude<Outcome, { kind: 'succeeded' }>;

/** A described job: commands to run in order, and what their ends mean. */
export interface StagedJob {
  /** What the private root has to have: folders and files that are there, folders that steps write to. */
  readonly rootContents: {
    readonly present: readonly string[];
    readonly files: readonly { readonly path: string; readonly text: string }[];
    readonly writable: readonly string[];
  };
  readonly steps: readonly Step[];
  judge(step: Step, end: StepEnd): Verdict;
  /** Work on the host between a step that went well and the next one. */
  afterStep(step: Step): Promise<void>;
  /** After all steps: reads what was made and puts it into the store, or says why it will not do. */
  collect(): Promise<Outcome>;
  /** The same outcome with the cause that the end of the log gives away; `excerpt` is the lines around the first error. */
  explain(outcome: Outcome, logTail: string, excerpt: string): Outcome;
  /** Run after the outcome is known; their end never changes it (specification 16.3). */
  epilogue(outcome: Outcome): readonly Step[];
  /** Last lines of the log, so that they are easy to find. */
  summary(): readonly string[];
}

/** What a kind may use of the engine while it describes a job. */
export interface KindServices {
  /** A folder that the sandboxed builder owns; the rest of the work folder is not his. */
  makeBuilderFolder(path: string): Promise<void>;
  /** Gives everything below a folder to the sandboxed builder. */
  giveToBuilder(path: string): Promise<void>;
  putFile(path: string): Promise<{ digest: Artifact['object']; sizeBytes: number }>;
  putBytes(bytes: Uint8Array): Promise<{ digest: Artifact['object']; sizeBytes: number }>;
  /** Keeps a copy of a source for later builds of the same, where the farm does that; the file stays. */
  keepSource(path: string): Promise<{ readonly digest: Artifact['object']; readonly isKept: boolean }>;
}

/** What a job that is done as a whole has of the attempt that it is. */
export interface JobRun {
  /** Bytes for the log, as a program wrote them. */
  readonly output: (bytes: Uint8Array) => void;
  /** A part of the job begins, for readers of the log. */
  readonly phase: (name: string) => void;
  readonly signal: AbortSignal;
}

/** One kind of recipe; the engine knows none by name. */
export interface RecipeKind<Details = unknown> {
  readonly name: RecipeKindName;
  /** Whether an offered version meets a need; undefined is an offer without a version. */
  satisfies(offered: string | undefined, need: Need): boolean;
  compareVersions(a: string, b: string): -1 | 0 | 1;
  /** A dependency or provided name as a finished file declares it, taken apart. */
  parseNeed(text: string): Need;
  parseOffer(text: string): { readonly name: string; readonly version: string | undefined };
  /** Factor on the farm's time-out for this recipe. */
  timeoutFactor(recipe: Recipe<Details>): number;
  /** Texts that may stand in no log of a job. Throws what keeps them from being read. */
  secrets?(): readonly string[];
  keepsSources(recipe: Recipe<Details>): boolean;
  /** What a bill of materials says of an artifact, from its facts; kinds without it have no bills. */
  describeSubject?(artifact: Artifact, facts: Uint8Array): DescribedSubject;
  /** Fills the work folder and describes the job; a problem here ends the job as failed. */
  stage(context: JobContext<Details>, services: KindServices): Promise<StagedJob>;
  /** Does the whole job, instead of describing it: for what makes trees of its own, beside the sandbox of the attempt. */
  perform?(context: JobContext<Details>, run: JobRun): Promise<Outcome>;
}

/** A folder that could not be made a recipe, or remarks about one that could. */
export interface LoadedRecipe<Details = unknown> {
  readonly recipe: Recipe<Details> | undefined;
  readonly problems: readonly Problem[];
}
