import type { Problem } from '../diagnostics/index.ts';
import { entryFacts } from '../host/index.ts';
import { buildKey, toolVersions } from './build-key.ts';
import type { StageInputs, StagePlan, StageRecord } from './contract.ts';
import { knownFetch } from './fetch.ts';
import type { StageHands } from './hands.ts';
import { type DigestMemory, type FoundInputs, findInputs } from './inputs.ts';
import { lastKeyOf, recordOf } from './records.ts';

/** What is known of a target before anything is built. */
export interface ResolvedTarget {
  readonly inputs: StageInputs;
  readonly tools: Readonly<Record<string, string>>;
  readonly key: string;
  /** What was built from the same inputs, as long as the store has it. */
  readonly record: StageRecord | undefined;
  /** Whether the mirror has a result of this name, and whether it was built from other inputs as far as is known. */
  readonly isThere: boolean;
  readonly isOther: boolean;
}

/**
 * Finds the inputs of a plan and what was built from them before. `problem`: inputs are missing; `needsFetch`: the key is not known
 * before the fetch step has run. Throws MST011, SYS004.
 */
export async function resolveTarget(
  hands: Pick<StageHands, 'state' | 'store'> & { readonly memory: DigestMemory },
  plan: StagePlan,
): Promise<ResolvedTarget | { readonly problem: Problem } | { readonly needsFetch: FoundInputs }> {
  const found = findInputs(plan);
  if ('problem' in found) return found;
  const fetched = knownFetch(hands.state, plan);
  if (plan.fetchStep && fetched === undefined) return { needsFetch: found };
  const inputs: StageInputs = {
    seed: { path: found.seed, digest: await hands.memory.digestOf(found.seed) },
    snapshot:
      found.snapshot === undefined
        ? undefined
        : { path: found.snapshot, digest: await hands.memory.digestOf(found.snapshot) },
    fetched,
  };
  const tools = await toolVersions(plan);
  const key = buildKey(plan, inputs, tools);
  const record = recordOf(hands.state, key);
  const isKept = record !== undefined && (await hands.store.has(record.digest));
  const last = lastKeyOf(hands.state, plan.result);
  return {
    inputs,
    tools,
    key,
    record: isKept ? record : undefined,
    isThere: entryFacts(plan.result) !== undefined,
    isOther: last !== undefined && last !== key,
  };
}
