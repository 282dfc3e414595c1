import {
  type AttemptRecord,
  type FailureRecord,
  type FarmDatabase,
  isExplainable,
} from '../../database/index.ts';
import { FailureScan, judgeFailure } from '../../failures/index.ts';
import { entryFacts, nextTurn } from '../../host/index.ts';
import { readRange } from '../../logs/index.ts';
import type { FarmEvent } from '../../model/index.ts';
import { type AttemptId, attemptId } from '../../primitives/index.ts';

export interface FailureDeskOptions {
  /** Absolute path of the farm. */
  readonly root: string;
  readonly database: FarmDatabase;
  /** Whether this process may write the record; others read logs again each time. */
  readonly mayWrite: () => boolean;
}

/** Word of the record: all attempts up to this one were looked at. */
const watermark = 'failures.looked-at';
const batch = 50;
const mostKnown = 5_000;

/** Finds out why attempts failed, from their logs, and keeps it. */
export class FailureDesk {
  readonly #options: FailureDeskOptions;
  /** What a process that may not write has found out. */
  readonly #known = new Map<AttemptId, FailureRecord>();

  constructor(options: FailureDeskOptions) {
    this.#options = options;
  }

  /** Why an attempt failed; undefined when it did not. Its log is read when nobody did yet. Throws SYS004. */
  async of(attempt: AttemptRecord): Promise<FailureRecord | undefined> {
    if (!isExplainable(attempt)) return undefined;
    const known = this.recorded(attempt.id);
    if (known) return known;
    const found = await this.#read(attempt);
    if (this.#options.mayWrite()) this.#options.database.failures.put(found);
    else {
      if (this.#known.size >= mostKnown) this.#known.clear();
      this.#known.set(attempt.id, found);
    }
    return found;
  }

  /** What is known already, without reading a log. */
  recorded(attempt: AttemptId): FailureRecord | undefined {
    return this.#known.get(attempt) ?? this.#options.database.failures.get(attempt);
  }

  /** Looks at an attempt that an event says has failed. Throws SYS004. */
  async hear(event: FarmEvent): Promise<void> {
    const isEnd = event.kind === 'job-moved' && (event.to === 'failed' || event.to === 'timed-out');
    if (isEnd && event.attempt !== undefined) await this.#note(event.attempt);
  }

  async #note(id: AttemptId): Promise<void> {
    const attempt = this.#options.database.attempts.get(id);
    if (attempt) await this.of(attempt);
  }

  /**
   * Number of attempts, at most `limit`, of which the record does not say why they failed: groups of failures are without
   * them, whether this process has read their logs or not.
   */
  unread(limit = 1000): number {
    return this.#missing(limit).length;
  }

  /**
   * Looks at attempts that failed before anybody looked, the newest first, at most `limit` of them; a log that is gone
   * is judged by the record alone. Throws SYS004.
   */
  async catchUp(options: { readonly limit: number; readonly signal?: AbortSignal }): Promise<void> {
    const { database } = this.#options;
    const mayWrite = this.#options.mayWrite();
    // asked before: what ends meanwhile is looked at the next time
    const settled = database.failures.settledUpTo();
    for (let left = options.limit; left > 0; ) {
      const ids = this.#missing(mayWrite ? Math.min(batch, left) : options.limit).filter(
        (id) => !this.#known.has(id),
      );
      for (const id of ids) {
        if (options.signal?.aborted) return;
        await this.#note(id);
        await nextTurn();
      }
      left -= ids.length;
      if (ids.length > 0 && mayWrite) continue;
      if (mayWrite) database.words.set(watermark, String(settled));
      return;
    }
  }

  #missing(limit: number): AttemptId[] {
    const { failures, words } = this.#options.database;
    return failures.missing(Number(words.get(watermark) ?? 0), limit);
  }

  async #read(attempt: AttemptRecord): Promise<FailureRecord> {
    const scan = new FailureScan();
    const path = attempt.logPath === undefined ? undefined : `${this.#options.root}/${attempt.logPath}`;
    if (path !== undefined && entryFacts(path) !== undefined) {
      const source = { segments: () => [path], isFinished: () => true };
      for await (const { bytes } of readRange(source, 0)) scan.push(bytes);
    }
    const { outcome } = attempt;
    const found = judgeFailure(scan.end(), {
      timedOut: outcome?.kind === 'timed-out',
      code: outcome?.kind === 'failed' ? outcome.problem.code : undefined,
    });
    return {
      attempt: attemptId(attempt.id),
      job: attempt.job,
      endedMs: attempt.endedMs ?? attempt.startedMs,
      class: found.class,
      phase: found.phase,
      signature: found.signature,
      first: found.first,
      evidence: found.evidence,
    };
  }
}
