import type { AttemptId, BuilderName, JobId, PlanId } from '../primitives/index.ts';
import type { JobStateName } from './job.ts';

/**
 * One line of the event log: what displays, notifiers and metrics read. Ids grow without end in the order of
 * the changes. Admitting a plan is one event, all its jobs begin as `waiting`; each later move of a job is one.
 */
export type FarmEvent = {
  readonly id: number;
  readonly atMs: number;
  readonly plan: PlanId;
  /** Why it happened, as a line for people; may be empty. */
  readonly reason: string;
} & FarmChange;

export type FarmChange =
  | { readonly kind: 'plan-admitted' }
  | { readonly kind: 'plan-finished' }
  | {
      readonly kind: 'job-moved';
      readonly job: JobId;
      readonly from: JobStateName;
      readonly to: JobStateName;
      /** The attempt that began or ended with this move. */
      readonly attempt: AttemptId | undefined;
      readonly builder: BuilderName | undefined;
    }
  /** A running attempt was asked to stop; its end follows as a move. */
  | { readonly kind: 'job-canceling'; readonly job: JobId; readonly attempt: AttemptId }
  /** Somebody wants a job sooner or later than it would come. */
  | { readonly kind: 'job-urgency'; readonly job: JobId };
