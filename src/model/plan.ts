import type { Problem } from '../diagnostics/index.ts';
import type { Digest, JobId, PlanId } from '../primitives/index.ts';
import type { RecipeKindName } from './recipe.ts';

/** Why a job is in the plan; each names the facts it was decided on. */
export type JobReason =
  | { readonly kind: 'new' }
  | { readonly kind: 'asked' }
  /** A request named it: it runs, and counts as built already when its version is published. */
  /** `gone`: the commit that was asked for and is not to be had any more, so that the newest is built. */
  | { readonly kind: 'scheduled'; readonly commit: string | undefined; readonly gone?: string | undefined }
  | { readonly kind: 'version-changed'; readonly from: string; readonly to: string }
  | { readonly kind: 'recipe-changed'; readonly version: string }
  /** Of a recipe whose version only the build tells: it, or an upstream that it follows, is not as it was. */
  | { readonly kind: 'inputs-changed'; readonly since: string }
  | { readonly kind: 'not-finished'; readonly last: 'failed' | 'timed-out' | 'canceled' | 'lost' | 'blocked' }
  /** A dependency will be rebuilt; this job runs only if a soname it uses went away (decided when it gets ready). */
  | { readonly kind: 'dependency-rebuilt'; readonly dependency: JobId }
  | { readonly kind: 'soname-missing'; readonly dependency: string; readonly soname: string }
  /** A new build of a dependency lacks what the published package takes from it; no symbols: the whole library is gone. */
  | {
      readonly kind: 'abi-changed';
      readonly dependency: string;
      readonly library: string;
      readonly symbols: readonly string[];
    }
  | { readonly kind: 'up-to-date'; readonly version: string };

/** What the plan wants done: run it; run it only if a rebuilt dependency broke it; nothing (it is up to date). */
export type JobAction = 'build' | 'build-if-broken' | 'keep';

/** One arrow of the job graph. `because` is the need as the recipe writes it. */
export interface JobEdge {
  readonly job: JobId;
  readonly because: string;
  /** `cycle`: no need of its own, it only keeps the members of a dependency cycle one after the other. */
  readonly match: 'output' | 'provides' | 'soname' | 'cycle';
  /** False when what is already published also meets the need: a failure there does not block (decision 4). */
  readonly required: boolean;
}

export interface PlannedJob {
  readonly id: JobId;
  readonly kind: RecipeKindName;
  readonly name: string;
  readonly folder: string;
  /** Names of what it produces; no other job of the plan claims one of them. */
  readonly outputs: readonly string[];
  readonly version: string;
  readonly inputDigest: Digest;
  readonly action: JobAction;
  readonly reasons: readonly JobReason[];
  readonly waitsFor: readonly JobEdge[];
  /** Arrows that were cut to break a cycle: members of one cycle run one at a time, in the plan's order. */
  readonly cutEdges: readonly JobEdge[];
  /** Number of the dependency cycle it belongs to, counted from 1. */
  readonly cycle?: number;
  readonly buildClass: number | string | undefined;
  /** Labels that its builder must carry. */
  readonly labels?: readonly string[] | undefined;
  /** Jobs that the plan leaves out and this one needs, directly or not: while one of them is open it waits. */
  readonly outside?: readonly JobId[] | undefined;
  /** Median of recorded durations, undefined when there is none. */
  readonly expectedMs: number | undefined;
  /** Longest chain of expected durations from the start of this job to the end of the plan. */
  readonly criticalPathMs: number;
}

/** Where a plan comes from, when a request asked for it. */
export interface PlanOrigin {
  /** Id of the request; a repeated one is answered from the first. */
  readonly request: string;
  /** The source its recipes come from: its share of the builders is counted by it. */
  readonly source: string;
  /** The commit that is built, whole. */
  readonly commit: string | undefined;
  readonly pipeline: string | undefined;
  readonly archMirror: string | undefined;
  /** When it was asked for, ms since the epoch: names the revisions of logs. */
  readonly requestedMs: number;
  readonly urgency: number;
}

/** A frozen, acyclic graph of jobs; jobs stand in an order in which they could be run one by one. */
export interface Plan {
  readonly id?: PlanId;
  readonly target: string;
  readonly arch: string;
  readonly jobs: readonly PlannedJob[];
  /** Dependency cycles found, each as the job ids of one component. */
  readonly cycles: readonly (readonly JobId[])[];
  /** Broken recipes, ambiguous providers, needs that nothing offers. */
  readonly problems: readonly Problem[];
  readonly origin?: PlanOrigin | undefined;
}
