import { isFault, type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import type { Program } from '../formats/metro/index.ts';
import {
  ensureFolders,
  entryFacts,
  type FileLock,
  fileBytes,
  removeEntry,
  replaceFile,
  textIfThere,
} from '../host/index.ts';
import { buildTarget, isKept, type StageOutcome } from './build-target.ts';
import type { StagePlan } from './contract.ts';
import { type ControlReader, failureCount } from './control.ts';
import { Elements } from './elements.ts';
import type { StageHands } from './hands.ts';
import { findInputs } from './inputs.ts';
import { lockHolder, takeLock } from './lock.ts';
import { planTarget, readIdentity } from './plan-target.ts';
import { buildSnapshot, planSnapshot, type SnapshotPlan } from './snapshot.ts';
import { readStrategy, subarchFolder } from './sources.ts';
import { targetList } from './target-list.ts';

export interface RunRequest {
  /** Reads the files anew, for one target or for the question which there are: control files may have changed (8.3). */
  readonly open: (target: string | undefined) => Program;
  readonly read: ControlReader;
  readonly processor: string;
  /** The only target; undefined: those that the files say. */
  readonly only: string | undefined;
  /** Results that are there are made anew. */
  readonly replace: boolean;
}

/** How one target of a run ended. */
export interface TargetEnd {
  readonly target: string;
  readonly name: string;
  readonly how: StageOutcome['how'] | 'skipped' | 'failed';
  readonly result: string | undefined;
  readonly key: string | undefined;
  readonly digest: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly problem: Problem | undefined;
}

/** How a run ended. `locked`: somebody else is at it, and nothing was touched. */
export interface RunEnd {
  readonly end: 'ok' | 'failed' | 'locked' | 'interrupted';
  readonly targets: readonly TargetEnd[];
  readonly problem: Problem | undefined;
}

/** The program of a run, as long as its files are right. Throws the first mistake in them. */
function opened(request: RunRequest, target: string | undefined): Program {
  const program = request.open(target);
  const wrong = program.problems.find(({ severity }) => severity === 'error');
  if (wrong) throw new ProblemError(wrong);
  return program;
}

/** Names of the targets that a request means, in their order. Throws MST001 to MST004. */
export function targetsOf(request: RunRequest): readonly string[] {
  if (request.only !== undefined) return [request.only];
  const elements = new Elements(request.open(undefined));
  return targetList(elements, () => {
    const identity = readIdentity(elements);
    const mirror = elements.required('path/mirror');
    elements.check();
    return readStrategy(elements, request.read, `${subarchFolder(mirror, identity)}/.control`);
  });
}

/** The plan of one target, read anew. Throws what `planTarget` does, and mistakes in files. */
export function planOf(request: RunRequest, target: string): StagePlan {
  const program = opened(request, target);
  const plan = planTarget({ program, target, read: request.read, processor: request.processor });
  return request.replace ? { ...plan, isReplaced: true } : plan;
}

/** The package tree that a request packs first; undefined when it packs none. Throws what `planSnapshot` does. */
export function snapshotFor(request: RunRequest): SnapshotPlan | undefined {
  if (!targetsOf(request).includes('snapshot')) return undefined;
  return planSnapshot(new Elements(opened(request, 'snapshot')));
}

/** Plans of all targets that a request means, but for package trees. */
export function plansFor(request: RunRequest): readonly StagePlan[] {
  return targetsOf(request)
    .filter((target) => target !== 'snapshot')
    .map((target) => planOf(request, target));
}

/** Notes of a run in the mirror (8.4): targets, count of failures, status. */
class RunNotes {
  readonly #plan: StagePlan;

  constructor(plan: StagePlan) {
    this.#plan = plan;
  }

  begin(targets: readonly string[]): void {
    ensureFolders([this.#plan.folder, this.#plan.controlFolder]);
    const named = targets.filter((target) => target !== 'snapshot');
    replaceFile(`${this.#plan.folder}/.targets`, named.map((name) => `${name}\n`).join(''));
  }

  fail(): void {
    const { folder, controlFolder, isOfficial } = this.#plan;
    const path = `${controlFolder}/.failcount`;
    if (isOfficial) replaceFile(path, `${failureCount(textIfThere(path)) + 1}\n`);
    replaceFile(`${folder}/status`, 'fail\n');
  }

  succeed(): void {
    removeEntry(`${this.#plan.controlFolder}/.failcount`);
    const path = `${this.#plan.folder}/status`;
    if (textIfThere(path) !== 'ok\n') replaceFile(path, 'ok\n');
  }
}

/**
 * Builds the targets of a run one after the other; the first failure ends it (8.4). Never throws for a build that fails, but for
 * files and elements that are wrong before anything is built (MTR, MST001 to MST005).
 */
export async function runTargets(hands: StageHands, request: RunRequest): Promise<RunEnd> {
  const targets = targetsOf(request);
  const first = targets.find((target) => target !== 'snapshot');
  if (first === undefined) return await runAll(hands, request, { targets, notes: undefined });
  const plan = planOf(request, first);
  const lockPath = `${plan.controlFolder}/.multi_progress`;
  const busy = await heldLock(plan.controlFolder, targets);
  if (busy) return { end: 'locked', targets: [], problem: busy };
  const notes = new RunNotes(plan);
  if (targets[0] === first) {
    const inputs = findInputs(plan);
    // what is there stays, whatever has become of what it was made of
    if ('problem' in inputs && !isKept(plan)) {
      notes.begin(targets);
      notes.fail();
      await keepReason(plan, inputs.problem);
      return { end: 'failed', targets: [failedEnd(first, plan, inputs.problem)], problem: inputs.problem };
    }
  }
  let lock: FileLock;
  try {
    lock = await takeLock(lockPath);
  } catch (error) {
    if (isFault(error, 'MST013')) return { end: 'locked', targets: [], problem: error.problem };
    throw error;
  }
  try {
    notes.begin(targets);
    return await runAll(hands, request, { targets, notes });
  } finally {
    await lock.release();
  }
}

/** A lock of the run or of one of its targets that somebody has: then nothing is touched (Q34). */
async function heldLock(controlFolder: string, targets: readonly string[]): Promise<Problem | undefined> {
  const names = ['multi', ...targets.filter((target) => target !== 'snapshot')];
  for (const name of names) {
    const path = `${controlFolder}/.${name}_progress`;
    const holder = await lockHolder(path);
    if (holder !== undefined) return problem('MST013', { what: `${holder} holds the lock '${path}'` });
  }
  return undefined;
}

interface Running {
  readonly targets: readonly string[];
  readonly notes: RunNotes | undefined;
}

async function runAll(hands: StageHands, request: RunRequest, { targets, notes }: Running): Promise<RunEnd> {
  const ends: TargetEnd[] = [];
  for (const target of targets) {
    const end = await runOne(hands, request, target);
    if (end === 'interrupted') return { end, targets: ends, problem: undefined };
    ends.push(end);
    if (end.how !== 'failed') continue;
    // whoever holds the lock of a target is at work on it: that is neither a failure nor a success (Q34)
    if (end.problem?.code === 'MST013') return { end: 'locked', targets: ends, problem: end.problem };
    notes?.fail();
    return { end: 'failed', targets: ends, problem: end.problem };
  }
  notes?.succeed();
  return { end: 'ok', targets: ends, problem: undefined };
}

async function runOne(
  hands: StageHands,
  request: RunRequest,
  target: string,
): Promise<TargetEnd | 'interrupted'> {
  let plan: StagePlan | undefined;
  try {
    if (target === 'snapshot') return await runSnapshot(hands, request);
    plan = planOf(request, target);
    const { how, key, record } = await buildTarget(hands, plan);
    return {
      ...{ target, how, key, name: plan.name, result: plan.isOfficial ? plan.result : undefined },
      ...{ digest: record?.digest, sizeBytes: record?.sizeBytes, problem: undefined },
    };
  } catch (error) {
    if (hands.signal?.aborted) return 'interrupted';
    if (!isFault(error)) throw error;
    if (plan) await keepReason(plan, error.problem, hands);
    return failedEnd(target, plan, error.problem);
  }
}

const failedEnd = (target: string, plan: StagePlan | undefined, found: Problem): TargetEnd => ({
  ...{ target, name: plan?.name ?? target, how: 'failed', result: undefined },
  ...{ key: undefined, digest: undefined, sizeBytes: undefined, problem: found },
});

async function runSnapshot(hands: StageHands, request: RunRequest): Promise<TargetEnd> {
  const elements = new Elements(opened(request, 'snapshot'));
  const planned = planSnapshot(elements);
  const plan = request.replace ? { ...planned, isReplaced: true } : planned;
  const how = await buildSnapshot(hands, plan);
  return {
    ...{ target: 'snapshot', name: plan.path.slice(plan.path.lastIndexOf('/') + 1), how, result: plan.path },
    ...{ key: undefined, digest: undefined, sizeBytes: undefined, problem: undefined },
  };
}

/** Of a log that is longer only so many bytes of its end are shown; all of it is beside the tree that failed. */
const mostLogBytes = 16 << 20;

async function endOfLog(path: string): Promise<string> {
  const size = entryFacts(path)?.sizeBytes ?? 0;
  if (size === 0) return '';
  const from = Math.max(0, size - mostLogBytes);
  const text = Buffer.from(await fileBytes(path, from, size)).toString('utf8');
  return from === 0 ? text : `== ${from} bytes before this are in ${path}\n${text}`;
}

/** The log of a target that failed, with the reason at its end, goes where a mirror has logs (8.4). */
async function keepReason(plan: StagePlan, found: Problem, hands?: StageHands): Promise<void> {
  if (found.code === 'MST013') return;
  const log = hands === undefined ? '' : await endOfLog(`${hands.state.work(plan.result)}/log.txt`);
  ensureFolders([`${plan.folder}/log`]);
  const reason = [found.what, ...(found.why === undefined ? [] : [found.why])].join('\n');
  replaceFile(`${plan.folder}/log/${plan.target}.txt`, `${log}${found.code} ${reason}\n`);
  const failed = failedEbuilds(log);
  if (failed.length > 0)
    replaceFile(`${plan.folder}/log/errors.json`, `${JSON.stringify(failed, undefined, 1)}\n`);
}

/** What Portage says of packages that failed (9.3). */
export function failedEbuilds(log: string): readonly { readonly ebuild: string; readonly phase: string }[] {
  const found = log.matchAll(/ERROR: ([A-Za-z0-9+_.-]+\/[^\s:]+)(?:::\S+)? failed \((\S+) phase\)/g);
  return [...found].map(([, ebuild = '', phase = '']) => ({ ebuild, phase }));
}
