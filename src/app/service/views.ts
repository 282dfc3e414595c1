import {
  type BuilderView,
  type Hello,
  type JobView,
  protocolVersion,
  type QueuedPackages,
  type QueueMetrics,
  type QueueStats,
  type ScheduleRequest,
} from '../../api/index.ts';
import { type BuilderRecord, type JobRevision, readManager } from '../../database/index.ts';
import type { JobStateName, Outcome } from '../../model/index.ts';
import { viewerLink } from '../../notifier/index.ts';
import { builderName, type JobId, jobId, parseJobId } from '../../primitives/index.ts';
import { mayTake } from '../../queue/index.ts';
import type { Farm } from '../farm.ts';
import {
  type ArchShortage,
  archOfJob,
  isAtWork,
  readOwnArches,
  shortages,
  usualArchOf,
} from './architectures.ts';
import { logsName } from './failure-lines.ts';

/** A builder that was silent for so long counts as lost. */
const lostAfterMs = 20_000;
/** So many lost attempts within an hour, and a builder counts as flapping (specification 14.4). */
const flappingLosses = 3;

/** What outsiders see of queue, jobs and builders; nothing here changes anything. */
export class FarmViews {
  readonly #farm: Farm;
  readonly #local: () => readonly BuilderView[] | undefined;
  /** Answers that cost in proportion to the queue are kept until the next event, or for a second. */
  #kept: { readonly untilMs: number; readonly open: readonly JobRevision[] } | undefined;
  #elsewhere: { readonly atMs: number; readonly arches: readonly string[] } | undefined;

  /** `local`: builders of the manager's own process, which the record does not know; undefined: this is not the manager. */
  constructor(farm: Farm, local: () => readonly BuilderView[] | undefined = () => undefined) {
    this.#farm = farm;
    this.#local = local;
  }

  /** Something moved: what is kept is old. */
  moved(): void {
    this.#kept = undefined;
  }

  stats(logsUrl: string | undefined): QueueStats {
    const open = this.#open();
    const active = open.filter(({ state }) => state === 'running');
    const waiting = open.filter(({ state }) => state !== 'running');
    const idle = this.builders().filter(({ state, trouble }) => state === 'idle' && trouble === undefined);
    return {
      active: {
        count: active.length,
        packages: active.map((job) => ({
          name: job.id,
          node: this.#builderOf(job) ?? '',
          build_class: job.buildClass ?? null,
          ...(logsUrl === undefined
            ? {}
            : { liveLog: viewerLink(logsUrl, parseJobId(job.id)?.name ?? job.id, job.requestedMs) }),
        })),
      },
      waiting: {
        count: waiting.length,
        packages: waiting.map((job) => ({ name: job.id, build_class: job.buildClass ?? null })),
      },
      idle: { count: idle.length, nodes: idle.map((one) => ({ name: one.name, build_class: one.class })) },
    };
  }

  queuedPackages(target: string | undefined): QueuedPackages {
    return this.#open().flatMap((job) => {
      const parts = parseJobId(job.id);
      if (!parts || (target !== undefined && parts.target !== target)) return [];
      return [
        {
          [parts.name]: {
            arch: parts.arch,
            build_class: job.buildClass ?? null,
            srcrepo: job.source ?? '',
            timestamp: job.requestedMs,
          },
        },
      ];
    });
  }

  /** Attempts and publications since the farm began. */
  metrics(): QueueMetrics {
    const { attempts, artifacts } = this.#farm.database;
    const { completed, failed } = attempts.totals();
    const publications = artifacts.publications();
    return {
      builder_queue: { completed, failed },
      database_queue: { completed: publications.published, failed: publications.refused },
    };
  }

  job(id: string): JobView | undefined {
    const [newest] = this.#farm.database.views.revisions(id as JobId, 1);
    return newest && this.view(newest);
  }

  builds(filter: { pkgbase?: string; target?: string; limit: number }): readonly JobView[] {
    const { views } = this.#farm.database;
    const found =
      filter.pkgbase === undefined
        ? views.newestRevisions(filter.target === undefined ? filter.limit : filter.limit * 10)
        : this.idsOf(filter.pkgbase).flatMap((id) => views.revisions(id, filter.limit));
    return found
      .filter(({ id }) => filter.target === undefined || parseJobId(id)?.target === filter.target)
      .sort((a, b) => b.key - a.key)
      .slice(0, filter.limit)
      .map((revision) => this.view(revision));
  }

  /** Job ids that a pkgbase or a whole id may mean: those of the farm's own target first. */
  idsOf(name: string): readonly JobId[] {
    if (parseJobId(name)) return [name as JobId];
    const { config, database } = this.#farm;
    const targets = [config.repository, ...Object.keys(config.targets)];
    const likely = targets.map((target) => jobId({ target, arch: config.arch, name }));
    return [...new Set([...likely, ...database.views.idsOfName(name)])];
  }

  /** The newest revision that a name means, or the one of a time. */
  revision(name: string, timestamp: number | undefined): JobRevision | undefined {
    const { views } = this.#farm.database;
    const all = this.idsOf(name).flatMap((id) => views.revisions(id, timestamp === undefined ? 1 : 1000));
    return all
      .filter(({ requestedMs }) => timestamp === undefined || requestedMs === timestamp)
      .sort((a, b) => b.key - a.key)[0];
  }

  /** The request that led to a job, for this job alone, under a new id; undefined when no source was asked for it. */
  requestFor(job: JobRevision, id: string): ScheduleRequest | undefined {
    const parts = parseJobId(job.id);
    const origin = this.#farm.database.plans.get(job.plan)?.origin;
    if (!parts || !origin) return undefined;
    return {
      id,
      target: parts.target,
      arch: parts.arch,
      source: origin.source,
      ...(origin.commit === undefined ? {} : { commit: origin.commit }),
      ...(origin.pipeline === undefined ? {} : { pipeline: origin.pipeline }),
      ...(origin.archMirror === undefined ? {} : { archMirror: origin.archMirror }),
      urgency: job.urgency,
      packages: [
        { name: parts.name, ...(job.buildClass === undefined ? {} : { buildClass: job.buildClass }) },
      ],
    };
  }

  view(job: JobRevision): JobView {
    const { database } = this.#farm;
    const attempt = job.attempt === undefined ? undefined : database.attempts.get(job.attempt);
    const isReady = job.state === 'ready';
    return {
      id: job.id,
      plan: job.plan,
      state: job.state,
      reason: isReady && !this.#mayBeTaken(job) ? this.#wish(job) : job.reason,
      source: job.source ?? null,
      commit: job.commit ?? null,
      buildClass: job.buildClass ?? null,
      urgency: job.urgency,
      timestamp: job.requestedMs,
      sinceMs: job.sinceMs,
      position: isReady ? database.views.ahead(job) : null,
      builder: attempt?.builder ?? null,
      waitsFor: job.state === 'waiting' ? database.views.pending(job.plan, job.id) : [],
      durationMs: attempt?.durationMs ?? null,
      version:
        attempt?.outcome?.kind === 'succeeded' ? (attempt.outcome.artifacts[0]?.version ?? null) : null,
      log: attempt?.logPath ?? null,
      ...this.#failureOf(job, attempt?.outcome),
    };
  }

  /** What a job failed on, and where to read on. */
  #failureOf(job: JobRevision, outcome: Outcome | undefined): Partial<JobView> {
    if (job.state !== 'failed' && job.state !== 'timed-out') return {};
    const logs = `packmill logs ${logsName(this.#farm, job.id)}`;
    if (outcome?.kind !== 'failed') return { logs };
    const { code, what, next } = outcome.problem;
    return { code, problem: { code, what, ...(next === undefined ? {} : { next }) }, logs };
  }

  /** Whether a builder at work may take a job, as far as class and labels go. */
  #mayBeTaken(job: JobRevision): boolean {
    const own = new Set(this.#local()?.map(({ name }) => name));
    const arch = archOfJob(job.id);
    return this.builders().some((builder) => {
      const { name, class: of, labels, arches } = builder;
      if (!isAtWork(builder)) return false;
      // those of the manager's own process take every class
      const builderClass = own.has(name) ? Number.MAX_SAFE_INTEGER : typeof of === 'number' ? of : undefined;
      return mayTake({ builder: builderName(name), builderClass, labels, arches }, { ...job, arch });
    });
  }

  /** What a job asks for that no builder has, as a line. */
  #wish({ id, buildClass, labels }: JobRevision): string {
    const arch = archOfJob(id);
    if (arch !== undefined && this.shortages([{ id }]).length > 0)
      return `waits for a builder of architecture '${arch}': none is at work`;
    const of =
      typeof buildClass === 'string'
        ? `the builder '${buildClass}'`
        : `a builder of class ${Math.max(1, buildClass ?? 1)}`;
    return `waits for ${of}${labels.length > 0 ? ` with ${labels.join(', ')}` : ''}: none is at work`;
  }

  /** Of ready jobs, those for whose architecture no builder at work builds. */
  shortages(
    jobs: Iterable<{ readonly id: string }> = this.#open().filter(({ state }) => state === 'ready'),
  ): readonly ArchShortage[] {
    const own = this.#local() ? [] : this.#ownElsewhere();
    const arches = this.builders()
      .filter(isAtWork)
      .flatMap((builder) => builder.arches);
    return shortages(jobs, new Set([...own, ...arches]));
  }

  /**
   * What builders of a manager at work build for, for a process that only reads and does not know them. Asking for the
   * lock costs milliseconds, and thousands of jobs may be shown at once: an answer holds for a second.
   */
  #ownElsewhere(): readonly string[] {
    const nowMs = this.#farm.clock.monotonicMs();
    if (this.#elsewhere === undefined || nowMs - this.#elsewhere.atMs > 1_000) {
      const arches = readManager(this.#farm.paths.lock) === undefined ? [] : readOwnArches(this.#farm);
      this.#elsewhere = { atMs: nowMs, arches };
    }
    return this.#elsewhere.arches;
  }

  builders(): readonly BuilderView[] {
    const { database, clock } = this.#farm;
    const nowMs = clock.nowMs();
    const busy = new Map<string, string[]>();
    for (const { builder, job } of database.attempts.running())
      busy.set(builder, [...(busy.get(builder) ?? []), job]);
    const losses = database.attempts.lossesSince(nowMs - 60 * 60_000);
    const elsewhere = database.builders.all().map((record) =>
      builderView(record, {
        busy,
        nowMs,
        losses: losses.get(record.name) ?? 0,
        usualArch: usualArchOf(this.#farm),
      }),
    );
    return [...elsewhere, ...(this.#local() ?? [])];
  }

  counts(): ReadonlyMap<JobStateName, number> {
    return this.#farm.database.views.openCounts();
  }

  open(): readonly JobRevision[] {
    return this.#open();
  }

  #open(): readonly JobRevision[] {
    const nowMs = this.#farm.clock.monotonicMs();
    if (this.#kept && this.#kept.untilMs > nowMs) return this.#kept.open;
    const open = this.#farm.database.views.openRevisions();
    this.#kept = { untilMs: nowMs + 1000, open };
    return open;
  }

  #builderOf(job: JobRevision): string | undefined {
    return job.attempt === undefined ? undefined : this.#farm.database.attempts.get(job.attempt)?.builder;
  }
}

function builderView(
  record: BuilderRecord,
  now: {
    readonly busy: ReadonlyMap<string, string[]>;
    readonly nowMs: number;
    readonly losses: number;
    readonly usualArch: string;
  },
): BuilderView {
  const hello = JSON.parse(record.hello) as Hello;
  const busy = now.busy.get(record.name) ?? [];
  const state = ((): BuilderView['state'] => {
    if (now.nowMs - record.seenMs > lostAfterMs) return 'lost';
    if (hello.protocol !== protocolVersion) return 'incompatible';
    if (record.drained) return 'draining';
    if (now.losses >= flappingLosses) return 'flapping';
    return busy.length >= hello.slots ? 'busy' : 'idle';
  })();
  return {
    name: record.name,
    instance: record.instance,
    class: hello.class ?? null,
    labels: hello.labels,
    arches: hello.arches ?? [now.usualArch],
    slots: hello.slots,
    busy,
    protocol: hello.protocol,
    state,
    lastSeenMs: record.seenMs,
    ...(hello.trouble === undefined ? {} : { trouble: hello.trouble }),
  };
}
