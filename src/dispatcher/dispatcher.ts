import type { AttemptRecord, FarmDatabase, JobRecord, JobView } from '../database/index.ts';
import { fault } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { FarmEvent, JobStateName, Outcome, Plan, PlannedJob } from '../model/index.ts';
import { isFinal, isGood } from '../model/index.ts';
import type { AttemptId, JobId, PlanId } from '../primitives/index.ts';
import type { Lease, QueueBackend, QueueEntry } from '../queue/index.ts';
import { type AdmitOptions, type Admitted, admitPlan, refuseBrokenPlan } from './admission.ts';
import { Audit } from './audit.ts';
import { Commits, type QueueNews } from './commits.ts';
import type { Decide } from './decision.ts';
import { Decisions } from './decisions.ts';
import type { AttemptFacts, Effects, Motion } from './motion.ts';
import { adoptable, type RecoveryReport, reconcile, runningLeases, takeUp } from './recovery.ts';

export interface DispatcherPolicy {
  /** How often a job is given out again after its attempts were lost, before it fails with QUE004. Default 3. */
  readonly maxRequeues?: number;
  /** Kind of machine (`machineArch`) that builders are unless they say otherwise. Default: none matters. */
  readonly usualArch?: string | undefined;
}

export interface DispatcherOptions {
  readonly database: FarmDatabase;
  readonly queue: QueueBackend;
  readonly clock: Clock;
  readonly policy?: DispatcherPolicy;
  /** Asked about jobs that are to be built only if a rebuilt dependency broke them. */
  readonly decide: Decide;
  /** Given when builders live on while the manager or the queue is away. */
  readonly service?: ServiceTerms | undefined;
}

/** What changes when builders are processes of their own. */
export interface ServiceTerms {
  /** Names the farm in the queue: an emptied queue lacks it, and another farm's has another one. */
  readonly word: string;
  /** Length of the builders' leases: how long after an outage nobody loses one. */
  readonly leaseMs: number;
}

/** How an attempt is begun. */
export interface BeginTerms {
  /** Names the attempt's log, relative to the farm. */
  readonly logPathOf?: ((attempt: AttemptId) => string) | undefined;
  /**
   * The builder ends with this process: nobody else knows of the attempt before it is on disk, and its end is there only
   * together with it, so that the builder may start while the disk is at work.
   */
  readonly isHere?: boolean | undefined;
}

/** A dependency that did not succeed, though the job goes on with what is published. */
export interface FailedDependency {
  readonly job: JobId;
  readonly state: JobStateName;
  readonly reason: string;
}

/** What a builder has to know of the attempt that it began. */
export interface BegunAttempt {
  readonly id: AttemptId;
  readonly plan: PlanId;
  readonly job: PlannedJob;
  readonly startedMs: number;
  /** Log of the attempt before, when that one was interrupted and this one goes on in its place. */
  readonly continues: string | undefined;
  /** To be mentioned in the log (specification 12.7). */
  readonly failedDependencies: readonly FailedDependency[];
  /** Aborts when the attempt is to be stopped; its reason is a line for people. The end must still be reported. */
  readonly signal: AbortSignal;
  /** Whether other jobs wait for this one, as far as is known when it begins. */
  readonly isAwaited: boolean;
}

/**
 * The motion between record and queue. The record is the truth: every move is one transaction, and only what is
 * on disk is told to queue, builders and listeners. One dispatcher owns a farm.
 */
export class Dispatcher {
  readonly #database: FarmDatabase;
  readonly #queue: QueueBackend;
  readonly #clock: Clock;
  readonly #usualArch: string | undefined;
  readonly #decisions: Decisions;
  readonly #listeners = new Set<(event: FarmEvent) => void>();
  readonly #finished = new Map<PlanId, { promise: Promise<void>; resolve: () => void }>();
  readonly #stops = new Map<AttemptId, AbortController>();
  /** What has been told to the queue so far; changes reach it in the order of their transactions. */
  #told: Promise<void> = Promise.resolve();
  #queueMissedSomething: boolean;
  readonly #service: ServiceTerms | undefined;
  readonly #commits: Commits;
  /** Whether the queue was out of reach when it was last asked. */
  #outage = false;
  #reapFromMs = 0;
  #makingUp = false;
  readonly #audit: Audit;

  constructor(options: DispatcherOptions) {
    this.#database = options.database;
    this.#queue = options.queue;
    this.#clock = options.clock;
    this.#usualArch = options.policy?.usualArch;
    this.#service = options.service;
    // builders had nobody to renew their leases with before there was a manager
    this.#outage = options.service !== undefined;
    this.#commits = new Commits({
      database: options.database,
      clock: options.clock,
      policy: { maxRequeues: options.policy?.maxRequeues ?? 3, usualArch: this.#usualArch },
      onCommitted: (effects) => this.#follow(effects),
      tell: (news) => this.#tellQueue(news),
    });
    this.#decisions = new Decisions({
      database: options.database,
      decide: options.decide,
      commit: (work) => this.#commits.run(work),
    });
    // until `recover` has seen whose queue it is, a service tells it nothing
    this.#queueMissedSomething = options.service !== undefined;
    this.#audit = new Audit(this.#clock.monotonicMs());
  }

  /**
   * Takes up what a manager before left: queue and record are made to agree, unfinished plans go on. Attempts that
   * were running are lost, and their jobs go back to ready (or fail with QUE004); in a service they are adopted
   * instead while their leases hold, since their builders may be at work still (specification 14.5). To be called
   * once, before any builder. Throws QUE006 when the queue is another farm's.
   */
  async recover(): Promise<RecoveryReport> {
    const memory = await this.#rememberedWord();
    const queued = await this.#queue.list();
    const isKept = this.#service ? adoptable(queued) : () => false;
    return this.#agreeAgain(memory, (motion) => {
      const { lost, recounted } = takeUp(this.#database, motion, isKept);
      const { offered, withdrawn } = reconcile(this.#database, queued, motion);
      return { lost, recounted, offered, withdrawn, openPlans: this.#database.plans.open().length };
    });
  }

  /**
   * Writes a plan and offers the jobs that wait for nothing. Resolves when the queue has them.
   * Throws PLN019 for a plan that contradicts itself; nothing is written then.
   */
  async admit(plan: Plan, options: { why: string; failFast?: boolean }): Promise<Admitted> {
    refuseBrokenPlan(plan);
    const how: AdmitOptions = { why: options.why, failFast: options.failFast ?? false };
    return this.#commits.run((motion) =>
      admitPlan(plan, how, { database: this.#database, motion, nowMs: this.#clock.nowMs() }),
    );
  }

  /** Starts an attempt under a lease; undefined when the lease is stale, which the queue is then told. Safe to repeat. */
  async begin(lease: Lease, { logPathOf, isHere }: BeginTerms = {}): Promise<BegunAttempt | undefined> {
    let isFirst = false;
    const work = (motion: Motion): JobRecord | undefined => {
      const job = this.#toStart(lease, motion);
      if (!job) return undefined;
      isFirst = job.attempt === undefined;
      return job.state === 'running' ? job : motion.start(job, lease, logPathOf);
    };
    const begun = await this.#commits.run(work, { isEarly: isHere });
    if (begun) return this.#describe(begun, isFirst);
    await this.#queue.settle(lease);
    return undefined;
  }

  /**
   * Takes an attempt's end: accepted once, and only while the attempt is the job's current one under this lease.
   * When it resolves, the result is on disk and everything it set free is in the queue.
   */
  async report(
    lease: Lease,
    attempt: AttemptId,
    end: { readonly outcome: Outcome; readonly facts?: AttemptFacts },
  ): Promise<'accepted' | 'stale'> {
    let again: QueueEntry | undefined;
    const verdict = await this.#commits.run(
      (motion) => {
        const record = this.#database.attempts.get(attempt);
        const job = record && this.#database.jobs.get(record.jobKey);
        if (!record || !job || !isCurrent(job, record) || record.fence !== lease.fence) return 'stale';
        const { outcome, facts = {} } = end;
        const next = motion.endAttempt(job, record, { outcome, facts });
        again = next.state === 'ready' ? motion.entryOf(next) : undefined;
        return 'accepted';
      },
      {
        afterwards: async () => {
          if (again === undefined) await this.#queue.settle(lease);
          // a queue that lost the lease may have lost the job with it; offered to one that knows it, this is nothing
          else if ((await this.#queue.release(lease)) === 'stale') await this.#queue.offer([again]);
        },
      },
    );
    return verdict;
  }

  /**
   * Takes away leases that ran out, and tells the queue what it missed while it was away, or all when it was
   * emptied. After an outage nobody loses a lease before builders had time to renew. Call it now and then.
   */
  async tick(): Promise<void> {
    try {
      await this.#makeUp();
    } catch (error) {
      this.#outage = true;
      throw error;
    }
    const nowMs = this.#clock.monotonicMs();
    if (this.#outage && this.#service) this.#reapFromMs = nowMs + this.#service.leaseMs;
    this.#outage = false;
    if (nowMs < this.#reapFromMs) return;
    await this.#takeBackLeases();
    if (!this.#service || !this.#audit.isDue(nowMs)) return;
    const queued = await this.#queue.list();
    const mends = this.#audit.compare(this.#database, queued);
    if (mends.length > 0)
      await this.#commits.run((motion) => {
        for (const mend of mends) mend(motion);
      });
  }

  /** Ends the attempts whose leases ran out. */
  async #takeBackLeases(): Promise<void> {
    for (const lease of await this.#queue.reap()) {
      await this.#commits.run((motion) => {
        const [job] = this.#database.jobs
          .openWithId(lease.entry.job)
          .filter(({ state }) => state === 'running');
        const record = job?.attempt === undefined ? undefined : this.#database.attempts.get(job.attempt);
        if (!job || !record || record.fence !== lease.fence) return;
        const reason = `builder '${lease.builder}' let its lease run out`;
        const next = motion.endAttempt(job, record, { outcome: { kind: 'lost', reason }, facts: {} });
        if (isFinal(next.state)) motion.effects.withdraw.push(next.id);
        motion.effects.abort.push({ attempt: record.id, reason });
      });
    }
  }

  /**
   * Calls `tick` every `everyMs` (default 5 s) until the signal aborts. With `onTrouble`, an error is told there,
   * undefined when it is over, and the watch goes on.
   */
  async keepWatch(signal: AbortSignal, everyMs = 5000, onTrouble?: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      try {
        await this.tick();
        onTrouble?.(undefined);
      } catch (error) {
        if (!onTrouble) throw error;
        onTrouble(error);
      }
    }
  }

  /** Whether an attempt is its job's current one under this lease. */
  isUnderWay(attempt: AttemptId, fence: number): boolean {
    const record = this.#database.attempts.get(attempt);
    const job = record?.fence === fence ? this.#database.jobs.get(record.jobKey) : undefined;
    return record !== undefined && job !== undefined && isCurrent(job, record);
  }

  /** Why an attempt is to be stopped: it was asked to, or is not its job's current one any more; else undefined. */
  stopReason(attempt: AttemptId): string | undefined {
    const record = this.#database.attempts.get(attempt);
    const job = record && this.#database.jobs.get(record.jobKey);
    if (!record || !job) return 'the manager does not know this attempt';
    if (!isCurrent(job, record)) return record.outcome?.kind === 'lost' ? record.outcome.reason : job.reason;
    return job.canceling;
  }

  /**
   * Takes jobs out of all plans: those that do not run end as canceled at once, running ones are asked to stop, or
   * left alone with `queued`.
   */
  async cancel(jobs: readonly JobId[], reason: string, which: 'all' | 'queued' = 'all'): Promise<void> {
    await this.#commits.run((motion) => {
      const open = jobs.flatMap((job) => this.#database.jobs.openWithId(job));
      motion.cancel(which === 'all' ? open : open.filter(({ state }) => state !== 'running'), reason);
    });
  }

  /**
   * Gives queued jobs another urgency, and what they wait for at least the same. Returns the ids of all jobs that got
   * another one.
   */
  async hurry(jobs: readonly JobId[], urgency: number): Promise<readonly JobId[]> {
    return await this.#commits.run((motion) => {
      const open = jobs.flatMap((job) => this.#database.jobs.openWithId(job));
      return motion.hurry(open, urgency).map(({ id }) => id);
    });
  }

  /** Resolves when all jobs of the plan are final. */
  finished(plan: PlanId): Promise<void> {
    const head = this.#database.plans.get(plan);
    if (!head || head.finishedMs !== undefined) return Promise.resolve();
    const known = this.#finished.get(plan);
    if (known) return known.promise;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#finished.set(plan, { promise, resolve });
    return promise;
  }

  /** Hears every event once it is on disk, in order; call the result to stop. */
  subscribe(listener: (event: FarmEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The jobs of a plan as they stand, in the plan's order. */
  jobs(plan: PlanId): JobView[] {
    return this.#database.views.ofPlan(plan);
  }

  /** Resolves when no decision is pending and the queue has been told everything. */
  async idle(): Promise<void> {
    await this.#decisions.over();
    await this.#commits.over();
    await this.#told;
  }

  /** The ready job that the lease is for, or the running one whose attempt has this very lease. */
  #toStart(lease: Lease, motion: Motion): JobRecord | undefined {
    const job = this.#database.jobs.offered(lease.entry.job, lease.entry.offer);
    if (job?.state !== 'running') return job;
    const record = job.attempt === undefined ? undefined : this.#database.attempts.get(job.attempt);
    if (!record || record.fence >= lease.fence) {
      // the same fence is given twice by a queue that was restored from an old dump
      return record?.fence === lease.fence && record.builder === lease.builder ? job : undefined;
    }
    // The queue gave the job on before it was known here that the earlier lease had run out.
    const reason = `builder '${record.builder}' let its lease run out`;
    motion.effects.abort.push({ attempt: record.id, reason });
    const next = motion.endAttempt(job, record, { outcome: { kind: 'lost', reason }, facts: {} });
    return next.state === 'ready' ? next : undefined;
  }

  #describe(job: JobRecord, isFirst: boolean): BegunAttempt | undefined {
    if (job.attempt === undefined) return undefined;
    const before = isFirst ? undefined : this.#database.attempts.ofJob(job.id, 2)[1];
    const interrupted = before?.jobKey === job.key && before.outcome?.kind === 'canceled';
    const planned = this.#database.jobs.planned(job.key);
    const isAlone = planned.waitsFor.length === 0 && planned.outside === undefined;
    return {
      id: job.attempt,
      plan: job.plan,
      job: planned,
      startedMs: job.sinceMs,
      continues: interrupted ? before.logPath : undefined,
      failedDependencies: isAlone ? [] : this.#failedDependencies(job),
      signal: this.#stopOf(job.attempt).signal,
      isAwaited: job.cycle !== undefined || this.#database.edges.isAwaited(job.key),
    };
  }

  #stopOf(attempt: AttemptId): AbortController {
    const known = this.#stops.get(attempt);
    if (known) return known;
    const made = new AbortController();
    this.#stops.set(attempt, made);
    return made;
  }

  #failedDependencies(job: JobRecord): readonly FailedDependency[] {
    return this.#database.edges
      .dependencies(job.key)
      .filter(({ state }) => isFinal(state) && !isGood(state))
      .map(({ id, state, reason }) => ({ job: id, state, reason }));
  }

  /** What follows from a work that is on disk: listeners at once, decisions on their own. */
  #follow(effects: Effects): void {
    // also for an attempt whose `begin` is on its way back: it hears of it then
    for (const { attempt, reason } of effects.abort) this.#stopOf(attempt).abort(reason);
    for (const event of effects.events) {
      if (event.kind === 'job-moved' && event.from === 'running' && event.attempt !== undefined)
        this.#stops.delete(event.attempt);
    }
    for (const event of effects.events) for (const listener of this.#listeners) this.#inform(listener, event);
    for (const key of effects.decide) this.#decisions.start(key);
    for (const plan of effects.finished) {
      this.#finished.get(plan)?.resolve();
      this.#finished.delete(plan);
    }
  }

  /** Tells the queue, in turn. What is on disk is accepted; a queue that is away hears of it when it is back. */
  async #tellQueue(news: QueueNews): Promise<void> {
    const telling = this.#told.then(() => this.#tell(news));
    this.#told = telling.catch(() => {
      this.#queueMissedSomething = true;
    });
    await (this.#service ? this.#told : telling);
  }

  async #tell({ afterwards, withdraw, offer }: QueueNews): Promise<void> {
    // One who waits for a queue that is away makes all others wait: the next tick tells everything.
    if (this.#service && this.#queueMissedSomething && !this.#makingUp) return;
    await Promise.all(afterwards.map((one) => one()));
    if (withdraw.length > 0) await this.#queue.withdraw(withdraw);
    if (offer.length > 0) await this.#queue.offer(offer);
  }

  /** Brings the queue up to date when it missed something or was emptied. */
  async #makeUp(): Promise<void> {
    const memory = await this.#rememberedWord();
    const isEmptied = this.#service !== undefined && memory === undefined;
    if (!isEmptied && !this.#queueMissedSomething) return;
    await this.#told;
    const queued = await this.#queue.list();
    await this.#agreeAgain(memory, (motion) => reconcile(this.#database, queued, motion));
  }

  /**
   * Makes queue and record agree in one transaction, and puts back what an emptied queue lacks. The queue is told
   * nothing in between, nor afterwards when this fails: the next try finds everything in the record.
   */
  async #agreeAgain<T>(memory: string | undefined, work: (motion: Motion) => T): Promise<T> {
    this.#makingUp = true;
    this.#queueMissedSomething = false;
    try {
      const result = await this.#commits.run(work);
      if (this.#queueMissedSomething)
        throw fault('QUE007', { what: 'the queue did not take what it missed' });
      if (this.#service) await this.#putLeasesBack(this.#service, memory);
      return result;
    } catch (error) {
      this.#queueMissedSomething = true;
      throw error;
    } finally {
      this.#makingUp = false;
    }
  }

  /** The word in the queue; throws QUE006 when it is another farm's. Undefined also where nobody asks. */
  async #rememberedWord(): Promise<string | undefined> {
    if (!this.#service) return undefined;
    const memory = await this.#queue.memory();
    if (memory === undefined || memory === this.#service.word) return memory;
    // what this farm has to say is nothing for a queue of another one
    this.#queueMissedSomething = true;
    throw fault('QUE006', {
      what: `the queue belongs to the farm '${memory}', this one is '${this.#service.word}'`,
    });
  }

  /** Leases of attempts under way, for a queue that forgot them; and then the farm's word. */
  async #putLeasesBack(service: ServiceTerms, memory: string | undefined): Promise<void> {
    const leases = runningLeases(this.#database, this.#clock.nowMs(), this.#usualArch);
    if (leases.length > 0) await this.#queue.restore(leases, service.leaseMs);
    if (memory === service.word) return;
    await this.#queue.mark(service.word, this.#database.attempts.highestFence());
  }

  /** A listener that throws is a bug, but no reason to stop the farm: it surfaces outside of this call. */
  #inform(listener: (event: FarmEvent) => void, event: FarmEvent): void {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

const isCurrent = (job: JobRecord, attempt: AttemptRecord): boolean =>
  job.state === 'running' && job.attempt === attempt.id;
