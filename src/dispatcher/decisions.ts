import type { FarmDatabase } from '../database/index.ts';
import { isFault, type Problem, problem } from '../diagnostics/index.ts';
import type { Decide, DecisionResult } from './decision.ts';
import { Motion } from './motion.ts';

export interface DecisionsParts {
  readonly database: FarmDatabase;
  readonly decide: Decide;
  /** As `Commits.run`. */
  readonly commit: (work: (motion: Motion) => void) => Promise<void>;
}

/** Asks about jobs that are to be built only if a rebuilt dependency broke them, and moves them by the answer. */
export class Decisions {
  readonly #parts: DecisionsParts;
  readonly #asked = new Map<number, Promise<void>>();

  constructor(parts: DecisionsParts) {
    this.#parts = parts;
  }

  /** Asks about the job with this key, unless that is under way. */
  start(key: number): void {
    if (this.#asked.has(key)) return;
    const deciding = this.#decideOn(key);
    this.#asked.set(key, deciding);
    // The queue's failure is remembered by the dispatcher, and its next tick makes up for it.
    deciding.catch(() => undefined);
  }

  /** Resolves when nothing is asked any more. */
  async over(): Promise<void> {
    while (this.#asked.size > 0) await Promise.all(this.#asked.values());
  }

  async #decideOn(key: number): Promise<void> {
    const answer = await this.#ask(key);
    const { database, commit } = this.#parts;
    await commit((motion) => {
      // From here on it can be asked for again: the job may be held by its cycle, and freed a moment later.
      this.#asked.delete(key);
      const job = database.jobs.get(key);
      // what it needs may have been scheduled anew meanwhile: it is asked about again when that is over
      if (job?.state !== 'waiting' || job.pending > 0) return;
      if ('code' in answer) motion.failUndecided(job, answer);
      else if (answer.run) motion.makeReady(job, answer.reason);
      else motion.move(job, { kind: 'spared' }, { reason: answer.reason });
    });
  }

  async #ask(key: number): Promise<DecisionResult | Problem> {
    const { database, decide } = this.#parts;
    const job = database.jobs.get(key);
    if (!job) return { run: false, reason: '' };
    try {
      const rebuilt = new Motion(database, { maxRequeues: 0 }, 0).rebuilt(job);
      return await decide({ plan: job.plan, job: database.jobs.planned(key), rebuilt });
    } catch (error) {
      const why = isFault(error) ? `${error.problem.code} ${error.problem.what}` : String(error);
      return problem('QUE005', { what: `cannot tell whether '${job.id}' must run: ${why}` });
    }
  }
}
