import { ProblemError } from '../diagnostics/index.ts';
import type { StagePlan, StageRecord } from './contract.ts';
import { fetchOutputs } from './fetch.ts';
import type { StageHands } from './hands.ts';
import { DigestMemory } from './inputs.ts';
import { makeResult } from './make-result.ts';
import { keepRecord } from './records.ts';
import { type ResolvedTarget, resolveTarget } from './resolve.ts';

/** What came of a target that somebody else publishes. */
export interface MadeTarget {
  /** `found`: the same was built before, and the store has it. */
  readonly how: 'built' | 'found';
  readonly key: string;
  /** Undefined for builds that are not official: nothing is packed. */
  readonly record: StageRecord | undefined;
}

/**
 * Makes one target, unless the same was made before, and leaves its publication to who calls: no lock is taken and no mirror is
 * touched. Throws MST010 to MST012, MST020 to MST024, MCA, SBX and SYS problems, and the reason of the signal.
 */
export async function makeTarget(hands: StageHands, plan: StagePlan): Promise<MadeTarget> {
  const resolved = await resolve(hands, plan);
  const { key, record } = resolved;
  if (record && plan.isOfficial) return { how: 'found', key, record };
  hands.onEvent({ kind: 'begin', plan, key });
  const made = await makeResult(hands, plan, resolved);
  if (made) keepRecord(hands.state, made);
  return { how: 'built', key, record: made };
}

/** Everything that is known of a target; runs its fetch step when that has not been done. Throws MST010, MST011. */
export async function resolve(hands: StageHands, plan: StagePlan): Promise<ResolvedTarget> {
  const memory = new DigestMemory(hands.state.digests);
  const first = await resolveTarget({ ...hands, memory }, plan);
  if ('problem' in first) throw new ProblemError(first.problem);
  if (!('needsFetch' in first)) return first;
  hands.onEvent({ kind: 'phase', phase: 'fetch' });
  await fetchOutputs(hands, plan);
  const second = await resolveTarget({ ...hands, memory }, plan);
  if ('key' in second) return second;
  throw new Error(`what '${plan.name}' fetched is gone`);
}
