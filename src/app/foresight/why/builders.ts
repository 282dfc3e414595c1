import type { BuilderView } from '../../../api/index.ts';
import type { JobRecord } from '../../../database/index.ts';
import { builderName, formatBytes } from '../../../primitives/index.ts';
import { type Fit, fitOf, mayTake } from '../../../queue/index.ts';
import { archOfJob, isAtWork } from '../../service/architectures.ts';
import { classOf } from '../builders.ts';
import type { WhyScene } from './scene.ts';
import type { WhyStep } from './step.ts';

/** What one builder says to a job that is ready. */
export interface BuilderVerdict {
  readonly builder: string;
  /** `never`: it is not for such jobs; `not-now`: it is, but is away, drained or in trouble; `busy`: all of its slots are; `free`. */
  readonly kind: 'never' | 'not-now' | 'busy' | 'free';
  readonly text: string;
}

/** What each builder that is known says to a job. */
export const verdicts = (scene: WhyScene, job: JobRecord): readonly BuilderVerdict[] =>
  scene.builders.map((builder) => verdictOf(scene, job, builder));

function verdictOf(scene: WhyScene, job: JobRecord, builder: BuilderView): BuilderVerdict {
  const { name, state, trouble, busy, slots } = builder;
  const lacks = lacksOf(scene, job, builder);
  if (lacks.length > 0) return { builder: name, kind: 'never', text: lacks.join(', and ') };
  if (!isAtWork(builder) || state === 'draining') {
    const text = trouble === undefined ? stateTexts[state] : `it takes no jobs: ${trouble}`;
    return { builder: name, kind: 'not-now', text: text ?? state };
  }
  if (busy.length >= slots)
    return {
      builder: name,
      kind: 'busy',
      text: `all of its ${slots} ${slots === 1 ? 'slot is' : 'slots are'} busy`,
    };
  return { builder: name, kind: 'free', text: `${slots - busy.length} of its ${slots} slots are free` };
}

const stateTexts: Partial<Record<BuilderView['state'], string>> = {
  lost: 'it was not heard of for a while',
  incompatible: 'it is of another version that the manager does not speak with',
  draining: 'it is drained: it finishes what it has and takes no new jobs',
};

/** What a builder lacks for a job, a line each; none: it may take it. The words are those of `mayTake`, one by one. */
function lacksOf(scene: WhyScene, job: JobRecord, builder: BuilderView): readonly string[] {
  const builderClass = classOf(builder, scene.isOwn);
  const arch = archOfJob(job.id);
  const claimant = {
    builder: builderName(builder.name),
    builderClass,
    labels: builder.labels,
    arches: builder.arches,
    usualArch: builder.arches.includes(scene.usualArch),
  };
  const entry = {
    buildClass: job.buildClass,
    labels: job.labels,
    arch: arch === scene.usualArch ? undefined : arch,
  };
  if (mayTake(claimant, entry)) return [];
  const lacks: string[] = [];
  if (!mayTake({ ...claimant, builderClass: Number.MAX_SAFE_INTEGER }, { arch: entry.arch, buildClass: 1 }))
    lacks.push(
      `it builds for ${builder.arches.join(', ') || 'no architecture'}, not for ${arch ?? scene.usualArch}`,
    );
  const missing = job.labels.filter((label) => !builder.labels.includes(label));
  if (missing.length > 0)
    lacks.push(`it lacks the ${missing.length === 1 ? 'label' : 'labels'} ${missing.join(', ')}`);
  const fit = fitOf(job.buildClass);
  if (!mayTake({ ...claimant, usualArch: true }, { buildClass: job.buildClass }))
    lacks.push(classText(fit, builderClass));
  return lacks;
}

function classText(fit: Fit, builderClass: number | undefined): string {
  if ('address' in fit) return `the job is for the builder '${fit.address}' alone`;
  if (builderClass === undefined) return 'it takes only jobs that are addressed to it';
  return `its class is ${builderClass}, and the job needs ${fit.rank}`;
}

/** What a job asks for, in words. */
export function wishText(job: JobRecord, usualArch: string): string {
  const fit = fitOf(job.buildClass);
  const arch = archOfJob(job.id);
  const who = 'address' in fit ? `the builder '${fit.address}'` : `a builder of class ${fit.rank} or more`;
  const labels = job.labels.length === 0 ? '' : ` with ${job.labels.join(', ')}`;
  return `${who}${labels}${arch === undefined || arch === usualArch ? '' : ` for ${arch}`}`;
}

/** Why a ready job is not at work: nobody may take it, all who may are busy, or it is about to be taken. */
export function whyReady(scene: WhyScene, job: JobRecord): WhyStep {
  const found = verdicts(scene, job);
  const because = found.map(
    ({ builder, kind, text }): WhyStep => ({ kind: `builder-${kind}`, text: `'${builder}': ${text}` }),
  );
  const wish = wishText(job, scene.usualArch);
  if (!scene.isManaged)
    return {
      kind: 'no-manager',
      text: 'it is ready, and no packmill is at work that would give it to a builder',
    };
  if (found.length === 0)
    return { kind: 'no-builder', text: `it waits for ${wish}, and no builder is there at all` };
  if (found.every(({ kind }) => kind === 'never'))
    return { kind: 'no-builder', text: `it waits for ${wish}, and no builder is one`, because };
  if (found.every(({ kind }) => kind === 'never' || kind === 'not-now'))
    return {
      kind: 'builders-away',
      text: `it waits for ${wish}, and those that are take no jobs now`,
      because,
    };
  const ahead = scene.forecastOf(job.key)?.position ?? undefined;
  const place =
    ahead === undefined
      ? ''
      : ahead === 0
        ? ', as the next'
        : `, after ${ahead} other ${ahead === 1 ? 'job' : 'jobs'}`;
  if (!found.some(({ kind }) => kind === 'free'))
    return { kind: 'builders-busy', text: `it waits for a free slot of ${wish}${place}`, because };
  return {
    kind: 'offered',
    text: `it is offered to builders${place}`,
    because: [...because, ...roomSteps(scene, job)],
  };
}

/** A builder with a free slot may lack the room that the job took before. */
function roomSteps({ database }: WhyScene, job: JobRecord): readonly WhyStep[] {
  const { memoryBytes, diskBytes } = database.peaks.get(job.id);
  const needs = [
    ...(memoryBytes === undefined ? [] : [`${formatBytes(memoryBytes)} of memory`]),
    ...(diskBytes === undefined ? [] : [`${formatBytes(diskBytes)} of disk`]),
  ];
  if (needs.length === 0) return [];
  return [
    {
      kind: 'room',
      text: `it took ${needs.join(' and ')} before: a builder with less room left passes it over`,
    },
  ];
}
