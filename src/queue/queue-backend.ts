import type { BuilderName, JobId } from '../primitives/index.ts';

/**
 * How long a job waits at most because of newer ones, unless the backend was told otherwise: 24 hours. Jobs that
 * are ready for longer go first, oldest first (specification 12.9).
 */
export const defaultLongestWaitMs = 24 * 60 * 60 * 1000;

/** What the queue knows of a ready job. The job graph never enters the queue. */
export interface QueueEntry {
  readonly job: JobId;
  /** Number of this offer of the job, given by the manager; a result is accepted for the newest offer only. */
  readonly offer: number;
  /** What people asked for: higher runs first, whatever the rest says. Default 0. */
  readonly urgency?: number | undefined;
  /** Higher runs first (critical path in ms, fitted to classes); ties in order of `readySinceMs`. */
  readonly priority: number;
  readonly readySinceMs: number;
  /** Minimum class or the name of one builder; undefined counts as class 1 (specification 12.6). */
  readonly buildClass: number | string | undefined;
  /** Whose share of the builders it uses: the source it comes from. Default: the nameless one. */
  readonly share?: string | undefined;
  /** Labels that a builder must carry, all of them. Default none. */
  readonly labels?: readonly string[] | undefined;
  /** Kind of machine it needs (`machineArch`), when that is not the farm's usual one. */
  readonly arch?: string | undefined;
  /** Recorded peaks: a builder with less room than that is not given the job. Undefined: unknown, fits everywhere. */
  readonly memoryBytes?: number | undefined;
  readonly diskBytes?: number | undefined;
}

/** A builder's claim on one job until `untilMs`. `fence` grows with every lease ever given by this queue. */
export interface Lease {
  readonly entry: QueueEntry;
  readonly builder: BuilderName;
  readonly fence: number;
  readonly untilMs: number;
}

/** Who asks for work. */
export interface Claimant {
  readonly builder: BuilderName;
  /** Undefined: takes only jobs addressed to it by name (specification 12.6). */
  readonly builderClass: number | undefined;
  /** Labels it carries. Default none. */
  readonly labels?: readonly string[] | undefined;
  /** Kinds of machine that it is or stands in for, other than the farm's usual one. Default none. */
  readonly arches?: readonly string[] | undefined;
  /** Whether it builds for the farm's usual kind of machine, too. Default: it does. */
  readonly usualArch?: boolean | undefined;
  /** What it has left to give; undefined: no bound. */
  readonly freeMemoryBytes?: number | undefined;
  readonly freeDiskBytes?: number | undefined;
}

/** What a builder says when it asks for work. */
export interface ClaimRequest extends Claimant {
  readonly leaseMs: number;
  /** At most so many leases. */
  readonly max: number;
}

export interface QueueCounts {
  readonly ready: number;
  readonly leased: number;
}

/**
 * Ready jobs between manager and builders. A dozen verbs; every backend passes `conformance.ts`.
 * All of them are safe to repeat; time comes from the clock the backend was made with.
 */
export interface QueueBackend {
  /** Makes jobs claimable. The same job with the same or a lower offer number is ignored; with a higher one it replaces. */
  offer(entries: readonly QueueEntry[]): Promise<void>;
  /**
   * Takes up to `max` jobs the builder may run. Empty when there is none; never waits. Best first (specification
   * 12.9): jobs that waited too long by age; jobs addressed to this builder; the highest class that fits. Within
   * these by urgency; then the share of which the fewest jobs are leased; then priority, age, offer. A lease that
   * ran out is not given on before `reap` took it away.
   *
   * What does not fit into the room left is passed over. An overdue job that does not fit, but would once the
   * builder's own leases have ended, is waited for: the builder gets nothing until it fits or another one has it.
   * What a builder could hold is what it says is free and the recorded peaks of its leases.
   */
  claim(request: ClaimRequest): Promise<readonly Lease[]>;
  /** Resolves when there is work that this builder may claim, or when the signal aborts; may wake for nothing. */
  wait(claimant: Claimant, signal: AbortSignal): Promise<void>;
  /** Prolongs a lease; undefined when it is lost (expired and given on, withdrawn, or replaced by a new offer). */
  renew(lease: Lease, leaseMs: number): Promise<Lease | undefined>;
  /** Ends a lease for good; `stale` when it is not the job's current lease: the result must then be thrown away. */
  settle(lease: Lease): Promise<'accepted' | 'stale'>;
  /** Gives an unfinished job back, ready for others at its old place. */
  release(lease: Lease): Promise<'accepted' | 'stale'>;
  /** Removes jobs in any state; running builders learn of it when they renew. */
  withdraw(jobs: readonly JobId[]): Promise<void>;
  /** Takes away leases that ran out and makes their jobs claimable again; returns the leases that were lost. */
  reap(): Promise<readonly Lease[]>;
  counts(): Promise<QueueCounts>;
  /** All entries, for dumps and reconciliation; leased ones with their lease. */
  list(): Promise<readonly { entry: QueueEntry; lease?: Lease }[]>;
  /**
   * Whether the queue still holds what was put into it: the word that `mark` left, undefined when it has none (it
   * is new, or was emptied). While it has none, `renew` rejects instead of calling leases lost.
   */
  memory(): Promise<string | undefined>;
  /** Leaves a word in the queue, after everything it must know was put into it. Fences grow past `fenceAbove`. */
  mark(word: string, fenceAbove: number): Promise<void>;
  /**
   * Puts leases back that an emptied queue forgot, for `leaseMs` from now on, or without it until they were to end;
   * those of jobs it knows are ignored.
   */
  restore(leases: readonly Lease[], leaseMs?: number): Promise<void>;
  close(): Promise<void>;
}
