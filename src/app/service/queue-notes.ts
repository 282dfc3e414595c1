import type { AttemptRecord, JobRevision } from '../../database/index.ts';
import { entryFacts, nextTurn } from '../../host/index.ts';
import { appendNote, formatLogTime, type LogHub, openQueueNotes } from '../../logs/index.ts';
import { type JobId, parseJobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';
import type { LogRevision } from './farm-service.ts';

/**
 * What the manager itself has to say of jobs, in the logs that people read (specification 14.2, 14.4): a revision of
 * a package's log is notes, the log of an attempt, notes, the log of the next one, and so on.
 */
export class QueueNotes {
  readonly #farm: Farm;
  readonly #hub: LogHub;
  /** First lines that are still to be written, by job. */
  readonly #firsts = new Map<number, { readonly id: JobId; readonly atMs: number }>();
  #isWriting = false;

  constructor(farm: Farm, hub: LogHub) {
    this.#farm = farm;
    this.#hub = hub;
  }

  /** Adds a line behind everything that is in the job's log now. */
  note(job: { readonly id: JobId; readonly key: number }, line: string): void {
    this.#writeFirst(job.key);
    const ended = this.#attempts(job).filter(({ endedMs }) => endedMs !== undefined).length;
    this.#write(this.#path(job, ended), line);
  }

  /**
   * Begins the logs of jobs that were just admitted: thousands, when everything is to be built, each with a file of
   * its own. Others get their turns meanwhile; whoever asks for one of the logs finds it begun.
   */
  async added(jobs: readonly { readonly id: JobId; readonly key: number }[], atMs: number): Promise<void> {
    for (const { id, key } of jobs) this.#firsts.set(key, { id, atMs });
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      for (const key of this.#firsts.keys()) {
        this.#writeFirst(key);
        await nextTurn();
      }
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

  #writeFirst(key: number): void {
    const first = this.#firsts.get(key);
    if (!first) return;
    this.#firsts.delete(key);
    const line = `Added to build queue at ${formatLogTime(first.atMs)}. Waiting for builder...`;
    this.#write(this.#path({ id: first.id, key }, 0), line);
  }

  #write(path: string, line: string): void {
    appendNote(path, line);
    this.#hub.touched(path);
  }

  /** The log of one job as one stream. */
  revision(of: Pick<JobRevision, 'id' | 'key' | 'requestedMs'>): LogRevision {
    this.#writeFirst(of.key);
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
