import type { JobStateName, Outcome, PlannedJob } from '../../src/model/index.ts';
import type { Digest } from '../../src/primitives/index.ts';
import type { Chance } from './chance.ts';
import { outcomeOfFailure, timeLimitMs } from './failures.ts';
import { type SeededPackage, versionOf } from './world.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A builder of the farm, with when each of its slots is free again. */
export interface SeededBuilder {
  readonly name: string;
  readonly class: number | undefined;
  readonly slots: number;
  readonly arch: string;
  readonly labels: readonly string[];
  readonly speed: number;
  readonly freeMs: number[];
  /** `lost`: it has not been heard of since yesterday. */
  readonly state: 'at work' | 'drained' | 'lost';
}

const builder = (name: string, more: Partial<SeededBuilder> & { readonly slots: number }): SeededBuilder => ({
  name,
  class: undefined,
  arch: 'x86_64',
  labels: [],
  speed: 1,
  state: 'at work',
  freeMs: Array.from({ length: more.slots }, () => 0),
  ...more,
});

export const makeBuilders = (): readonly SeededBuilder[] => [
  builder('anvil', { slots: 4, class: 3, speed: 0.7, labels: ['big-memory'] }),
  builder('bellows', { slots: 2, class: 2 }),
  builder('crucible', { slots: 2, class: 3, speed: 0.9 }),
  builder('tongs', { slots: 1, class: 1, speed: 1.4 }),
  builder('quench', { slots: 2, class: 2, state: 'drained' }),
  builder('arm-forge', { slots: 2, class: 3, arch: 'aarch64', state: 'lost' }),
];

export interface SeededAttempt {
  readonly builder: SeededBuilder;
  readonly startedMs: number;
  /** Undefined while it runs. */
  readonly endedMs: number | undefined;
  readonly outcome: Outcome | undefined;
}

export interface SeededJob {
  readonly pkg: SeededPackage;
  readonly planned: PlannedJob;
  readonly needs: readonly SeededJob[];
  state: JobStateName;
  reason: string;
  sinceMs: number;
  readyMs: number | undefined;
  blockedOn: SeededJob | undefined;
  attempts: SeededAttempt[];
}

export interface SeededPlan {
  readonly target: string;
  readonly arch: string;
  readonly createdMs: number;
  readonly why: string;
  readonly commit: string;
  readonly urgency: number;
  readonly jobs: readonly SeededJob[];
}

type Cause = 'updated' | 'rebuilt' | 'retried' | 'asked';

/** A new version where the recipe was updated, a new release where only what it needs was. */
function bump(pkg: SeededPackage, cause: Cause, chance: Chance): { from: string; to: string } {
  const from = versionOf(pkg);
  const { version } = pkg;
  if (cause === 'rebuilt') version.release += 1;
  if (cause === 'updated') {
    version.release = 1;
    if (chance.happens(0.7)) version.patch += 1;
    else {
      version.patch = 0;
      version.minor += 1;
    }
  }
  return { from, to: versionOf(pkg) };
}

function plannedOf(
  pkg: SeededPackage,
  how: { cause: Cause; commit: string; needs: readonly SeededJob[]; chance: Chance },
): PlannedJob {
  const { cause, commit, needs, chance } = how;
  const { from, to } = bump(pkg, cause, chance);
  const [first] = needs;
  const reasons: PlannedJob['reasons'] = [
    ...(cause === 'updated' ? [{ kind: 'version-changed', from, to } as const] : []),
    ...(cause === 'rebuilt' && first
      ? [{ kind: 'dependency-rebuilt', dependency: first.pkg.id } as const]
      : []),
    ...(cause === 'retried' ? [{ kind: 'not-finished', last: 'failed' } as const] : []),
    { kind: 'scheduled', commit } as const,
  ];
  const longest = needs.reduce((most, { planned }) => Math.max(most, planned.criticalPathMs), 0);
  return {
    id: pkg.id,
    kind: 'pkgbuild',
    name: pkg.name,
    folder: `recipes/${pkg.name}`,
    outputs: [pkg.name],
    version: to,
    inputDigest: chance.hex(64) as Digest,
    action: 'build',
    reasons,
    waitsFor: needs.map(({ pkg: needed }) => ({
      job: needed.id,
      because: needed.soname ?? needed.name,
      match: needed.soname ? ('soname' as const) : ('output' as const),
      required: true,
    })),
    cutEdges: [],
    buildClass: pkg.buildClass,
    expectedMs: pkg.durationMs,
    // longest at the beginning of a chain: turned around when the plan is whole
    criticalPathMs: longest + pkg.durationMs,
  };
}

function turnAround(jobs: readonly SeededJob[]): void {
  const behind = new Map<SeededJob, number>();
  for (const job of [...jobs].reverse()) {
    const mine = (behind.get(job) ?? 0) + job.pkg.durationMs;
    Object.assign(job.planned, { criticalPathMs: mine });
    for (const needed of job.needs) behind.set(needed, Math.max(behind.get(needed) ?? 0, mine));
  }
}

export interface PlanWish {
  readonly packages: ReadonlyMap<SeededPackage, Cause>;
  readonly createdMs: number;
  readonly urgency?: number;
}

/** A plan for some packages of one target, in an order in which they can be built; nothing has happened to it yet. */
export function makePlan(world: readonly SeededPackage[], wish: PlanWish, chance: Chance): SeededPlan {
  const commit = chance.hex(40);
  const jobs = new Map<SeededPackage, SeededJob>();
  for (const pkg of world) {
    const cause = wish.packages.get(pkg);
    if (cause === undefined) continue;
    const needs = pkg.needs.flatMap((needed) => jobs.get(needed) ?? []);
    jobs.set(pkg, {
      pkg,
      planned: plannedOf(pkg, { cause, commit, needs, chance }),
      needs,
      state: 'waiting',
      reason: '',
      sinceMs: wish.createdMs,
      readyMs: undefined,
      blockedOn: undefined,
      attempts: [],
    });
  }
  const all = [...jobs.values()];
  turnAround(all);
  const { target = 'packages', arch = 'x86_64' } = all[0]?.pkg ?? {};
  const why = `schedule recipes@${commit.slice(0, 12)}`;
  return { target, arch, createdMs: wish.createdMs, why, commit, urgency: wish.urgency ?? 0, jobs: all };
}

/** The package with all that needs it, directly or not, at most so many. */
export function rebuildOf(hub: SeededPackage, most: number): Map<SeededPackage, Cause> {
  const found = new Map<SeededPackage, Cause>([[hub, 'updated']]);
  for (const pkg of found.keys()) {
    for (const dependant of pkg.neededBy)
      if (found.size < most && !found.has(dependant)) found.set(dependant, 'rebuilt');
  }
  return found;
}

function takeSlot(
  builders: readonly SeededBuilder[],
  job: SeededJob,
  fromMs: number,
): [SeededBuilder, number] {
  const able = builders.filter(
    ({ arch, class: of = 0 }) => arch === job.pkg.arch && of >= (job.pkg.buildClass ?? 0),
  );
  let best: [SeededBuilder, number] | undefined;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const one of able) {
    for (const [slot, freeMs] of one.freeMs.entries()) {
      const startMs = Math.max(freeMs, fromMs);
      if (startMs < bestMs) {
        bestMs = startMs;
        best = [one, slot];
      }
    }
  }
  if (!best) throw new Error(`no builder for '${job.pkg.id}'`);
  return best;
}

/** Whether the package is among those that fail every time now. */
const isBrokenAt = ({ isBroken }: SeededPackage, atMs: number, nowMs: number): boolean =>
  isBroken && atMs > nowMs - 4 * 24 * hourMs;

function artifactsOf(job: SeededJob, chance: Chance): Outcome {
  const { pkg, planned } = job;
  const version = planned.version;
  const sonames = pkg.soname ? [`${pkg.soname}.${pkg.version.major}`] : [];
  return {
    kind: 'succeeded',
    artifacts: [
      {
        name: pkg.name,
        version,
        arch: pkg.arch,
        fileName: `${pkg.name}-${version}-${pkg.arch}.pkg.tar.zst`,
        object: chance.hex(64) as Digest,
        sizeBytes: Math.round(pkg.sizeBytes * (0.95 + chance.next() / 10)),
        depends: pkg.needs.map(({ name }) => name),
        provides: sonames,
        providedSonames: sonames,
        neededSonames: pkg.needs.flatMap(({ soname, version: { major } }) =>
          soname ? [`${soname}.${major}`] : [],
        ),
        facts: chance.hex(64) as Digest,
      },
    ],
  };
}

export interface Circumstances {
  readonly chance: Chance;
  readonly nowMs: number;
  /** Fails whatever its chances are. */
  readonly failing?: SeededPackage | undefined;
}

function endOf(job: SeededJob, startedMs: number, at: Circumstances): Outcome {
  const { chance, nowMs, failing } = at;
  const { pkg } = job;
  if (pkg === failing) return outcomeOfFailure('compiler', pkg.name);
  if (chance.happens(0.004)) return { kind: 'lost', reason: 'its lease ran out' };
  if (chance.happens(isBrokenAt(pkg, startedMs, nowMs) ? 1 : pkg.fails))
    return outcomeOfFailure(pkg.failsBy, pkg.name);
  return artifactsOf(job, chance);
}

function spanOf(job: SeededJob, by: SeededBuilder, outcome: Outcome, chance: Chance): number {
  if (outcome.kind === 'timed-out') return timeLimitMs;
  const whole = job.pkg.durationMs * by.speed * (0.85 + chance.next() * 0.3);
  return Math.round(outcome.kind === 'succeeded' ? whole : whole * (0.1 + 0.85 * chance.next()));
}

const reasonOf = (outcome: Outcome): string => {
  if (outcome.kind === 'failed') return `${outcome.problem.code} ${outcome.problem.what}`;
  if (outcome.kind === 'timed-out') return `did not end within ${timeLimitMs / 1000} s`;
  return '';
};

/**
 * Lets builders work on a plan until a time. What would end later is running at that time, what would begin later is
 * ready or waiting.
 */
export function workOn(plan: SeededPlan, builders: readonly SeededBuilder[], at: Circumstances): void {
  for (const job of plan.jobs) {
    const bad = job.needs.find(({ state }) => ['failed', 'timed-out', 'blocked'].includes(state));
    if (bad) {
      job.state = 'blocked';
      job.blockedOn = bad.blockedOn ?? bad;
      job.sinceMs = bad.sinceMs;
      job.reason = `'${job.blockedOn.pkg.id}' did not succeed`;
      continue;
    }
    if (job.needs.some(({ state }) => state !== 'succeeded')) continue;
    job.readyMs = job.needs.reduce((latest, { sinceMs }) => Math.max(latest, sinceMs), plan.createdMs + 40);
    job.state = 'ready';
    job.sinceMs = job.readyMs;
    attempt(job, builders, at);
  }
}

function attempt(job: SeededJob, builders: readonly SeededBuilder[], at: Circumstances): void {
  for (;;) {
    const [by, slot] = takeSlot(builders, job, job.sinceMs);
    const startedMs = Math.max(by.freeMs[slot] ?? 0, job.sinceMs) + at.chance.whole(30, 900);
    if (startedMs >= at.nowMs) return;
    const outcome = endOf(job, startedMs, at);
    const endedMs = startedMs + spanOf(job, by, outcome, at.chance);
    by.freeMs[slot] = endedMs;
    if (endedMs >= at.nowMs) {
      job.attempts.push({ builder: by, startedMs, endedMs: undefined, outcome: undefined });
      job.state = 'running';
      job.sinceMs = startedMs;
      return;
    }
    job.attempts.push({ builder: by, startedMs, endedMs, outcome });
    job.sinceMs = endedMs;
    if (outcome.kind === 'lost') continue;
    job.state = outcome.kind as JobStateName;
    job.reason = reasonOf(outcome);
    return;
  }
}
