import type { JobReason, PlannedJob } from '../../../model/index.ts';
import { renderReason } from '../../../planner/index.ts';
import type { JobId } from '../../../primitives/index.ts';
import { shortName, timeText, type WhyScene, type WhySubject } from './scene.ts';
import type { WhyStep } from './step.ts';

/** How far a chain of rebuilt dependencies is followed. */
const mostLinks = 12;

/** Why a job is in its plan: what made the plan, and the chain of reasons that leads to this job. */
export function whyPlanned(scene: WhyScene, { planned, plan, head }: WhySubject): readonly WhyStep[] {
  const jobs = new Map(plan.jobs.map((job) => [job.id, job]));
  return [
    originStep(scene, { planned, plan, head }),
    ...planned.reasons.map((reason) => reasonStep(reason, planned, { jobs, seen: new Set([planned.id]) })),
  ];
}

function originStep(
  scene: WhyScene,
  { planned, head }: Pick<WhySubject, 'planned' | 'plan' | 'head'>,
): WhyStep {
  const { id, why, createdMs, origin } = head;
  const commit = origin?.commit === undefined ? '' : ` at commit ${origin.commit.slice(0, 12)}`;
  const pipeline = origin?.pipeline === undefined ? '' : `, asked for by the pipeline ${origin.pipeline}`;
  const urgency = origin === undefined || origin.urgency === 0 ? '' : `, with urgency ${origin.urgency}`;
  const from =
    origin === undefined ? `by '${why}'` : `from source '${origin.source}'${commit}${pipeline}${urgency}`;
  const run = origin && upkeepStep(scene, origin.source, { name: planned.name, createdMs });
  return {
    kind: 'plan',
    text: `plan ${id} was made at ${timeText(createdMs)} ${from}`,
    plan: id,
    sinceMs: createdMs,
    ...(run ? { because: [run] } : {}),
  };
}

/** The run of a source's upkeep that scheduled the package, as far as its last runs are known. */
function upkeepStep(
  { upkeepOf }: WhyScene,
  source: string,
  { name, createdMs }: { readonly name: string; readonly createdMs: number },
): WhyStep | undefined {
  const run = upkeepOf(source)?.runs.find(
    ({ scheduled, startedMs, endedMs }) =>
      scheduled.includes(name) &&
      startedMs <= createdMs + 60_000 &&
      (endedMs ?? createdMs) >= createdMs - 60_000,
  );
  if (!run) return undefined;
  const what = {
    'on-commit': 'a push changed its recipe, or something that it is made with',
    'on-schedule': 'its upstream or its versions were looked at and something is new',
    trigger: `the trigger '${run.trigger ?? ''}' was pulled`,
  }[run.kind];
  const by = { push: 'a push', timer: 'the timer', hand: 'somebody by hand' }[run.by];
  return {
    kind: 'upkeep',
    text: `the upkeep of '${source}' scheduled it: ${what} (run of ${timeText(run.startedMs)}, begun by ${by})`,
    sinceMs: run.startedMs,
  };
}

interface Chain {
  readonly jobs: ReadonlyMap<JobId, PlannedJob>;
  readonly seen: ReadonlySet<JobId>;
}

function reasonStep(reason: JobReason, planned: PlannedJob, chain: Chain): WhyStep {
  const text = renderReason(reason);
  if (reason.kind === 'soname-missing')
    return {
      kind: reason.kind,
      text: `${text}, which it is linked with: a run between both builds was broken off`,
    };
  if (reason.kind !== 'dependency-rebuilt') return { kind: reason.kind, text };
  const { dependency } = reason;
  const behind = chain.jobs.get(dependency);
  const step: WhyStep = {
    kind: reason.kind,
    text: planned.action === 'build-if-broken' ? `${text}: it is built again only if that breaks it` : text,
    job: dependency,
  };
  if (!behind || chain.seen.has(dependency) || chain.seen.size > mostLinks) return step;
  const seen = new Set([...chain.seen, dependency]);
  const because = behind.reasons.map((one) => {
    const link = reasonStep(one, behind, { ...chain, seen });
    return { ...link, text: `'${shortName(dependency)}': ${link.text}` };
  });
  return { ...step, because };
}
