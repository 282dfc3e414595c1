import type { Problem } from '../diagnostics/index.ts';
import type { AttemptId, BuilderName, JobId } from '../primitives/index.ts';
import type { Artifact } from './artifact.ts';

/**
 * Job states (design: one path for everything). `waiting` on dependencies, `ready` to be leased,
 * `running` under a lease, then one final state. `blocked`: a dependency it cannot do without did not succeed.
 */
export const jobStates = [
  'waiting',
  'ready',
  'running',
  'succeeded',
  'already-built',
  'skipped',
  'failed',
  'timed-out',
  'canceled',
  'blocked',
] as const;
export type JobStateName = (typeof jobStates)[number];

export const finalStates = [
  'succeeded',
  'already-built',
  'skipped',
  'failed',
  'timed-out',
  'canceled',
  'blocked',
] as const satisfies readonly JobStateName[];
export type FinalStateName = (typeof finalStates)[number];

/** How one attempt ended. `lost`: its builder vanished or its lease ran out; the job goes back to `ready`. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly artifacts: readonly Artifact[] }
  | { readonly kind: 'already-built'; readonly files: readonly string[] }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly problem: Problem }
  /** `limitMs` is 0 when it was no limit of the farm, but one that the recipe set itself. */
  | { readonly kind: 'timed-out'; readonly limitMs: number }
  | { readonly kind: 'canceled'; readonly requeue: boolean; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string };

/** The state of a job with the data that only this state has. */
export type JobState =
  | { readonly state: 'waiting'; readonly pending: readonly JobId[] }
  | { readonly state: 'ready'; readonly sinceMs: number }
  | {
      readonly state: 'running';
      readonly attempt: AttemptId;
      readonly builder: BuilderName;
      readonly sinceMs: number;
    }
  | {
      readonly state: 'succeeded' | 'already-built' | 'skipped' | 'failed' | 'timed-out' | 'canceled';
      readonly reason: string;
    }
  | { readonly state: 'blocked'; readonly on: JobId; readonly reason: string };
