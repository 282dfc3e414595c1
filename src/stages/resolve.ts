import type { Problem } from '../diagnostics/index.ts';
import { entryFacts } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import { buildKey, toolVersions } from './build-key.ts';
import type { StageInputs, StagePlan, StageRecord } from './contract.ts';
import { knownFetch } from './fetch.ts';
import type { StageHands } from './hands.ts';
import { type DigestMemory, type FoundInputs, findInputs } from './inputs.ts';
import { lastKeyOf, recordOf } from './records.ts';

type ResolveHands = Pick<StageHands, 'state' | 'store'> & { readonly memory: DigestMemory };

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
 * before the fetch step has run. What the result was built from counts in place of what is there now where the newest seed is made
 * of that very result, and with `asRecorded` always, as long as it can be had. Throws MST011, SYS004.
 */
export async function resolveTarget(
  hands: ResolveHands,
  plan: StagePlan,
  options: { readonly asRecorded: boolean } = { asRecorded: false },
): Promise<ResolvedTarget | { readonly problem: Problem } | { readonly needsFetch: FoundInputs }> {
  const tools = await toolVersions(plan);
  const last = lastKeyOf(hands.state, plan.result);
  const fetched = knownFetch(hands.state, plan);
  const before =
    last !== undefined && (options.asRecorded || isOwnSeed(plan)) ? recordOf(hands.state, last) : undefined;
  const recorded = before && (await recordedInputs(hands, plan, { before, fetched }));
  if (recorded && buildKey(plan, recorded, tools) === last)
    return await resolvedBy(hands, plan, { inputs: recorded, tools, last });
  const found = findInputs(plan);
  if ('problem' in found) return found;
  if (plan.fetchStep && fetched === undefined) return { needsFetch: found };
  const inputs: StageInputs = {
    seed: { path: found.seed, digest: await hands.memory.digestOf(found.seed) },
    snapshot:
      found.snapshot === undefined
        ? undefined
        : { path: found.snapshot, digest: await hands.memory.digestOf(found.snapshot) },
    fetched,
  };
  return await resolvedBy(hands, plan, { inputs, tools, last });
}

/** Whether the newest stage3 is what this very build came to: then it is not what the build began with. */
function isOwnSeed({ source, identity }: StagePlan): boolean {
  const { build, archDesc, subarch, version } = source.identity;
  const isSame = build === identity.build && archDesc === identity.archDesc && subarch === identity.subarch;
  return source.type === 'stage3' && isSame && version === identity.version;
}

/** What a result was built from, as long as it is still to be had: unpacked, or where it was. */
async function recordedInputs(
  { state, memory }: ResolveHands,
  plan: StagePlan,
  { before, fetched }: { readonly before: StageRecord; readonly fetched: StageInputs['fetched'] },
): Promise<StageInputs | undefined> {
  const { places, inputs } = before;
  const again = async (path: string, of: string, target: string) => {
    const digest = of as Digest;
    const isUnpacked = entryFacts(state.layer(digest, target)) !== undefined;
    const isThere = isUnpacked || (entryFacts(path) && (await memory.digestOf(path)) === digest);
    return isThere ? { path, digest } : undefined;
  };
  if (!places || (inputs.snapshot === undefined) !== (plan.snapshot === undefined)) return undefined;
  const seed = await again(places.seed, inputs.seed, '/');
  if (inputs.snapshot === undefined || !plan.snapshot) return seed && { seed, snapshot: undefined, fetched };
  const snapshot = await again(places.snapshot ?? '', inputs.snapshot, plan.snapshot.target);
  return seed && snapshot && { seed, snapshot, fetched };
}

async function resolvedBy(
  hands: ResolveHands,
  plan: StagePlan,
  { inputs, tools, last }: Pick<ResolvedTarget, 'inputs' | 'tools'> & { readonly last: string | undefined },
): Promise<ResolvedTarget> {
  const key = buildKey(plan, inputs, tools);
  const record = recordOf(hands.state, key);
  const isKept = record !== undefined && (await hands.store.has(record.digest));
  return {
    inputs,
    tools,
    key,
    record: isKept ? record : undefined,
    isThere: entryFacts(plan.result) !== undefined,
    isOther: last !== undefined && last !== key,
  };
}
