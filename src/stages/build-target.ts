import { ProblemError, problem } from '../diagnostics/index.ts';
import { entryFacts } from '../host/index.ts';
import type { StagePlan, StageRecord } from './contract.ts';
import { checkEmulator } from './emulator.ts';
import type { StageHands } from './hands.ts';
import { findInputs } from './inputs.ts';
import { takeLock } from './lock.ts';
import { makeResult } from './make-result.ts';
import { resolve } from './make-target.ts';
import { updateControl } from './publish.ts';
import { keepLastKey, keepRecord } from './records.ts';

/** How a target ended. */
export interface StageOutcome {
  /** `built` now; `found` in the store, as nothing has changed; `present` in the mirror, and left as it is. */
  readonly how: 'built' | 'found' | 'present';
  readonly key: string | undefined;
  readonly record: StageRecord | undefined;
  /** Files of the control folder that say something else now. */
  readonly controlChanged: readonly string[];
}

/**
 * Builds one target, unless the same was built before, and publishes it. What has to be there is looked for before a lock is taken.
 * Doing it again after a crash at any moment ends in the same state.
 * Throws MST006, MST010 to MST013, MST020 to MST024, MCA, SBX and SYS problems, and the reason of the signal.
 */
export async function buildTarget(hands: StageHands, plan: StagePlan): Promise<StageOutcome> {
  const inputs = findInputs(plan);
  const isLeft = 'problem' in inputs && isKept(plan);
  if ('problem' in inputs && !isLeft) throw new ProblemError(inputs.problem);
  checkEmulator(plan.emulator, plan.identity.archDesc);
  const lock = await takeLock(`${plan.controlFolder}/.${plan.target}_progress`);
  try {
    if (isLeft) return present(hands, plan, { key: undefined, isOther: false });
    const resolved = await resolve(hands, plan);
    const { record, isThere } = resolved;
    const isFinished = plan.isOfficial ? isThere : entryFacts(`${plan.folder}/status`) !== undefined;
    if (isFinished && !plan.isReplaced && (!plan.isOfficial || resolved.isOther || !record)) {
      return present(hands, plan, resolved);
    }
    if (record && plan.isOfficial) return await publish(hands, plan, { record, how: 'found' });
    hands.onEvent({ kind: 'begin', plan, key: resolved.key });
    const made = await makeResult(hands, plan, resolved);
    if (!made) return { how: 'built', key: resolved.key, record: undefined, controlChanged: [] };
    keepRecord(hands.state, made);
    return await publish(hands, plan, { record: made, how: 'built' });
  } finally {
    await lock.release();
  }
}

/** Whether a result is in the mirror and is not to be made anew. */
export const isKept = (plan: StagePlan): boolean =>
  plan.isOfficial && !plan.isReplaced && entryFacts(plan.result) !== undefined;

function present(
  hands: StageHands,
  plan: StagePlan,
  { key, isOther }: { readonly key: string | undefined; readonly isOther: boolean },
): StageOutcome {
  if (isOther) {
    const what = `'${plan.result}' stays, though it was built from other inputs`;
    hands.onEvent({ kind: 'problem', problem: problem('MST030', { what }) });
  }
  return { how: 'present', key, record: undefined, controlChanged: updateControl(plan) };
}

async function publish(
  hands: StageHands,
  plan: StagePlan,
  { record, how }: { readonly record: StageRecord; readonly how: 'built' | 'found' },
): Promise<StageOutcome> {
  hands.onEvent({ kind: 'phase', phase: 'publish' });
  // first what the result is made of: whoever dies in between goes on with publishing
  keepLastKey(hands.state, plan.result, record.key);
  await hands.publisher.publish({ plan, record, open: (digest) => hands.store.path(digest) });
  return { how, key: record.key, record, controlChanged: updateControl(plan) };
}
