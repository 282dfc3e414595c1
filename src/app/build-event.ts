import type { JobStateName } from '../model/index.ts';
import type { JobId } from '../primitives/index.ts';

/** A job that will or may run, with what history tells of it. */
export interface ForeseenJob {
  readonly id: JobId;
  /** Undefined without history. */
  readonly expectedMs: number | undefined;
  /** The job and the longest chain of jobs that wait for it. */
  readonly pathMs: number;
}

/** What a build tells while it goes on; for displays. */
export type BuildEvent =
  | { readonly kind: 'recovered'; readonly what: string }
  | {
      readonly kind: 'planned';
      readonly summary: string;
      /** Jobs that will or may run. */
      readonly jobs: readonly ForeseenJob[];
      /** Builds at one time. */
      readonly slots: number;
    }
  | {
      readonly kind: 'started';
      readonly job: JobId;
      readonly reason: string;
      readonly expectedMs: number | undefined;
    }
  | {
      readonly kind: 'ended';
      readonly job: JobId;
      readonly state: JobStateName;
      readonly reason: string;
      readonly durationMs: number | undefined;
    }
  | { readonly kind: 'published'; readonly what: string };

export interface BuildObserver {
  readonly onEvent: (event: BuildEvent) => void;
  /** Aborting ends running attempts; their jobs stay to be done. */
  readonly signal: AbortSignal;
}
