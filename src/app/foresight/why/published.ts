import type { AttemptRecord, JobRecord, StoredArtifact } from '../../../database/index.ts';
import { catalogue } from '../../../diagnostics/index.ts';
import { type JobId, parseJobId } from '../../../primitives/index.ts';
import { timeText, type VisibleTarget, type WhyScene } from './scene.ts';
import type { WhyStep } from './step.ts';

/** Generation that stands for "will never be published". */
const refused = 0;

/** Of a job that went well: whether what it made is to be had, and if not, why not. */
export function whyPublished(scene: WhyScene, job: JobRecord): readonly WhyStep[] {
  const kept = keptStep(job);
  const made = lastMade(scene, job);
  if (!made)
    return [...kept, { kind: 'nothing-made', text: 'no build of it has left packages in this farm' }];
  return [...kept, publicationStep(scene, job, made)];
}

function keptStep(job: JobRecord): readonly WhyStep[] {
  if (job.state !== 'already-built') return [];
  const why = job.reason === '' ? 'it was up to date' : job.reason;
  return [{ kind: 'kept', text: `nothing was built in plan ${job.plan}: ${why}`, sinceMs: job.sinceMs }];
}

interface Made {
  readonly attempt: AttemptRecord;
  readonly artifacts: readonly StoredArtifact[];
}

/** The newest attempt that left packages. */
function lastMade({ database }: WhyScene, job: JobRecord): Made | undefined {
  for (const attempt of database.attempts.ofJob(job.id, 50)) {
    if (attempt.outcome?.kind !== 'succeeded') continue;
    const artifacts = database.artifacts.ofAttempt(attempt.id);
    if (artifacts.length > 0) return { attempt, artifacts };
  }
  return undefined;
}

function publicationStep(scene: WhyScene, job: JobRecord, { attempt, artifacts }: Made): WhyStep {
  const { target, arch } = parseJobId(job.id) ?? { target: '', arch: '' };
  const [first] = artifacts;
  const visible = scene.visible(target, arch);
  const version = first?.artifact.version ?? '';
  if (artifacts.some(({ generation }) => generation === undefined))
    return heldStep(scene, attempt) ?? waitingStep(scene, target, attempt);
  if (artifacts.every(({ generation }) => generation === refused))
    return refusedStep(scene, job, { attempt, version, visible });
  const generation = Math.max(...artifacts.map((one) => one.generation ?? refused));
  if (!visible)
    return {
      kind: 'published',
      text: `${version} was published in generation ${generation} of ${target}/${arch}`,
    };
  if (visible.generation < generation)
    return {
      kind: 'rolled-back',
      text: `${version} was published in generation ${generation}; ${target}/${arch} was taken back to generation ${visible.generation} since`,
    };
  const name = first?.artifact.name ?? '';
  const there = visible.versions?.get(name);
  if (visible.versions && there === undefined)
    return {
      kind: 'removed',
      text: `'${name}' ${version} was published in generation ${generation} and is not in generation ${visible.generation}, which is visible: it was taken out since`,
    };
  const said = scene.database.jobs.get(attempt.jobKey)?.reason ?? '';
  if (visible && said.includes('the same as what is published'))
    return {
      kind: 'published',
      text: `${there ?? version} is in ${target}/${arch}; the newest was ${said}`,
    };
  if (there !== undefined && there !== version)
    return {
      kind: 'other-there',
      text: `${version} was published in generation ${generation}; ${target}/${arch} has ${there} now`,
    };
  return { kind: 'published', text: `${version} is in ${target}/${arch} since generation ${generation}` };
}

/** Packages that wait until what they break was built anew, as publishing said of the job. */
function heldStep({ database }: WhyScene, { jobKey, endedMs }: AttemptRecord): WhyStep | undefined {
  const said = database.jobs.get(jobKey)?.reason ?? '';
  if (!said.includes('held back by rebuild')) return undefined;
  return { kind: 'held-back', text: said, ...(endedMs === undefined ? {} : { sinceMs: endedMs }) };
}

/** Packages that are built and not looked at by the publisher yet, or that it could not get out. */
function waitingStep({ troubles, isManaged }: WhyScene, target: string, { endedMs }: AttemptRecord): WhyStep {
  const trouble = troubles.find((line) => /^publish/i.test(line) || line.includes(`'${target}'`));
  const since = endedMs === undefined ? {} : { sinceMs: endedMs };
  if (trouble !== undefined)
    return {
      kind: 'publication-failed',
      text: `it is built, and publishing does not work: ${trouble}`,
      ...since,
    };
  if (!isManaged)
    return { kind: 'unpublished', text: 'it is built and was not published before packmill ended', ...since };
  return { kind: 'unpublished', text: 'it is built, and goes out with the next generation', ...since };
}

function refusedStep(
  { database }: WhyScene,
  job: JobRecord,
  {
    attempt,
    version,
    visible,
  }: {
    readonly attempt: AttemptRecord;
    readonly version: string;
    readonly visible: VisibleTarget | undefined;
  },
): WhyStep {
  const own = database.jobs.get(attempt.jobKey);
  const said = own?.reason ?? job.reason;
  const code = /\b[A-Z]{3}\d{3}\b/.exec(said)?.[0];
  const there = visible?.versions?.get(nameOf(job.id));
  const since = { sinceMs: own?.sinceMs ?? job.sinceMs };
  if (code === undefined)
    return {
      kind: 'superseded',
      text: `${version} of ${timeText(attempt.startedMs)} was built, and a newer build took its place before it was published`,
      ...since,
    };
  return {
    kind: 'refused',
    text: `${version}: ${withoutAdvice(said, code)}`,
    code,
    ...since,
    ...(there === undefined ? {} : { because: [{ kind: 'there', text: `the repository has ${there}` }] }),
  };
}

/** What to do stands in the next step already. */
function withoutAdvice(said: string, code: string): string {
  const advice = catalogue[code]?.next ?? '';
  return said.endsWith(advice) ? said.slice(0, said.length - advice.length).replace(/\. $/, '') : said;
}

const nameOf = (job: JobId): string => parseJobId(job)?.name ?? job;
