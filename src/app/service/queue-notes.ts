import type { AttemptRecord, JobRevision } from '../../database/index.ts';
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

  constructor(farm: Farm, hub: LogHub) {
    this.#farm = farm;
    this.#hub = hub;
  }

  /** Adds a line behind everything that is in the job's log now. */
  note(job: { readonly id: JobId; readonly key: number }, line: string): void {
    const ended = this.#attempts(job).filter(({ endedMs }) => endedMs !== undefined).length;
    const path = this.#path(job, ended);
    appendNote(path, line);
    this.#hub.touched(path);
  }

  /** Begins the log of a job that was just admitted. */
  added(job: { readonly id: JobId; readonly key: number }, atMs: number): void {
    this.note(job, `Added to build queue at ${formatLogTime(atMs)}. Waiting for builder...`);
  }

  /** The log of one job as one stream. */
  revision(of: Pick<JobRevision, 'id' | 'key' | 'requestedMs'>): LogRevision {
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

  #attempts({ id, key }: { readonly id: JobId; readonly key: number }): readonly AttemptRecord[] {
    return this.#farm.database.attempts.ofRow(id, key);
  }

  #path({ id, key }: { readonly id: JobId; readonly key: number }, behind: number): string {
    const parts = parseJobId(id);
    if (!parts) throw new Error(`'${id}' is no job id`);
    return openQueueNotes(this.#farm.paths.root, { ...parts, revision: `${key}-${behind}` });
  }
}
