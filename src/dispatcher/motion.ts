import type { JobChange, JobRecord, Success } from '../database/index.ts';
import { type Problem, problem } from '../diagnostics/index.ts';
import type { Artifact, FarmChange, FarmEvent, JobMove, Outcome, PlannedJob } from '../model/index.ts';
import { isFinal, isGood, nextState } from '../model/index.ts';
import {
  type AttemptId,
  type BuilderName,
  type JobId,
  machineArch,
  type PlanId,
  parseJobId,
} from '../primitives/index.ts';
import type { Lease, QueueEntry } from '../queue/index.ts';
import type { DispatchRecord } from './record.ts';

export interface MotionPolicy {
  /** How often a job is given out again after its attempts were lost. */
  readonly maxRequeues: number;
  /** Kind of machine (`machineArch`) that every builder counts as unless it says otherwise; undefined: none matters. */
  readonly usualArch?: string | undefined;
}

/** What is left to be done in the world once a transaction is on disk, in the order in which it came up. */
export interface Effects {
  readonly events: FarmEvent[];
  readonly withdraw: JobId[];
  readonly offer: QueueEntry[];
  /** Keys of jobs that wait for a decision. */
  readonly decide: number[];
  readonly abort: { readonly attempt: AttemptId; readonly reason: string }[];
  readonly finished: PlanId[];
}

/** What an attempt came to, besides its outcome. */
export interface AttemptFacts {
  readonly durationMs?: number | undefined;
  /** Relative to the farm. */
  readonly logPath?: string | undefined;
  readonly peakMemoryBytes?: number | undefined;
  readonly peakDiskBytes?: number | undefined;
}

/** Moves jobs within one transaction: each move with its event, and all that follows from it for other jobs. */
export class Motion {
  readonly effects: Effects = { events: [], withdraw: [], offer: [], decide: [], abort: [], finished: [] };
  readonly #database: DispatchRecord;
  readonly #policy: MotionPolicy;
  readonly #nowMs: number;
  /** Jobs that became final and whose dependants have not heard of it. */
  readonly #ended: JobRecord[] = [];

  constructor(database: DispatchRecord, policy: MotionPolicy, nowMs: number) {
    this.#database = database;
    this.#policy = policy;
    this.#nowMs = nowMs;
  }

  /** Says something about a plan in the event log. */
  tell(plan: PlanId, change: FarmChange, reason: string): void {
    this.effects.events.push(this.#database.events.append(plan, change, reason));
  }

  /**
   * Moves a job, with its event; undefined when the move comes too late. What follows for other jobs is done by
   * `spread`, which must be called before the transaction ends.
   */
  move(job: JobRecord, move: JobMove, how: MoveFacts): JobRecord | undefined {
    const to = nextState(job.state, move);
    if (to === undefined) return undefined;
    const next = this.#database.jobs.update(job, {
      ...how.change,
      state: to,
      reason: how.reason,
      sinceMs: this.#nowMs,
      ...(to === 'ready' ? { readySinceMs: job.readySinceMs ?? this.#nowMs } : {}),
    });
    const { attempt, builder } = how;
    this.tell(
      job.plan,
      { kind: 'job-moved', job: job.id, from: job.state, to, attempt, builder },
      how.reason,
    );
    if (isFinal(to)) this.#finish(job, next);
    return next;
  }

  /** Frees or blocks, directly and further on, whatever waited for jobs that ended. O(degree) for each of them. */
  spread(): void {
    for (let ended = this.#ended.pop(); ended; ended = this.#ended.pop()) {
      for (const dependant of this.#database.edges.dependants(ended.key)) {
        if (dependant.state !== 'waiting' && dependant.state !== 'running') continue;
        const pending = this.#database.jobs.decrementPending(dependant.key);
        if (dependant.state === 'running') continue;
        if (dependant.required && !isGood(ended.state)) this.#block(dependant.key, ended);
        else if (pending === 0) this.free(this.#job(dependant.key));
      }
      if (ended.cycle === undefined) continue;
      for (const member of this.#database.jobs.heldInCycle(ended.plan, ended.cycle)) this.free(member);
    }
  }

  /** A waiting job waits for nothing any more: it gets ready, is spared, or has to be decided on. */
  free(job: JobRecord): void {
    if (job.action === 'keep') {
      this.move(job, { kind: 'kept' }, { reason: 'up to date' });
    } else if (job.action === 'build') {
      this.makeReady(job, job.reason);
    } else if (this.rebuilt(job).length === 0) {
      this.move(job, { kind: 'spared' }, { reason: 'no dependency was built anew' });
    } else {
      this.effects.decide.push(job.key);
    }
  }

  /** Makes a waiting job ready and offers it, unless a member of its cycle is at work (specification 12.5, 12.7). */
  makeReady(job: JobRecord, reason: string): void {
    if (job.cycle !== undefined && this.#database.jobs.cycleIsAtWork(job.plan, job.cycle)) return;
    const offer = this.#database.jobs.takeOffers(1);
    const ready = this.move(job, { kind: 'freed' }, { reason, change: { offer } });
    if (ready) this.effects.offer.push(this.entryOf(ready));
  }

  /** Says of a job of a new plan that it was ready when it was written, and offers it. */
  wasWrittenReady(job: JobRecord): void {
    const move = { from: 'waiting', to: 'ready', attempt: undefined, builder: undefined } as const;
    this.tell(job.plan, { kind: 'job-moved', job: job.id, ...move }, job.reason);
    this.effects.offer.push(this.entryOf(job));
  }

  /** A ready job waits again, because something it needs was scheduled anew. */
  hold(job: JobRecord, reason: string): JobRecord | undefined {
    const held = this.move(job, { kind: 'held' }, { reason });
    if (held) this.effects.withdraw.push(job.id);
    return held;
  }

  /** Offers a ready job again under a new number, which ends every lease on it. */
  offerAgain(job: JobRecord): void {
    const offer = this.#database.jobs.takeOffers(1);
    this.effects.offer.push(this.entryOf(this.#database.jobs.update(job, { offer, sinceMs: job.sinceMs })));
  }

  /** A job as the queue has to know it. */
  entryOf(job: JobRecord): QueueEntry {
    return entryOf(this.#database, job, this.#policy.usualArch);
  }

  /** Dependencies of a job that were really built anew. */
  rebuilt(job: JobRecord): JobId[] {
    return this.#database.edges
      .dependencies(job.key)
      .filter(({ state }) => state === 'succeeded')
      .map(({ id }) => id);
  }

  /** Records an attempt under a lease, and moves its job. `logPathOf` names the log, relative to the farm. */
  start(
    job: JobRecord,
    { builder, fence }: Pick<Lease, 'builder' | 'fence'>,
    logPathOf?: (attempt: AttemptId) => string,
  ): JobRecord {
    const attempt = this.#database.attempts.start({
      jobKey: job.key,
      job: job.id,
      builder,
      fence,
      startedMs: this.#nowMs,
      previous: job.attempt,
    });
    if (logPathOf) this.#database.attempts.setLogPath(attempt, logPathOf(attempt));
    const how = { reason: job.reason, attempt, builder, change: { attempt } };
    const started = this.move(job, { kind: 'started' }, how);
    if (!started) throw new Error(`job '${job.id}' is ${job.state} and was to start`);
    return started;
  }

  /** Records the end of the running attempt of a job, and moves the job. The lease is the caller's to end. */
  endAttempt(job: JobRecord, attempt: { id: AttemptId; builder: BuilderName }, end: AttemptEnd): JobRecord {
    const { outcome, facts } = end;
    const lost = outcome.kind === 'lost';
    this.#database.attempts.end(attempt.id, {
      endedMs: this.#nowMs,
      outcome,
      durationMs: facts.durationMs,
      peakMemoryBytes: facts.peakMemoryBytes,
      peakDiskBytes: facts.peakDiskBytes,
      logPath: facts.logPath,
    });
    // asked for before the job is over, and what the plan says of it no longer at hand
    const planned = this.#database.jobs.planned(job.key);
    const { losses, canceling } = job;
    const { maxRequeues } = this.#policy;
    const next = this.move(
      job,
      { kind: 'ended', outcome, losses, maxLosses: maxRequeues, canceling: canceling !== undefined },
      {
        reason: reasonOf(outcome, job, maxRequeues),
        attempt: attempt.id,
        builder: attempt.builder,
        change: { ...(lost ? { losses: losses + 1 } : {}), canceling: undefined },
      },
    );
    if (!next) throw new Error(`job '${job.id}' has a running attempt and is ${job.state}`);
    this.#remember(job, attempt.id, end, { planned, isOver: isFinal(next.state) });
    if (isFailure(next) && this.#database.plans.get(job.plan)?.failFast) {
      const rest = this.#database.jobs.openOfPlan(job.plan).filter(({ state }) => state !== 'running');
      this.cancel(
        rest,
        `'${job.id}' ${next.state === 'failed' ? 'failed' : 'timed out'} and the plan is to fail fast`,
      );
    }
    if (next.state !== 'ready' || next.pending === 0) return next;
    return this.hold(next, 'something that it needs was scheduled again meanwhile') ?? next;
  }

  /**
   * Gives queued jobs another urgency, and what they wait for at least the same, since they cannot begin before it.
   * Returns the jobs that were changed; running ones are as they are.
   */
  hurry(jobs: readonly JobRecord[], urgency: number): readonly JobRecord[] {
    const changed: JobRecord[] = [];
    const seen = new Set<number>();
    const walk = jobs.map((job) => ({ job, isAsked: true }));
    for (const { job, isAsked } of walk) {
      if (seen.has(job.key) || isFinal(job.state) || job.state === 'running') continue;
      if (isAsked ? job.urgency === urgency : job.urgency >= urgency) continue;
      seen.add(job.key);
      const isLower = urgency < job.urgency;
      const next = this.#database.jobs.update(job, { urgency, sinceMs: job.sinceMs });
      this.tell(next.plan, { kind: 'job-urgency', job: next.id }, `urgency ${urgency}`);
      // the queue takes an entry for another one only under a new number
      if (next.state === 'ready') this.offerAgain(next);
      changed.push(next);
      if (isLower) continue;
      for (const needed of this.#database.edges.dependencies(job.key))
        walk.push({ job: needed, isAsked: false });
    }
    return changed;
  }

  /** Takes jobs out: those that do not run end at once, running ones are asked to stop. */
  cancel(jobs: readonly JobRecord[], reason: string): void {
    // Dependants among these jobs have to be canceled, not blocked: so they all end before the news is spread.
    for (const job of jobs) {
      if (job.state === 'running') this.#askToStop(job, reason);
      else this.move(job, { kind: 'canceled' }, { reason });
    }
  }

  /** A waiting job that could not be decided on. */
  failUndecided(job: JobRecord, cause: Problem): void {
    this.move(job, { kind: 'undecidable' }, { reason: `${cause.code} ${cause.what}` });
  }

  #askToStop(job: JobRecord, reason: string): void {
    if (job.attempt === undefined) return;
    this.effects.abort.push({ attempt: job.attempt, reason });
    if (job.canceling !== undefined) return;
    this.#database.jobs.update(job, { canceling: reason, sinceMs: job.sinceMs });
    this.tell(job.plan, { kind: 'job-canceling', job: job.id, attempt: job.attempt }, reason);
  }

  #block(key: number, by: JobRecord): void {
    const cause = by.state === 'blocked' && by.blockedOn !== undefined ? by.blockedOn : by.id;
    const reason =
      by.state === 'blocked'
        ? `needs '${by.id}', which '${cause}' blocks`
        : `needs '${by.id}', which ended as ${by.state}`;
    this.move(this.#job(key), { kind: 'blocked' }, { reason, change: { blockedOn: cause } });
  }

  #finish(before: JobRecord, ended: JobRecord): void {
    this.#ended.push(ended);
    // asked anew: what it waits for may have changed since `before` was read
    if (this.#job(ended.key).pending > 0) this.#database.edges.inherit(ended.key);
    if (before.state === 'ready') this.effects.withdraw.push(ended.id);
    if (ended.state === 'blocked' || (ended.state === 'failed' && before.state === 'waiting')) {
      this.#database.inventory.endedWithout(ended.id, ended.state);
    }
    if (this.#database.plans.countDown(ended.plan) > 0) return;
    this.#database.plans.finish(ended.plan, this.#nowMs);
    this.tell(ended.plan, { kind: 'plan-finished' }, '');
    this.effects.finished.push(ended.plan);
  }

  /** What later plans have to know of an attempt. */
  #remember(
    job: JobRecord,
    attempt: AttemptId,
    { outcome, facts }: AttemptEnd,
    { planned, isOver }: { readonly planned: PlannedJob; readonly isOver: boolean },
  ): void {
    const { inventory, artifacts, durations } = this.#database;
    switch (outcome.kind) {
      case 'succeeded': {
        for (const artifact of outcome.artifacts) artifacts.add({ attempt, job: job.id, artifact });
        const { inputDigest, version } = planned;
        inventory.succeeded(job.id, successOf(inputDigest, version, outcome.artifacts), attempt);
        if (facts.durationMs !== undefined) durations.add(job.id, attempt, facts.durationMs);
        this.#database.peaks.note(job.id, facts);
        return;
      }
      case 'already-built': {
        // What stands published was made by an earlier attempt, which knows more of it than this one.
        const { inputDigest, version, outputs } = planned;
        const known = inventory.get(job.id)?.success;
        const plain = { version, outputs, providedSonames: [], neededSonames: [] };
        inventory.succeeded(job.id, { ...(known ?? plain), inputDigest }, undefined);
        return;
      }
      case 'skipped':
        return;
      case 'failed':
      case 'timed-out':
        inventory.endedWithout(job.id, outcome.kind);
        return;
      case 'canceled':
      case 'lost':
        if (isOver) inventory.endedWithout(job.id, outcome.kind);
    }
  }

  #job(key: number): JobRecord {
    const job = this.#database.jobs.get(key);
    if (!job) throw new Error(`job ${key} is not in the record`);
    return job;
  }
}

/** What goes with a move. */
export interface MoveFacts {
  readonly reason: string;
  readonly attempt?: AttemptId | undefined;
  readonly builder?: BuilderName | undefined;
  readonly change?: Omit<JobChange, 'state' | 'reason' | 'sinceMs'>;
}

export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly facts: AttemptFacts;
}

/** A job as the queue has to know it. */
export function entryOf(
  database: Pick<DispatchRecord, 'peaks'>,
  job: JobRecord,
  usualArch: string | undefined,
): QueueEntry {
  const parts = usualArch === undefined ? undefined : parseJobId(job.id);
  const arch = parts && machineArch(parts.arch);
  return {
    ...(arch === undefined || arch === usualArch ? {} : { arch }),
    urgency: job.urgency,
    share: job.share,
    labels: job.labels,
    job: job.id,
    offer: job.offer,
    priority: job.priority,
    readySinceMs: job.readySinceMs ?? job.sinceMs,
    buildClass: job.buildClass,
    ...database.peaks.get(job.id),
  };
}

const isFailure = ({ state }: JobRecord): boolean => state === 'failed' || state === 'timed-out';

function reasonOf(outcome: Outcome, job: JobRecord, maxRequeues: number): string {
  switch (outcome.kind) {
    case 'succeeded':
      return job.action === 'build' ? '' : job.reason;
    case 'already-built':
      return 'was built already';
    case 'skipped':
      return outcome.reason;
    case 'failed':
      return `${outcome.problem.code} ${outcome.problem.what}`;
    case 'timed-out':
      return outcome.limitMs === 0
        ? "did not end within a time limit of the recipe's own"
        : `did not end within ${Math.round(outcome.limitMs / 1000)} s`;
    case 'canceled':
      return job.canceling ?? outcome.reason;
    case 'lost':
      if (job.canceling !== undefined) return job.canceling;
      if (job.losses < maxRequeues) return `attempt was lost: ${outcome.reason}`;
      return lossText(job, outcome.reason);
  }
}

function lossText(job: JobRecord, reason: string): string {
  const found = problem('QUE004', {
    what: `'${job.id}' was lost ${job.losses + 1} times, the last time: ${reason}`,
  });
  return `${found.code} ${found.what}`;
}

function successOf(
  inputDigest: Success['inputDigest'],
  planned: string,
  artifacts: readonly Artifact[],
): Success {
  const all = (of: (artifact: Artifact) => readonly string[]): string[] =>
    [...new Set(artifacts.flatMap(of))].sort();
  return {
    inputDigest,
    version: artifacts[0]?.version ?? planned,
    outputs: artifacts.map(({ name }) => name),
    providedSonames: all(({ providedSonames }) => providedSonames),
    neededSonames: all(({ neededSonames }) => neededSonames),
  };
}
