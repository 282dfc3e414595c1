import type { JobRecord } from '../../../database/index.ts';
import { catalogue } from '../../../diagnostics/index.ts';
import { isFinal, isGood } from '../../../model/index.ts';
import { formatDuration } from '../../../primitives/index.ts';
import { whyReady } from './builders.ts';
import { whyPublished } from './published.ts';
import { shortName, timeText, type WhyScene, type WhySubject } from './scene.ts';
import type { WhyStep } from './step.ts';

/** How far it is followed what waits for what. */
const mostLinks = 12;
/** So many of what a job waits for are told. */
const mostShown = 12;

/** Why a job stands where it does. */
export function whyNow(scene: WhyScene, subject: WhySubject): readonly WhyStep[] {
  const { job } = subject;
  switch (job.state) {
    case 'waiting':
      return whyWaiting(scene, job, new Set());
    case 'ready':
      return [whyReady(scene, job)];
    case 'running':
      return [runningStep(scene, job)];
    case 'blocked':
      return [blockedStep(scene, subject)];
    case 'failed':
    case 'timed-out':
      return [failureStep(scene, job)];
    case 'canceled':
      return [{ kind: 'canceled', text: job.reason || 'it was canceled', sinceMs: job.sinceMs }];
    case 'skipped':
      return [{ kind: 'skipped', text: job.reason || 'it was skipped', sinceMs: job.sinceMs }];
    case 'already-built':
    case 'succeeded':
      return whyPublished(scene, job);
  }
}

/** What a waiting job waits for: each open dependency, and in turn what that one waits for. */
function whyWaiting(scene: WhyScene, job: JobRecord, seen: ReadonlySet<number>): readonly WhyStep[] {
  const waits = scene.database.edges.waitsOf(job.key).filter((one) => !isFinal(one.job.state));
  if (waits.length === 0) return [unheldStep(scene, job)];
  // the one that takes the longest is what it really waits for
  const endOf = (key: number): number => scene.forecastOf(key)?.end?.middleMs ?? Number.POSITIVE_INFINITY;
  waits.sort((a, b) => endOf(b.job.key) - endOf(a.job.key) || a.job.key - b.job.key);
  const steps = waits.slice(0, mostShown).map(({ job: other, kind, required }, at): WhyStep => {
    const spare = required || kind !== 'need' ? '' : '; what is published would do, should it fail';
    const how = {
      need: `it waits for '${shortName(other.id)}', which it needs${spare}`,
      cycle: `it waits for '${shortName(other.id)}': both are in one dependency cycle, whose members are built one at a time`,
      replaced: `it takes the place of the same job of plan ${other.plan}, which still runs`,
    }[kind];
    const step: WhyStep = { kind: `waits-${kind}`, text: how, job: other.id, plan: other.plan };
    // the whole tree would be the whole plan: the way that takes longest is followed
    return at > 0 || seen.has(other.key) || seen.size > mostLinks
      ? { ...step, because: [shortStep(scene, other)] }
      : { ...step, because: standing(scene, other, new Set([...seen, job.key])) };
  });
  const more = waits.length - mostShown;
  return more > 0 ? [...steps, { kind: 'more', text: `and for ${more} more` }] : steps;
}

function standing(scene: WhyScene, job: JobRecord, seen: ReadonlySet<number>): readonly WhyStep[] {
  return job.state === 'waiting' ? whyWaiting(scene, job, seen) : [shortStep(scene, job)];
}

function shortStep(scene: WhyScene, job: JobRecord): WhyStep {
  if (job.state === 'ready') {
    const step = whyReady(scene, job);
    return { ...step, text: `'${shortName(job.id)}': ${step.text}`, job: job.id };
  }
  if (job.state === 'running') {
    const step = runningStep(scene, job);
    return { ...step, text: `'${shortName(job.id)}': ${step.text}`, job: job.id };
  }
  return { kind: 'waiting', text: `'${shortName(job.id)}' waits itself`, job: job.id };
}

/** A job that waits for nothing and is not ready: for a decision, or for its turn in a cycle. */
function unheldStep({ database }: WhyScene, job: JobRecord): WhyStep {
  if (job.cycle !== undefined && database.jobs.cycleIsAtWork(job.plan, job.cycle))
    return {
      kind: 'cycle-turn',
      text: `another member of its dependency cycle ${job.cycle} is at work; they are built one at a time`,
    };
  return {
    kind: 'deciding',
    text: 'everything it needs is over; it is being looked at whether what was rebuilt broke it',
  };
}

function runningStep(scene: WhyScene, job: JobRecord): WhyStep {
  const attempt = job.attempt === undefined ? undefined : scene.database.attempts.get(job.attempt);
  const since = attempt?.startedMs ?? job.sinceMs;
  const builder = attempt?.builder ?? 'a builder';
  const took = formatDuration(scene.nowMs - since);
  if (job.canceling !== undefined)
    return {
      kind: 'stopping',
      text: `builder '${builder}' was asked to stop it: ${job.canceling}`,
      sinceMs: since,
    };
  const view = scene.builders.find(({ name }) => name === builder);
  const lost =
    view?.state === 'lost'
      ? '; that builder was not heard of for a while, its lease runs out before long'
      : '';
  const again =
    job.losses > 0 ? `, after ${job.losses} lost ${job.losses === 1 ? 'attempt' : 'attempts'}` : '';
  return {
    kind: 'running',
    text: `builder '${builder}' works on it for ${took}${again}${lost}`,
    sinceMs: since,
  };
}

/** The way from a blocked job to the one that did not succeed, and why that did not. */
function blockedStep(scene: WhyScene, { job }: WhySubject): WhyStep {
  const links: JobRecord[] = [];
  const seen = new Set([job.key]);
  for (let at: JobRecord | undefined = job; at?.state === 'blocked' && links.length < mostLinks; ) {
    at = scene.database.edges
      .waitsOf(at.key)
      .find(
        (one) => one.required && isFinal(one.job.state) && !isGood(one.job.state) && !seen.has(one.job.key),
      )?.job;
    if (!at) break;
    seen.add(at.key);
    links.push(at);
  }
  const root = links.at(-1);
  const rootId = job.blockedOn ?? root?.id;
  const way = links.map(({ id }) => `'${shortName(id)}'`).join(', which needs ');
  return {
    kind: 'blocked',
    text: `it needs ${way || `'${shortName(rootId ?? job.id)}'`}`,
    ...(rootId === undefined ? {} : { job: rootId }),
    sinceMs: job.sinceMs,
    ...(root ? { because: [endStep(scene, root)] } : {}),
  };
}

function endStep(scene: WhyScene, root: JobRecord): WhyStep {
  const step =
    root.state === 'failed' || root.state === 'timed-out'
      ? failureStep(scene, root)
      : { kind: root.state, text: `it ended as ${root.state}${root.reason ? `: ${root.reason}` : ''}` };
  return { ...step, text: `'${shortName(root.id)}': ${step.text}`, job: root.id };
}

/** How a job failed, with the class of the failure as its log tells it, else what its code means. */
function failureStep({ database, failureOf }: WhyScene, job: JobRecord): WhyStep {
  const attempt = job.attempt === undefined ? undefined : database.attempts.get(job.attempt);
  const { outcome } = attempt ?? {};
  const at = ` at ${timeText(job.sinceMs)}`;
  const words = attempt && failureOf(attempt.id);
  const known: readonly WhyStep[] =
    words === undefined
      ? []
      : [
          {
            kind: 'class',
            text: `its log says: ${words.title}${words.line === undefined ? '' : `: ${words.line.trim()}`}`,
          },
          ...(words.advice === '' ? [] : [{ kind: 'advice', text: words.advice }]),
        ];
  if (outcome?.kind !== 'failed')
    return {
      kind: job.state,
      text: `it ${job.state === 'failed' ? 'failed' : 'was stopped'}${at}: ${job.reason}`,
      sinceMs: job.sinceMs,
      because: known,
    };
  const { code, what, next } = outcome.problem;
  const title = catalogue[code]?.title;
  // the usual advice is the next step of the answer
  const isUsual = next === undefined || next === catalogue[code]?.next;
  return {
    kind: job.state,
    text: `it failed${at} on builder '${attempt?.builder}': ${code} ${what}`,
    sinceMs: job.sinceMs,
    code,
    because: [
      ...(title === undefined ? [] : [{ kind: 'code', text: `that is: ${title}`, code }]),
      ...known,
      ...(isUsual ? [] : [{ kind: 'advice', text: next }]),
    ],
  };
}
