import { join } from 'node:path';
import { fault, isFault } from '../diagnostics/index.ts';
import { type Clock, entryFacts, readBytes, removeEntry, systemClock } from '../host/index.ts';
import type { AttemptLog } from './attempt-log.ts';
import { type LogOptions, openAttemptLog } from './attempt-log-file.ts';
import { phasesPath } from './log-path.ts';
import { type LogPhase, readPhases } from './reading.ts';
import type { ShippedPiece } from './remote-log.ts';

/** Hands one piece to the manager; resolves with how much of the log is there then, rejects when nobody answers. */
export type SendPiece = (
  piece: ShippedPiece,
) => Promise<{ readonly sizeBytes: number; readonly stop?: string | undefined }>;

export interface ShipOptions {
  readonly signal?: AbortSignal;
  /** Shortest time between the starts of two pieces that are not full, default 50. */
  readonly flushMs?: number;
  /** Wait after a first failure, default 100; doubled with each further one, up to `longestPauseMs`, default 5,000. */
  readonly pauseMs?: number;
  readonly longestPauseMs?: number;
  /** Largest piece, default 256 KiB. */
  readonly pieceBytes?: number;
  /** Called once when the manager wants the attempt stopped; shipping goes on. */
  readonly onStop?: (reason: string) => void;
}

/**
 * A log of an attempt on a builder: written to a spool folder like any other, and shipped to the manager from there.
 * Nothing is kept in memory, so a manager that is away for hours costs disk alone.
 */
export class SpoolingLog implements AttemptLog {
  readonly path: string;
  readonly #fullPath: string;
  readonly #log: AttemptLog;
  readonly #clock: Clock;
  readonly #drained = Promise.withResolvers<void>();
  #wake: (() => void) | undefined;
  #closed = false;
  #phases: readonly LogPhase[] | undefined;

  /** `farm` is the spool folder: the log gets the same path below it as in the farm. Throws SYS004. */
  constructor(options: LogOptions) {
    this.#log = openAttemptLog(options);
    this.path = this.#log.path;
    this.#fullPath = join(options.farm, this.path);
    this.#clock = options.clock ?? systemClock;
    // A rejection is for those who ask; nobody has to.
    this.#drained.promise.catch(() => {});
  }

  write(bytes: Uint8Array): void {
    this.#log.write(bytes);
    this.#notice();
  }

  say(line: string): void {
    this.#log.say(line);
    this.#notice();
  }

  phase(name: string): void {
    this.#log.phase(name);
    this.#phases = undefined;
    this.#notice();
  }

  async close(): Promise<void> {
    await this.#log.close();
    this.#closed = true;
    this.#notice();
  }

  /** Length of the spooled log in bytes. Throws SYS004. */
  get sizeBytes(): number {
    return entryFacts(this.#fullPath)?.sizeBytes ?? 0;
  }

  /** Resolves when the log is closed and all of it is with the manager. Rejects with LOG001. */
  drained(): Promise<void> {
    return this.#drained.promise;
  }

  /** Removes the spooled files; for after `drained`. Throws SYS004. */
  discard(): void {
    removeEntry(phasesPath(this.#fullPath));
    removeEntry(this.#fullPath);
  }

  /**
   * Sends what the manager does not have, one piece at a time, until the log is closed and all is there or the signal
   * aborts. Goes on from what the manager says it has, be it less or more than expected. Throws LOG001 and SYS004.
   */
  async ship(send: SendPiece, options: ShipOptions = {}): Promise<void> {
    try {
      if (await this.#shipAll(send, options)) this.#drained.resolve();
    } catch (error) {
      this.#drained.reject(error);
      throw error;
    }
  }

  /** Whether everything is there; false when the signal ended it. */
  async #shipAll(send: SendPiece, options: ShipOptions): Promise<boolean> {
    const { signal, flushMs = 50, pauseMs = 100, longestPauseMs = 5_000, pieceBytes = 256 * 1024 } = options;
    let onStop = options.onStop;
    let there = 0;
    let failures = 0;
    let notBefore = 0;
    while (!signal?.aborted) {
      await this.#somethingBeyond(there, signal);
      const early = notBefore - this.#clock.monotonicMs();
      if (early > 0 && !this.#closed && this.sizeBytes - there < pieceBytes)
        await this.#clock.sleep(early, signal);
      if (signal?.aborted) break;
      notBefore = this.#clock.monotonicMs() + flushMs;
      const closed = this.#closed;
      const piece = await this.#piece(there, pieceBytes);
      try {
        const reply = await send(piece);
        if (reply.stop !== undefined) {
          onStop?.(reply.stop);
          onStop = undefined;
        }
        const sizeBytes = this.sizeBytes;
        if (closed && reply.sizeBytes === sizeBytes) return true;
        if (closed && reply.sizeBytes > sizeBytes) throw this.#tooLong(reply.sizeBytes);
        // Another place than before is news, whether forward or back.
        failures = reply.sizeBytes === there && piece.bytes.byteLength > 0 ? failures + 1 : 0;
        there = Math.min(reply.sizeBytes, sizeBytes);
      } catch (error) {
        if (isFault(error, 'LOG001')) throw error;
        failures += 1;
      }
      if (failures > 0)
        await this.#clock.sleep(Math.min(longestPauseMs, pauseMs * 2 ** (failures - 1)), signal);
    }
    return false;
  }

  async #piece(offset: number, maxBytes: number): Promise<ShippedPiece> {
    const bytes = (await readBytes(this.#fullPath, offset, maxBytes)) ?? Buffer.alloc(0);
    this.#phases ??= await readPhases(this.#fullPath);
    const end = offset + bytes.byteLength;
    return {
      offset,
      bytes,
      phases: this.#phases.filter((phase) => phase.offset >= offset && phase.offset < end),
    };
  }

  #tooLong(there: number): Error {
    const what = `the manager has ${there} bytes of '${this.path}', the builder ${this.sizeBytes}`;
    return fault('LOG001', { what });
  }

  /** Resolves when the log is longer than `there`, or closed, or the signal aborts. */
  async #somethingBeyond(there: number, signal: AbortSignal | undefined): Promise<void> {
    while (!this.#closed && this.sizeBytes <= there && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal?.removeEventListener('abort', done);
          this.#wake = undefined;
          resolve();
        };
        signal?.addEventListener('abort', done, { once: true });
        this.#wake = done;
      });
    }
  }

  #notice(): void {
    this.#wake?.();
  }
}
