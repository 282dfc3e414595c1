import type { AttemptRecord, JobRevision } from '../../database/index.ts';
import { entryFacts, nextTurn } from '../../host/index.ts';
import { appendNote, formatLogTime, type LogHub, openQueueNotes } from '../../logs/index.ts';
import { type JobId, parseJobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';
import type { LogRevision } from './log-revision.ts';

interface Line {
  readonly path: string;
  readonly line: string;
}

/** So many lines are on disk when `note` returns; a burst is longer. */
const mostAtOnce = 32;

/**
 * What the manager itself has to say of jobs, in the logs that people read (specification 14.2, 14.4): a revision of
 * a package's log is notes, the log of an attempt, notes, the log of the next one, and so on.
 */
export class QueueNotes {
  readonly #farm: Farm;
  readonly #hub: LogHub;
  /** What is still to be written, by job, in order. */
  readonly #waiting = new Map<number, (() => Line)[]>();
  #isWriting = false;
  /** Lines that were written at once and without a pause. */
  #atOnce = 0;

  constructor(farm: Farm, hub: LogHub) {
    this.#farm = farm;
    this.#hub = hub;
  }

  /**
   * Adds a line behind everything that is in the job's log now. Where thousands get one at the same time, as when all
   * packages are scheduled again, most are written a little later, so that others get their turns; whoever asks for one
   * of the logs finds it whole.
   */
  note(job: { readonly id: JobId; readonly key: number }, line: string): void {
    const ended = this.#attempts(job).filter(({ endedMs }) => endedMs !== undefined).length;
    this.#add(job.key, () => ({ path: this.#path(job, ended), line }));
    if (this.#atOnce >= mostAtOnce) return;
    this.#atOnce += 1;
    this.#catchUp(job.key);
  }

  /** Begins the logs of jobs that were just admitted, in the same way. Resolves when all that waits is written. */
  async added(jobs: readonly { readonly id: JobId; readonly key: number }[], atMs: number): Promise<void> {
    for (const job of jobs) {
      this.#add(job.key, () => ({
        path: this.#path(job, 0),
        line: `Added to build queue at ${formatLogTime(atMs)}. Waiting for builder...`,
      }));
    }
    await this.writeWaiting();
  }

  /**
   * Writes what waits, one job at a time, beginning with the next turn. To be called after `note`. Rejects with SYS004 when
   * some of it could not be written; that stays for the next time, and keeps nothing else from being written.
   */
  async writeWaiting(): Promise<void> {
    if (this.#isWriting || this.#waiting.size === 0) return;
    this.#isWriting = true;
    let failure: unknown;
    try {
      await nextTurn();
      for (const key of this.#waiting.keys()) {
        const wrong = this.#failureOf(key);
        failure ??= wrong;
        await nextTurn();
      }
      if (failure !== undefined) throw failure;
      this.#atOnce = 0;
    } finally {
      this.#isWriting = false;
    }
  }

  /** Begins the logs of open jobs that a manager before did not come to. */
  async makeUp(): Promise<void> {
    for (const job of this.#farm.database.views.openRevisions()) {
      if (entryFacts(this.#path(job, 0)) === undefined) await this.added([job], job.requestedMs);
    }
  }

  #add(key: number, line: () => Line): void {
    const lines = this.#waiting.get(key);
    if (lines) lines.push(line);
    else this.#waiting.set(key, [line]);
  }

  /** Writes what waits for one job; returns why that was not possible. */
  #failureOf(key: number): unknown {
    try {
      this.#catchUp(key);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #catchUp(key: number): void {
    const lines = this.#waiting.get(key);
    if (!lines) return;
    // a line that cannot be written, as on a full disk, stays for the next time, and so do those behind it
    for (let next = lines[0]; next; next = lines[0]) {
      const { path, line } = next();
      appendNote(path, line);
      lines.shift();
      this.#hub.touched(path);
    }
    this.#waiting.delete(key);
  }

  /** The log of one job as one stream. */
  revision(of: Pick<JobRevision, 'id' | 'key' | 'requestedMs'>): LogRevision {
    // what is there can be read also while the disk takes nothing more
    this.#failureOf(of.key);
    return {
      job: of.id,
      timestamp: of.requestedMs,
      segments: () => this.#segments(of),
      isFinished: () => this.#isFinished(of),
    };
  }

  #segments(of: { readonly id: JobId; readonly key: number }): readonly string[] {
    const segments = [this.#path(of, 0)];
    for (const [index, { logPath, endedMs }] of this.#attempts(of).entries()) {
      if (logPath !== undefined) segments.push(`${this.#farm.paths.root}/${logPath}`);
      // as long as the attempt writes, nothing stands behind it
      if (endedMs !== undefined) segments.push(this.#path(of, index + 1));
    }
    return segments;
  }

  #isFinished({ key }: { readonly key: number }): boolean {
    const job = this.#farm.database.jobs.get(key);
    return !job || !(job.state === 'waiting' || job.state === 'ready' || job.state === 'running');
  }

  #attempts({ key }: { readonly key: number }): readonly AttemptRecord[] {
    return this.#farm.database.attempts.ofRow(key);
  }

  #path({ id, key }: { readonly id: JobId; readonly key: number }, behind: number): string {
    const parts = parseJobId(id);
    if (!parts) throw new Error(`'${id}' is no job id`);
    return openQueueNotes(this.#farm.paths.root, { ...parts, revision: `${key}-${behind}` });
  }
}
