import { join } from 'node:path';
import { AppendFile, type Clock, systemClock } from '../host/index.ts';
import type { AttemptLog } from './attempt-log.ts';
import { type LogSubject, logPath, phasesPath } from './log-path.ts';
import { Redaction } from './redaction.ts';

/** How packmill's own lines begin. */
export const ownLineMarker = '==> packmill: ';

export interface LogOptions {
  /** Absolute path of the farm. */
  readonly farm: string;
  readonly subject: LogSubject;
  /** Bytes of build output to keep, default 64 MiB; a last line tells that more was dropped. */
  readonly limitBytes?: number;
  /** Texts that never appear in the log; those of fewer than four bytes are ignored. */
  readonly secrets?: readonly string[];
  readonly clock?: Clock;
}

const defaultLimitBytes = 64 * 1024 * 1024;
const newline = 0x0a;

/** The real log: a file of bytes and, beside it, `ATTEMPT.phases` with one JSON line per phase. */
class AttemptLogFile implements AttemptLog {
  readonly path: string;
  readonly #file: AppendFile;
  readonly #phases: AppendFile;
  readonly #redaction: Redaction;
  readonly #clock: Clock;
  readonly #limitBytes: number;
  #outputBytes = 0;
  #full = false;
  #atLineStart = true;

  constructor(options: LogOptions) {
    this.path = logPath(options.subject);
    this.#file = new AppendFile(join(options.farm, this.path));
    this.#phases = new AppendFile(join(options.farm, phasesPath(this.path)));
    this.#redaction = new Redaction(options.secrets ?? []);
    this.#clock = options.clock ?? systemClock;
    this.#limitBytes = options.limitBytes ?? defaultLimitBytes;
    // A log that is opened again may have been cut off in the middle of a line.
    this.#atLineStart = this.#file.sizeBytes === 0;
  }

  write(bytes: Uint8Array): void {
    this.#keep(this.#redaction.take(bytes));
  }

  say(line: string): void {
    this.#keep(this.#redaction.flush());
    this.#sayNow(line);
  }

  phase(name: string): void {
    this.#keep(this.#redaction.flush());
    if (!this.#atLineStart) this.#append(Buffer.from('\n'));
    const entry = { name, offset: this.#file.sizeBytes, atMs: this.#clock.nowMs() };
    this.#sayNow(`phase '${name}'`);
    this.#phases.append(Buffer.from(`${JSON.stringify(entry)}\n`));
  }

  async close(): Promise<void> {
    this.#keep(this.#redaction.flush());
    this.#phases.close();
    this.#file.close();
  }

  #keep(bytes: Uint8Array): void {
    const room = Math.max(0, this.#limitBytes - this.#outputBytes);
    this.#outputBytes += bytes.byteLength;
    if (bytes.byteLength <= room) {
      this.#append(bytes);
      return;
    }
    this.#append(bytes.subarray(0, room));
    if (this.#full) return;
    this.#full = true;
    this.#sayNow(`the log has reached its limit of ${this.#limitBytes} bytes; further output is dropped`);
  }

  #sayNow(line: string): void {
    const redaction = this.#redaction;
    const start = this.#atLineStart ? '' : '\n';
    const text = line
      .split('\n')
      .map((one) => `${ownLineMarker}${one}\n`)
      .join('');
    const clean = Buffer.concat([redaction.take(Buffer.from(start + text)), redaction.flush()]);
    this.#append(clean);
  }

  #append(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#file.append(bytes);
    this.#atLineStart = bytes.at(-1) === newline;
  }
}

/** Opens the log of an attempt for writing, making its folders. Throws SYS004. */
export function openAttemptLog(options: LogOptions): AttemptLog {
  return new AttemptLogFile(options);
}
