import type { BuilderName, JobId } from '../primitives/index.ts';

/** What the queue knows of a ready job. The job graph never enters the queue. */
export interface QueueEntry {
  readonly job: JobId;
  /** Number of this offer of the job, given by the manager; a result is accepted for the newest offer only. */
  readonly offer: number;
  /** Higher runs first (critical path in ms, fitted to classes); ties in order of `readySinceMs`. */
  readonly priority: number;
  readonly readySinceMs: number;
  /** Minimum class or the name of one builder; undefined counts as class 1 (specification 12.6). */
  readonly buildClass: number | string | undefined;
}

/** A builder's claim on one job until `untilMs`. `fence` grows with every lease ever given by this queue. */
export interface Lease {
  readonly entry: QueueEntry;
  readonly builder: BuilderName;
  readonly fence: number;
  readonly untilMs: number;
}

/** What a builder says when it asks for work. */
export interface ClaimRequest {
  readonly builder: BuilderName;
  /** Undefined: takes only jobs addressed to it by name (specification 12.6). */
  readonly builderClass: number | undefined;
  readonly leaseMs: number;
  /** At most so many leases. */
  readonly max: number;
}

export interface QueueCounts {
  readonly ready: number;
  readonly leased: number;
}

/**
 * Ready jobs between manager and builders. Ten verbs; every backend passes `conformance.ts`.
 * All of them are safe to repeat; time comes from the clock the backend was made with.
 */
export interface QueueBackend {
  /** Makes jobs claimable. The same job with the same or a lower offer number is ignored; with a higher one it replaces. */
  offer(entries: readonly QueueEntry[]): Promise<void>;
  /** Takes up to `max` jobs the builder may run, best first. Empty when there is none; never waits. */
  claim(request: ClaimRequest): Promise<readonly Lease[]>;
  /** Resolves when work may have become claimable, or when the signal aborts; may wake for nothing. */
  wait(signal: AbortSignal): Promise<void>;
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
  close(): Promise<void>;
}
