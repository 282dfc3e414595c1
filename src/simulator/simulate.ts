import type { JobRecord } from '../database/index.ts';
import { admitPlan, type Effects, Motion, type OpenWork, VirtualRecord } from '../dispatcher/index.ts';
import type { JobStateName, Outcome, Plan } from '../model/index.ts';
import type { BuilderName } from '../primitives/index.ts';
import { ReadyStock } from '../queue/index.ts';
import { Agenda } from './agenda.ts';
import { claimantOf, type Seat, type VirtualBuilder } from './virtual-builder.ts';

/** A plan that comes at a time. */
export interface Arrival {
  readonly atMs: number;
  readonly plan: Plan;
}

/** A job that runs when the simulation begins. */
export interface RunningJob {
  readonly key: number;
  readonly builder: BuilderName;
  /** When it began. */
  readonly sinceMs: number;
}

/** How an attempt will go. */
export interface Fate {
  /** On a builder of speed 1, from its start. */
  readonly durationMs: number;
  readonly outcome: 'succeeded' | 'failed' | 'timed-out' | 'skipped' | 'already-built';
}

export interface SimulationRequest {
  readonly startMs: number;
  readonly builders: readonly VirtualBuilder[];
  readonly arrivals?: readonly Arrival[];
  /** What is under way already; keys of jobs are those of the record. */
  readonly open?: (OpenWork & { readonly running: readonly RunningJob[] }) | undefined;
  readonly fate: (job: JobRecord) => Fate;
  /** Whether a job that is built only if a rebuilt dependency broke it has to be. */
  readonly decide: (job: JobRecord) => boolean;
  /** Kind of machine that jobs are for unless they say otherwise. */
  readonly usualArch: string;
  /** Jobs that are ready for longer go by age (specification 12.9). Default 24 hours. */
  readonly longestWaitMs?: number;
}

/** What became of one job. */
export interface SimulatedJob {
  readonly job: JobRecord;
  /** When it could have begun for the first time. */
  readyMs: number | undefined;
  startedMs: number | undefined;
  endedMs: number | undefined;
  builder: BuilderName | undefined;
  state: JobStateName;
}

export interface Simulation {
  /** By the keys of rows, in the order in which they were admitted. */
  readonly jobs: ReadonlyMap<number, SimulatedJob>;
  /** Keys of jobs in the order in which they were given to builders. */
  readonly order: readonly number[];
  /** When the last attempt ended; the start when there was none. */
  readonly endMs: number;
  readonly seats: readonly Seat[];
  /** The record as it was left, for who wants to know what waits for what. */
  readonly record: VirtualRecord;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Runs jobs forward in virtual time on virtual builders. What is admitted, freed, held, blocked and in which order it is given
 * out is decided by the dispatcher's own admission and motion and by the queue's order; only durations and outcomes are given.
 */
export const simulate = (request: SimulationRequest): Simulation => new Simulator(request).run();

type Moment =
  | { readonly kind: 'arrival'; readonly plan: Plan }
  | { readonly kind: 'end'; readonly key: number; readonly seat: Seat | undefined; readonly fate: Fate };

class Simulator {
  readonly #request: SimulationRequest;
  readonly #record: VirtualRecord;
  readonly #stock = new ReadyStock();
  readonly #agenda = new Agenda<Moment>();
  readonly #seats: readonly Seat[];
  readonly #jobs = new Map<number, SimulatedJob>();
  readonly #order: number[] = [];
  #nowMs: number;
  #endMs: number;

  constructor(request: SimulationRequest) {
    this.#request = request;
    this.#nowMs = request.startMs;
    this.#endMs = request.startMs;
    this.#record = new VirtualRecord(() => this.#nowMs, request.open);
    this.#seats = request.builders.map((builder) => ({
      builder,
      claimant: claimantOf(builder, request.usualArch),
      busy: 0,
      usedMs: 0,
    }));
  }

  run(): Simulation {
    for (const { atMs, plan } of this.#request.arrivals ?? [])
      this.#agenda.put(atMs, { kind: 'arrival', plan });
    this.#takeUp();
    this.#giveOut();
    for (let at = this.#agenda.nextMs; at !== undefined; at = this.#agenda.nextMs) {
      this.#nowMs = at;
      while (this.#agenda.nextMs === at) this.#happen(this.#agenda.take() as Moment);
      this.#giveOut();
    }
    const jobs = new Map<number, SimulatedJob>();
    for (const row of this.#record.all())
      jobs.set(row.key, Object.assign(this.#seen(row), { state: row.state }));
    return {
      jobs,
      order: this.#order,
      endMs: this.#endMs,
      seats: this.#seats,
      record: this.#record,
    };
  }

  /** What is under way goes on, as after a start of the manager. */
  #takeUp(): void {
    const { open } = this.#request;
    if (!open) return;
    this.#move((motion) => {
      for (const row of open.rows) {
        this.#seen(row).readyMs = row.readySinceMs;
        if (row.state === 'ready') motion.effects.offer.push(motion.entryOf(row));
        if (row.state === 'waiting' && row.pending === 0) motion.free(row);
      }
    });
    for (const { key, builder, sinceMs } of open.running) {
      const row = this.#record.jobs.get(key);
      if (row?.state !== 'running') continue;
      const motion = new Motion(this.#record, policyOf(this.#request), this.#nowMs);
      this.#stock.lease(motion.entryOf(row), builder);
      const seat = this.#seats.find((one) => one.builder.name === builder);
      this.#begin(row, { seat, builder, sinceMs });
    }
  }

  #happen(moment: Moment): void {
    if (moment.kind === 'arrival') {
      const { plan } = moment;
      const options = { why: '', failFast: false };
      this.#move((motion) =>
        admitPlan(plan, options, { database: this.#record, motion, nowMs: this.#nowMs }),
      );
      return;
    }
    const { key, seat, fate } = moment;
    const row = this.#record.jobs.get(key);
    const seen = this.#jobs.get(key);
    if (seat) seat.busy -= 1;
    if (!row || row.attempt === undefined || !seen || seen.builder === undefined) return;
    seen.endedMs = this.#nowMs;
    this.#endMs = this.#nowMs;
    this.#stock.settle(row.id);
    const attempt = { id: row.attempt, builder: seen.builder };
    this.#move((motion) => motion.endAttempt(row, attempt, { outcome: outcomeOf(fate), facts: {} }));
  }

  /** As the dispatcher's works: a change, what follows from it, and then what the queue has to hear. */
  #move(work: (motion: Motion) => unknown): void {
    const motion = new Motion(this.#record, policyOf(this.#request), this.#nowMs);
    work(motion);
    motion.spread();
    this.#follow(motion.effects);
  }

  /** An attempt that was asked to stop goes on to its end: how soon it would stop nobody knows. */
  #follow({ withdraw, offer, decide }: Effects): void {
    for (const job of withdraw) this.#stock.withdraw(job);
    for (const entry of offer) this.#stock.offer(entry);
    for (const key of decide) this.#decide(key);
  }

  #decide(key: number): void {
    this.#move((motion) => {
      const job = this.#record.jobs.get(key);
      if (job?.state !== 'waiting' || job.pending > 0) return;
      if (this.#request.decide(job)) motion.makeReady(job, '');
      else motion.move(job, { kind: 'spared' }, { reason: '' });
    });
  }

  /** Every free slot takes what the queue would give it. */
  #giveOut(): void {
    const overdueMs = this.#nowMs - (this.#request.longestWaitMs ?? dayMs);
    for (let given = true; given && this.#stock.size > 0; ) {
      given = false;
      for (const seat of this.#seats) {
        if (seat.busy >= seat.builder.slots) continue;
        const entry = this.#stock.claim(seat.claimant, overdueMs);
        if (!entry) continue;
        given = true;
        const job = this.#record.jobs
          .openWithId(entry.job)
          .find(({ offer, state }) => offer === entry.offer && state === 'ready');
        if (!job) {
          this.#stock.settle(entry.job);
          continue;
        }
        const motion = new Motion(this.#record, policyOf(this.#request), this.#nowMs);
        const started = motion.start(job, { builder: seat.builder.name, fence: this.#order.length + 1 });
        this.#order.push(job.key);
        this.#begin(started, { seat, builder: seat.builder.name, sinceMs: this.#nowMs });
      }
    }
  }

  #begin(
    job: JobRecord,
    { seat, builder, sinceMs }: { seat: Seat | undefined; builder: BuilderName; sinceMs: number },
  ): void {
    const fate = this.#request.fate(job);
    const seen = this.#seen(job);
    seen.readyMs = job.readySinceMs;
    seen.startedMs = sinceMs;
    seen.builder = builder;
    const leftMs = Math.max(0, sinceMs + fate.durationMs / (seat?.builder.speed ?? 1) - this.#nowMs);
    if (seat) {
      seat.busy += 1;
      seat.usedMs += leftMs;
    }
    this.#agenda.put(this.#nowMs + leftMs, { kind: 'end', key: job.key, seat, fate });
  }

  #seen(job: JobRecord): SimulatedJob {
    const known = this.#jobs.get(job.key);
    if (known) return known;
    const made: SimulatedJob = {
      job,
      readyMs: undefined,
      startedMs: undefined,
      endedMs: undefined,
      builder: undefined,
      state: job.state,
    };
    this.#jobs.set(job.key, made);
    return made;
  }
}

const policyOf = ({ usualArch }: SimulationRequest) => ({ maxRequeues: 0, usualArch });

function outcomeOf({ outcome, durationMs }: Fate): Outcome {
  switch (outcome) {
    case 'succeeded':
      return { kind: 'succeeded', artifacts: [] };
    case 'already-built':
      return { kind: 'already-built', files: [] };
    case 'skipped':
      return { kind: 'skipped', reason: '' };
    case 'timed-out':
      return { kind: 'timed-out', limitMs: durationMs };
    case 'failed':
      return {
        kind: 'failed',
        problem: { code: 'BLD001', severity: 'error', blame: 'recipe', what: 'as recorded' },
      };
  }
}
