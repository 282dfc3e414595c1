import type { FinalStateName, JobStateName, Outcome } from './job.ts';
import { finalStates } from './job.ts';

/** Everything that can happen to a job after its plan was admitted; a job begins as `waiting`. */
export type JobMove =
  /** The plan wants nothing done. */
  | { readonly kind: 'kept' }
  /** Nothing it depends on is pending any more. */
  | { readonly kind: 'freed' }
  /** Something it needs was scheduled again before a builder took it. */
  | { readonly kind: 'held' }
  /** It was to be built only if a rebuilt dependency broke it, and none did. */
  | { readonly kind: 'spared' }
  /** Nobody could tell whether a rebuilt dependency broke it. */
  | { readonly kind: 'undecidable' }
  /** A dependency that it cannot do without did not succeed. */
  | { readonly kind: 'blocked' }
  /** A builder began an attempt. */
  | { readonly kind: 'started' }
  /** The running attempt is over. `canceling`: somebody asked to stop it meanwhile. */
  | {
      readonly kind: 'ended';
      readonly outcome: Outcome;
      /** How often attempts of the job were lost before this one. */
      readonly losses: number;
      readonly maxLosses: number;
      readonly canceling: boolean;
    }
  /** Taken out of the plan before it ran. */
  | { readonly kind: 'canceled' };

/** Whether a job in this state never moves again. */
export function isFinal(state: JobStateName): state is FinalStateName {
  return (finalStates as readonly JobStateName[]).includes(state);
}

/** Whether dependants find what they need after a job ended like this. */
export function isGood(state: JobStateName): boolean {
  return state === 'succeeded' || state === 'already-built';
}

/** The state after a move, or undefined when the move cannot happen in this state (it comes too late, or twice). */
export function nextState(state: JobStateName, move: JobMove): JobStateName | undefined {
  switch (move.kind) {
    case 'kept':
    case 'spared':
      return state === 'waiting' ? 'already-built' : undefined;
    case 'freed':
      return state === 'waiting' ? 'ready' : undefined;
    case 'held':
      return state === 'ready' ? 'waiting' : undefined;
    case 'undecidable':
      return state === 'waiting' ? 'failed' : undefined;
    case 'blocked':
      return state === 'waiting' ? 'blocked' : undefined;
    case 'started':
      return state === 'ready' ? 'running' : undefined;
    case 'canceled':
      return state === 'waiting' || state === 'ready' ? 'canceled' : undefined;
    case 'ended':
      return state === 'running' ? stateAfter(move) : undefined;
  }
}

function stateAfter(move: Extract<JobMove, { kind: 'ended' }>): JobStateName {
  const { outcome } = move;
  switch (outcome.kind) {
    case 'succeeded':
    case 'already-built':
    case 'skipped':
    case 'failed':
    case 'timed-out':
      return outcome.kind;
    case 'canceled':
      return outcome.requeue && !move.canceling ? 'ready' : 'canceled';
    case 'lost':
      if (move.canceling) return 'canceled';
      return move.losses < move.maxLosses ? 'ready' : 'failed';
  }
}
