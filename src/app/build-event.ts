import type { JobStateName } from '../model/index.ts';
import type { JobId } from '../primitives/index.ts';

/** What a build tells while it goes on; for displays. */
export type BuildEvent =
  | { readonly kind: 'recovered'; readonly what: string }
  | {
      readonly kind: 'planned';
      readonly summary: string;
      /** Jobs that will or may run. */
      readonly toRun: number;
      /** Time that is left if history repeats itself; undefined without history. */
      readonly expectedMs: number | undefined;
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
      /** Whether the job is one of those that were to run. */
      readonly counts: boolean;
    }
  | { readonly kind: 'published'; readonly what: string };

export interface BuildObserver {
  readonly onEvent: (event: BuildEvent) => void;
  /** Aborting ends running attempts; their jobs stay to be done. */
  readonly signal: AbortSignal;
}
