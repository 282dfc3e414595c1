import type { FarmDatabase } from '../database/index.ts';
import type { JobId } from '../primitives/index.ts';
import type { QueueBackend } from '../queue/index.ts';
import type { Motion } from './motion.ts';

type Queued = Awaited<ReturnType<QueueBackend['list']>>;
type Mend = (motion: Motion) => void;

/** How often queue and record are compared. */
const everyMs = 60_000;

/**
 * Looks now and then for what queue and record disagree on though nothing failed: a server that evicts keys or a
 * person with another tool may take a job or a lease away, and nobody would ever ask for it again. Both move on while
 * they are compared, so that only what is found twice in a row counts.
 */
export class Audit {
  #dueMs: number;
  #suspected: ReadonlySet<string> = new Set();

  constructor(nowMs: number) {
    this.#dueMs = nowMs + everyMs;
  }

  /** Whether it is time; the next time is a while later. `nowMs` is monotonic. */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#dueMs) return false;
    this.#dueMs = nowMs + everyMs;
    return true;
  }

  /** What is to be mended, within a transaction that begins before anything else happens. */
  compare(database: FarmDatabase, queued: Queued): readonly Mend[] {
    const found = disagreements(database, new Map(queued.map((one) => [one.entry.job, one])));
    const mends = [...found].flatMap(([what, mend]) => (this.#suspected.has(what) ? [mend] : []));
    this.#suspected = new Set(found.keys());
    return mends;
  }
}

function disagreements(
  database: FarmDatabase,
  queued: ReadonlyMap<JobId, Queued[number]>,
): Map<string, Mend> {
  const { jobs, attempts } = database;
  const found = new Map<string, Mend>();
  for (const job of jobs.inState('ready')) {
    if ((queued.get(job.id)?.entry.offer ?? -1) >= job.offer) continue;
    found.set(`offer ${job.offer}`, (motion) => motion.effects.offer.push(motion.entryOf(job)));
  }
  for (const attempt of attempts.running()) {
    if (queued.get(attempt.job)?.lease?.fence === attempt.fence) continue;
    found.set(`attempt ${attempt.id}`, (motion) => {
      const job = jobs.get(attempt.jobKey);
      if (!job || job.attempt !== attempt.id) return;
      const reason = `the queue knows nothing of the lease of builder '${attempt.builder}'`;
      const next = motion.endAttempt(job, attempt, { outcome: { kind: 'lost', reason }, facts: {} });
      if (next.state === 'ready') motion.offerAgain(next);
      motion.effects.abort.push({ attempt: attempt.id, reason });
    });
  }
  for (const [job, { entry }] of queued) {
    if (jobs.openWithId(job).some(({ offer, state }) => offer === entry.offer && state !== 'waiting'))
      continue;
    found.set(`entry ${job} ${entry.offer}`, (motion) => {
      // a newer offer of the job replaces this one by itself
      if (!motion.effects.offer.some((offered) => offered.job === job)) motion.effects.withdraw.push(job);
    });
  }
  return found;
}
