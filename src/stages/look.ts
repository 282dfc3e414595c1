import type { Problem } from '../diagnostics/index.ts';
import { entryFacts, linkDestination, textIfThere } from '../host/index.ts';
import { isKept } from './build-target.ts';
import type { StagePlan, StageRecord } from './contract.ts';
import { controlNames, failureCount } from './control.ts';
import type { StageHands } from './hands.ts';
import { DigestMemory, findInputs } from './inputs.ts';
import { lockHolder } from './lock.ts';
import { lastKeyOf, recordOf } from './records.ts';
import { resolveTarget } from './resolve.ts';
import { placeInWords } from './script-place.ts';

/** What would be done for a target, and why. */
export interface TargetView {
  readonly target: string;
  readonly name: string;
  readonly result: string | undefined;
  /**
   * `build`; `found`: the same was built before; `present`: a result is in the mirror and stays; `after`: an earlier target of the
   * same run makes what it begins with; `fetch`: its key is known once the fetch step has run; `missing`: it cannot be built.
   */
  readonly state: 'build' | 'found' | 'present' | 'after' | 'fetch' | 'missing';
  readonly why: string;
  readonly key: string | undefined;
  readonly seed: { readonly path: string; readonly digest: string | undefined; readonly why: string };
  readonly snapshot: string | undefined;
  readonly packed: string;
  readonly steps: readonly {
    readonly element: string;
    readonly where: 'tree' | 'host';
    readonly lines: number;
    readonly at: string;
  }[];
  readonly control: readonly { readonly name: string; readonly value: string }[];
  readonly problem: Problem | undefined;
}

type Verdict = Pick<TargetView, 'state' | 'why' | 'key' | 'problem'> & { readonly digest?: string };

async function judge(
  hands: Pick<StageHands, 'state' | 'store'>,
  plan: StagePlan,
  made: ReadonlySet<string>,
): Promise<Verdict> {
  const none = { key: undefined, problem: undefined };
  const stem = `${plan.source.folder}/${plan.source.name}`;
  const isPacked = plan.snapshot !== undefined && made.has(plan.snapshot.path);
  if (made.has(stem) || isPacked) {
    const lacking = made.has(stem) ? undefined : findInputs({ ...plan, snapshot: undefined });
    if (!lacking || !('problem' in lacking))
      return { ...none, state: 'after', why: 'a target before it makes what it begins with' };
  }
  const resolved = await resolveTarget({ ...hands, memory: new DigestMemory(hands.state.digests) }, plan);
  if ('problem' in resolved && isKept(plan))
    return { ...none, state: 'present', why: 'a result is there; what it was made of is not' };
  if ('problem' in resolved)
    return { ...none, state: 'missing', why: resolved.problem.why ?? '', problem: resolved.problem };
  if ('needsFetch' in resolved) return { ...none, state: 'fetch', why: 'the step that fetches has not run' };
  const { key, record, isThere, isOther } = resolved;
  const known = { key, problem: undefined, digest: resolved.inputs.seed.digest };
  if (isThere && !plan.isReplaced && (isOther || !record)) {
    const why = isOther
      ? 'a result is there, built from other inputs; --replace builds it anew'
      : 'a result is there';
    return { ...known, state: 'present', why };
  }
  if (record) return { ...known, state: 'found', why: 'the same inputs were built before' };
  const last = lastKeyOf(hands.state, plan.result);
  const before = last === undefined ? undefined : recordOf(hands.state, last);
  return {
    ...known,
    state: 'build',
    why: before ? changeWords(before, resolved.inputs.seed.digest, plan) : 'it was never built here',
  };
}

/** Which inputs are not those of an earlier build, as words. */
function changeWords(before: StageRecord, seed: string, plan: StagePlan): string {
  const changed = [...plan.elements]
    .filter(([name, value]) => (before.elements[name] ?? value) !== value)
    .map(([name]) => `'${name}'`);
  const what = [...(before.inputs.seed === seed ? [] : ['the seed']), ...changed];
  return what.length === 0
    ? 'its inputs have changed'
    : `changed since it was built: ${what.slice(0, 8).join(', ')}`;
}

/**
 * What a run of some plans would do, in their order; touches nothing but what was remembered of digests. `packed`: package trees that
 * the run packs before.
 */
export async function viewTargets(
  hands: Pick<StageHands, 'state' | 'store'>,
  plans: readonly StagePlan[],
  packed: readonly string[] = [],
): Promise<readonly TargetView[]> {
  const made = new Set(packed.filter((path) => entryFacts(path) === undefined));
  const views: TargetView[] = [];
  for (const plan of plans) {
    const verdict = await judge(hands, plan, made);
    const { digest, ...judged } = verdict;
    if (verdict.state === 'build' || verdict.state === 'after') made.add(`${plan.folder}/${plan.name}`);
    views.push({
      ...{
        target: plan.target,
        name: plan.name,
        result: plan.isOfficial ? plan.result : undefined,
        ...judged,
      },
      seed: { path: `${plan.source.folder}/${plan.source.name}`, digest, why: plan.source.why },
      snapshot: plan.snapshot?.path,
      packed: plan.packed,
      steps: plan.steps.map(({ element, where, script }) => {
        const [head] = script.lines;
        return { element, where, lines: script.lines.length, at: head ? placeInWords(head) : '' };
      }),
      control: plan.controlUpdates.map(({ name, value }) => ({ name, value })),
    });
  }
  return views;
}

/** What the mirror and its control folder say of a subarch. */
export interface SubarchStatus {
  readonly controlFolder: string;
  readonly control: Readonly<Record<string, string>>;
  readonly failures: number;
  readonly status: string | undefined;
  readonly locks: readonly { readonly path: string; readonly holder: string | undefined }[];
  readonly results: readonly {
    readonly target: string;
    readonly path: string;
    readonly isThere: boolean;
    readonly latest: string | undefined;
    readonly key: string | undefined;
  }[];
}

/** How things stand for some plans of one subarch. */
export async function statusOf(
  hands: Pick<StageHands, 'state'>,
  plans: readonly StagePlan[],
): Promise<SubarchStatus | undefined> {
  const [first] = plans;
  if (!first) return undefined;
  const { controlFolder } = first;
  const value = (name: string): string | undefined => textIfThere(`${controlFolder}/${name}`)?.trim();
  const versions = plans.flatMap(({ controlUpdates }) => controlUpdates.map(({ name }) => name));
  const control = [...new Set([...controlNames, ...versions])].flatMap((name) => {
    const text = value(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  const locks = ['.multi_progress', ...plans.map(({ target }) => `.${target}_progress`)]
    .map((name) => `${controlFolder}/${name}`)
    .filter((path) => entryFacts(path) !== undefined);
  return {
    controlFolder,
    control: Object.fromEntries(control),
    failures: failureCount(value('.failcount')),
    status: textIfThere(`${first.folder}/status`)?.trim(),
    locks: await Promise.all(locks.map(async (path) => ({ path, holder: await lockHolder(path) }))),
    results: plans.map((plan) => ({
      target: plan.target,
      path: plan.result,
      isThere: entryFacts(plan.result) !== undefined,
      latest: plan.latest === undefined ? undefined : linkDestination(plan.latest),
      key: lastKeyOf(hands.state, plan.result),
    })),
  };
}
