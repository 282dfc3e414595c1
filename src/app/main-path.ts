import { runBuilder } from '../builder/index.ts';
import { fault, type Problem } from '../diagnostics/index.ts';
import { type BegunAttempt, Dispatcher } from '../dispatcher/index.ts';
import { machine } from '../host/index.ts';
import { pruneLogs } from '../logs/index.ts';
import type { FarmEvent, Plan, PlannedJob } from '../model/index.ts';
import { isFinal } from '../model/index.ts';
import { builderName, type JobId, type PlanId } from '../primitives/index.ts';
import { EmbeddedQueue } from '../queue/embedded/index.ts';
import type { QueueBackend } from '../queue/index.ts';
import type { OpenRebuild } from './abi/abi-gate.ts';
import { followUp } from './abi/follow-up.ts';
import { listRebuilds } from './abi/rebuilds.ts';
import type { BuildObserver } from './build-event.ts';
import {
  type BuildReport,
  isFailedBuild,
  joinReports,
  planReason,
  reportBroken,
  reportJob,
} from './build-report.ts';
import { decideRebuild } from './decide-rebuild.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import type { Farm } from './farm.ts';
import { FailureDesk } from './log-workbench/failure-desk.ts';
import { performAttempt, sweepWork } from './perform-attempt.ts';
import { type PlannedRecipes, planRecipes } from './plan-recipes.ts';
import type { PlanRequest } from './plan-request.ts';
import { Publishing } from './publishing.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { kindOf } from './recipe-kinds.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';
import { isAutogenTarget, isTreeTarget } from './target-kinds.ts';

export interface BuildRequest extends PlanRequest {
  /** Builds at one time; undefined: the farm's setting. */
  readonly jobs: number | undefined;
  readonly failFast: boolean;
}

/** Long enough that a stopped machine which goes on soon keeps its builds. */
const leaseMs = 60_000;
const dayMs = 24 * 60 * 60 * 1000;
/** Logs of failed attempts that are read at the end of a build; a farm with a long past has more of them. */
const mostExplained = 200;

/**
 * The main path: set right what a crash left, plan, dispatch, build, publish, report. Every step's state is in
 * the record, so running the same request again goes on where a killed one stopped. Where the setting `rebuild.abi` is
 * `auto`, what the results break is built in a plan of its own afterwards.
 */
export async function buildRecipes(
  farm: Farm,
  request: BuildRequest,
  observer: BuildObserver,
): Promise<BuildReport> {
  const wanted = new Map<number, OpenRebuild>();
  const first = await buildOnce(farm, request, observer, wanted);
  let report = first;
  for (const rebuild of wanted.values()) {
    if (observer.signal.aborted) break;
    const asked = followUp(farm, request, rebuild);
    if (!asked) continue;
    const next = await buildOnce(farm, asked, observer, new Map());
    report = joinReports(report, next);
  }
  return report;
}

async function buildOnce(
  farm: Farm,
  request: BuildRequest,
  observer: BuildObserver,
  wanted: Map<number, OpenRebuild>,
): Promise<BuildReport> {
  const startedMs = farm.clock.monotonicMs();
  const queue = new EmbeddedQueue({ path: farm.paths.queue, clock: farm.clock });
  try {
    const dispatcher = new Dispatcher({
      database: farm.database,
      queue,
      clock: farm.clock,
      decide: async (input) => decideRebuild(farm, input),
    });
    const problems: Problem[] = [];
    const publishing = new Publishing(farm, {
      published: (what) => observer.onEvent({ kind: 'published', what }),
      refused: (problem) => problems.push(problem),
      held: (rebuild) => {
        if (rebuild.toAsk.length > 0) wanted.set(rebuild.record.id, rebuild);
      },
    });
    await setRight(farm, dispatcher, publishing, observer);
    const planned = await planRecipes(farm, { ...request, signal: observer.signal });
    problems.push(...planned.problems);
    const { target } = planned.plan;
    if (isAutogenTarget(farm, target))
      (await import('./load-trees.ts')).noteOverlays(farm, target, request.paths);
    const planId = await admit(dispatcher, farm, planned, request);
    const slots = request.jobs ?? farm.jobs;
    announce(planned.plan, slots, observer);
    const jobs = new Map(planned.plan.jobs.map((job) => [job.id, job]));
    const listener = (event: FarmEvent): void => {
      if (event.kind === 'job-moved' && event.to === 'succeeded') publishing.nudge();
      tell(event, jobs, farm, observer);
    };
    const unsubscribe = dispatcher.subscribe(listener);
    try {
      await work({ farm, dispatcher, queue, planned, planId, slots, observer });
    } finally {
      unsubscribe();
      // also after a failure: nothing may go on behind a farm that is closed
      await publishing.settle();
    }
    await publishing.drain();
    await tidy(farm);
    return await report({ farm, dispatcher, planId, planned, jobs, problems, startedMs });
  } finally {
    await queue.close();
  }
}

/** Undoes the traces of a crash: half-made generations, lost attempts, work folders, unpublished results. */
async function setRight(
  farm: Farm,
  dispatcher: Dispatcher,
  publishing: Publishing,
  observer: BuildObserver,
): Promise<void> {
  for (const what of await farm.recover()) observer.onEvent({ kind: 'recovered', what });
  const { lost } = await dispatcher.recover();
  for (const job of lost)
    observer.onEvent({ kind: 'recovered', what: `'${job}' was interrupted; it is built again` });
  await sweepWork(farm);
  await publishing.drain();
}

/** Writes the plan; what older plans left undone and this one does not ask for is given up. */
async function admit(
  dispatcher: Dispatcher,
  farm: Farm,
  { plan }: PlannedRecipes,
  request: BuildRequest,
): Promise<PlanId> {
  const why = `packmill build ${request.paths.join(' ')}`;
  const { planId } = await dispatcher.admit(plan, { why, failFast: request.failFast });
  const wanted = new Set(plan.jobs.map(({ id }) => id));
  const leftOver = farm.database.plans
    .open()
    .filter(({ id }) => id !== planId)
    .flatMap(({ id }) => farm.database.jobs.openOfPlan(id))
    .map(({ id }) => id)
    .filter((id) => !wanted.has(id));
  if (leftOver.length > 0) await dispatcher.cancel(leftOver, `plan ${planId} does not ask for it`);
  return planId;
}

interface Work {
  readonly farm: Farm;
  readonly dispatcher: Dispatcher;
  readonly queue: QueueBackend;
  readonly planned: PlannedRecipes;
  readonly planId: PlanId;
  readonly slots: number;
  readonly observer: BuildObserver;
}

/** What the builder of this process can do for a target, beside what every one can. */
async function labelsFor(farm: Farm, target: string): Promise<readonly string[]> {
  if (isStageTarget(farm, target)) return (await import('./stage-targets/hands.ts')).stageLabels();
  if (!isPythonTarget(farm, target)) return [];
  const { pythonLabels } = await import('./python-targets/open-hands.ts');
  return pythonLabels(await farm.sandboxRoot());
}

/** Lets local builders work until every job of the plan is final, or the observer wants an end. */
async function work({ farm, dispatcher, queue, planned, planId, slots, observer }: Work): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, observer.signal]);
  const processors = Math.max(1, Math.ceil(machine.processors() / slots));
  const recipeOf = async ({ job }: BegunAttempt) => {
    const recipe = planned.recipes.get(job.name);
    if (!recipe) throw fault('CLI002', { what: `the recipe '${job.name}' is not there any more` });
    return recipe;
  };
  const { target } = planned.plan;
  const isKept = isEbinTarget(farm, target) || isStageTarget(farm, target) || isPythonTarget(farm, target);
  const labels = await labelsFor(farm, target);
  const building = runBuilder(
    {
      queue,
      clock: farm.clock,
      name: builderName(isKept ? (await import('../recipes/ebin/index.ts')).indexingBuilder : machine.name()),
      labels,
      builderClass: Number.MAX_SAFE_INTEGER,
      leaseMs,
      slots,
      workplace: {
        begin: (lease) => dispatcher.begin(lease, { isHere: true }),
        perform: async (begun, stop) => {
          const kind = await kindOf(farm, planned.plan.target);
          return await performAttempt({ farm, kind, recipeOf, processors }, begun, stop);
        },
        report: (lease, attempt, end) => dispatcher.report(lease, attempt, end),
      },
    },
    signal,
  );
  const watching = dispatcher.keepWatch(signal);
  const aborted = new Promise<void>((resolve) => {
    if (observer.signal.aborted) resolve();
    observer.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([dispatcher.finished(planId), building, watching, aborted]);
  } finally {
    over.abort();
    await building;
    await watching;
    await dispatcher.idle();
  }
}

function announce(plan: Plan, slots: number, observer: BuildObserver): void {
  const build = plan.jobs.filter(({ action }) => action === 'build');
  const maybe = plan.jobs.filter(({ action }) => action === 'build-if-broken');
  const kept = plan.jobs.length - build.length - maybe.length;
  observer.onEvent({
    kind: 'planned',
    slots,
    jobs: [...build, ...maybe].map(({ id, expectedMs, criticalPathMs }) => ({
      id,
      expectedMs,
      pathMs: criticalPathMs,
    })),
    summary: `planned ${build.length} to build, ${maybe.length} if a dependency breaks them, ${kept} up to date`,
  });
}

type PlannedJobs = ReadonlyMap<JobId, PlannedJob>;

function tell(event: FarmEvent, jobs: PlannedJobs, farm: Farm, observer: BuildObserver): void {
  if (event.kind !== 'job-moved') return;
  const job = jobs.get(event.job);
  if (!job || job.action === 'keep') return;
  if (event.to === 'running') {
    const reason = event.reason || planReason(job);
    observer.onEvent({ kind: 'started', job: job.id, reason, expectedMs: job.expectedMs });
  } else if (isFinal(event.to)) {
    const attempt = event.attempt === undefined ? undefined : farm.database.attempts.get(event.attempt);
    const good = event.to === 'succeeded';
    observer.onEvent({
      kind: 'ended',
      job: job.id,
      state: event.to,
      reason: good ? '' : event.reason,
      durationMs: attempt?.durationMs,
    });
  }
}

async function tidy(farm: Farm): Promise<void> {
  const { 'keep-days': days, 'keep-per-job': keepPerJob } = farm.config.logs;
  await pruneLogs({ farm: farm.paths.root, nowMs: farm.clock.nowMs(), maxAgeMs: days * dayMs, keepPerJob });
  const desk = new FailureDesk({ root: farm.paths.root, database: farm.database, mayWrite: () => true });
  await desk.catchUp({ limit: mostExplained });
}

interface Ended {
  readonly farm: Farm;
  readonly dispatcher: Dispatcher;
  readonly planId: PlanId;
  readonly planned: PlannedRecipes;
  readonly jobs: PlannedJobs;
  readonly problems: readonly Problem[];
  readonly startedMs: number;
}

async function report(ended: Ended): Promise<BuildReport> {
  const { farm, dispatcher, planId, planned, problems, startedMs } = ended;
  const { target, arch } = planned.plan;
  const published = isTreeTarget(farm, target) ? farm.trees.list() : farm.repositories.list();
  const views = dispatcher.jobs(planId);
  const planJobs = views.map((view) => reportJob(farm, ended.jobs.get(view.id), view));
  const broken = planned.broken.map((one) => reportBroken({ target, arch }, one));
  const jobs = [...(await Promise.all(planJobs)), ...broken];
  return {
    plan: planId,
    jobs,
    problems,
    repository: published.find((one) => one.name === target && one.arch === arch),
    held: listRebuilds(farm, { open: true }).filter((one) => one.target === target && one.arch === arch),
    durationMs: farm.clock.monotonicMs() - startedMs,
    failed: isFailedBuild(jobs, problems),
  };
}
