import type { AttemptRecord, FarmDatabase, JobRecord } from '../database/index.ts';
import type { JobId } from '../primitives/index.ts';
import type { Lease, QueueBackend } from '../queue/index.ts';
import { entryOf, type Motion } from './motion.ts';

/** What a start found to set right. */
export interface RecoveryReport {
  /** Jobs whose attempts died with the manager before. */
  readonly lost: readonly JobId[];
  /** Ready jobs that the queue did not have, or had under a lease of the dead. */
  readonly offered: number;
  /** Jobs that the queue had and the record does not know as ready. */
  readonly withdrawn: number;
  /** Counts of pending dependencies that were wrong; other than 0 only after damage. */
  readonly recounted: number;
  /** Plans that go on. */
  readonly openPlans: number;
}

type Queued = Awaited<ReturnType<QueueBackend['list']>>;

/**
 * Which running attempts may go on after the manager was away: those whose lease the queue still knows, and those
 * of which it knows nothing at all, because then it was emptied.
 */
export function adoptable(queued: Queued): (attempt: AttemptRecord) => boolean {
  const fences = new Map(queued.map(({ entry, lease }) => [entry.job, lease?.fence]));
  return (attempt) => !fences.has(attempt.job) || fences.get(attempt.job) === attempt.fence;
}

/** The leases under which attempts run, as the record has them. */
export function runningLeases(
  database: FarmDatabase,
  untilMs: number,
  usualArch: string | undefined,
): readonly Lease[] {
  return database.attempts.running().flatMap((attempt): Lease[] => {
    const job = database.jobs.get(attempt.jobKey);
    if (job?.state !== 'running' || job.attempt !== attempt.id) return [];
    const { builder, fence } = attempt;
    return [{ entry: entryOf(database, job, usualArch), builder, fence, untilMs }];
  });
}

/**
 * Ends the attempts of a dead manager, but for those that `isKept` lets go on, and takes up everything that was on
 * its way. Within a transaction.
 */
export function takeUp(
  database: FarmDatabase,
  motion: Motion,
  isKept: (attempt: AttemptRecord) => boolean,
): { lost: JobId[]; recounted: number } {
  const recounted = database.edges.recountPending();
  const lost: JobId[] = [];
  for (const attempt of database.attempts.running()) {
    const job = database.jobs.get(attempt.jobKey);
    if (!job || isKept(attempt)) continue;
    lost.push(job.id);
    const outcome = { kind: 'lost', reason: `the manager of builder '${attempt.builder}' ended` } as const;
    const next = motion.endAttempt(job, attempt, { outcome, facts: {} });
    // A new offer, because a lease of the dead builder may still hold the old one.
    if (next.state === 'ready') motion.offerAgain(next);
    motion.spread();
  }
  const begun = new Set(motion.effects.decide);
  for (const job of database.jobs.undecided()) if (!begun.has(job.key)) motion.free(job);
  motion.spread();
  return { lost, recounted };
}

/** Compares queue and record, of which the record is right. Within a transaction; nothing may run meanwhile. */
export function reconcile(
  database: FarmDatabase,
  queued: Queued,
  motion: Motion,
): { offered: number; withdrawn: number } {
  const ready = new Map<JobId, JobRecord>(database.jobs.inState('ready').map((job) => [job.id, job]));
  const running = new Set(database.jobs.inState('running').map(({ id }) => id));
  const inEffects = new Set(motion.effects.offer.map(({ job }) => job));
  let withdrawn = 0;
  for (const { entry, lease } of queued) {
    const job = ready.get(entry.job);
    if (!job) {
      if (running.has(entry.job)) continue;
      motion.effects.withdraw.push(entry.job);
      withdrawn += 1;
    } else if (job.offer === entry.offer) {
      ready.delete(entry.job);
      // what is usual may have been another architecture when it was offered
      const isStale = lease !== undefined || entry.arch !== motion.entryOf(job).arch;
      if (isStale && !inEffects.has(entry.job)) motion.offerAgain(job);
    } else {
      motion.effects.withdraw.push(entry.job);
    }
  }
  let offered = inEffects.size;
  for (const job of ready.values()) {
    if (inEffects.has(job.id)) continue;
    motion.effects.offer.push(motion.entryOf(job));
    offered += 1;
  }
  return { offered, withdrawn };
}
