import type { PlannedJob } from '../model/index.ts';
import type { JobId, PlanId } from '../primitives/index.ts';

/** A job to be built only if a rebuilt dependency broke it, when everything it waits for is over. */
export interface DecisionInput {
  readonly plan: PlanId;
  readonly job: PlannedJob;
  /** Its dependencies that were really built anew, at least one. */
  readonly rebuilt: readonly JobId[];
}

/** Whether the job has to run, and why or why not, as a line for people. */
export interface DecisionResult {
  readonly run: boolean;
  readonly reason: string;
}

/** Compares what the rebuilt dependencies offer now with what the job uses; may be asked twice after a crash. */
export type Decide = (input: DecisionInput) => Promise<DecisionResult>;
