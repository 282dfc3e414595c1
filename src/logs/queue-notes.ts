import { join } from 'node:path';
import { appendToFile } from '../host/index.ts';
import { type LogSubject, notesPath } from './log-path.ts';

export interface QueueNotesSubject extends Omit<LogSubject, 'attempt'> {
  /** Names the notes among those of the job: the time of the request, say, and a number when it is queued again. */
  readonly revision: string;
}

/**
 * The file of what the manager has to say of a job while no attempt of it is under way: absolute path, for
 * `appendNote` and as a segment of a `LogSource`. It is made with its first note.
 */
export function openQueueNotes(farm: string, subject: QueueNotesSubject): string {
  return join(farm, notesPath(subject, subject.revision));
}

/** Appends one line, ended by a plain newline. Not durable: what it tells is in the record too. Throws SYS004. */
export function appendNote(path: string, line: string): void {
  appendToFile(path, `${line}\n`);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A time, in ms since the epoch, as logs show it: `DD/MM/YYYY, HH:MM:SS UTC` (specification 18.2). */
export function formatLogTime(ms: number): string {
  const time = new Date(ms);
  const day = `${two(time.getUTCDate())}/${two(time.getUTCMonth() + 1)}/${time.getUTCFullYear()}`;
  return `${day}, ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} UTC`;
}
