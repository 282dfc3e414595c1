import type { WhyAnswer } from '../../../api/index.ts';
import type { AttemptRecord } from '../../../database/index.ts';
import { fault } from '../../../diagnostics/index.ts';
import { explainJob } from '../../../planner/index.ts';
import { formatDuration, type JobId } from '../../../primitives/index.ts';
import { nextStep } from './next-step.ts';
import { whyNow } from './now.ts';
import { whyPlanned } from './planned.ts';
import type { WhyScene, WhySubject } from './scene.ts';
import { linesOf, type WhyStep } from './step.ts';

/** Path of an attempt's log for people. */
type PathOf = (attempt: AttemptRecord) => string;

/** Why a job was planned, why it stands where it does, and what to do. Throws CLI002 when no plan has it. */
export function whyAnswer(scene: WhyScene, id: JobId, pathOf: PathOf): WhyAnswer {
  const subject = subjectOf(scene, id);
  const { job, plan } = subject;
  const now = whyNow(scene, subject);
  const events = scene.database.events.ofJob(job.plan, id, {
    fromMs: subject.head.createdMs,
    toMs: subject.head.finishedMs,
  });
  const history = events.flatMap((event) =>
    event.kind === 'job-moved'
      ? [
          `${new Date(event.atMs).toISOString()} ${event.from} → ${event.to}${event.reason ? `: ${event.reason}` : ''}`,
        ]
      : [],
  );
  return {
    id,
    plan: job.plan,
    state: job.state,
    sinceMs: job.sinceMs,
    summary: now[0]?.text ?? job.state,
    reason: job.reason,
    planned: linesOf([...whyPlanned(scene, subject), ...pausedSteps(scene, subject)]),
    now: linesOf(now),
    next: nextStep(scene, job, now),
    when: scene.forecastOf(job.key) ?? null,
    explanation: [...(explainJob(plan, id) ?? []), ...history],
    attempts: scene.database.attempts.ofJob(id, 20).map((attempt) => ({
      id: attempt.id,
      text: attemptText(attempt),
      path: pathOf(attempt),
    })),
  };
}

/** The newest job of an id that a plan wanted something of; one that was only kept, when there is no other. */
function subjectOf({ database }: WhyScene, id: JobId): WhySubject {
  const newest = database.jobs.newestWithId(id);
  const head = newest && database.plans.get(newest.plan);
  const plan = head && database.plans.load(head.id);
  const planned = plan?.jobs.find((one) => one.id === id);
  if (!newest || !head || !plan || !planned) throw fault('CLI002', { what: `no plan has a job '${id}'` });
  return { job: newest, planned, plan, head };
}

/** A source that looks for nothing new does not update what is published: worth knowing where somebody wonders. */
function pausedSteps({ upkeepOf }: WhyScene, { head }: WhySubject): readonly WhyStep[] {
  const source = head.origin?.source;
  if (source === undefined || upkeepOf(source)?.paused !== true) return [];
  return [
    { kind: 'upkeep-paused', text: `the upkeep of '${source}' is paused: newer versions are not looked for` },
  ];
}

export function attemptText(attempt: AttemptRecord): string {
  const outcome = attempt.outcome?.kind ?? 'running';
  const time = attempt.durationMs === undefined ? '' : ` in ${formatDuration(attempt.durationMs)}`;
  return `${new Date(attempt.startedMs).toISOString()} ${outcome}${time}`;
}
