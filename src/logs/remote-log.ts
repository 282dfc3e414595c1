import { join } from 'node:path';
import { AppendFile } from '../host/index.ts';
import { type LogSubject, logPath, phasesPath } from './log-path.ts';
import { type LogPhase, readPhases } from './reading.ts';

/** A piece of a log on its way from a builder to the manager. */
export interface ShippedPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Phases that begin in these bytes, or before them. */
  readonly phases: readonly LogPhase[];
}

export interface RemoteLogOptions {
  /** Absolute path of the farm. */
  readonly farm: string;
  readonly subject: LogSubject;
  /** Told the absolute path after every change: `hub.touched`. */
  readonly onChange?: (path: string) => void;
}

const newline = Buffer.from('\n');

/**
 * The manager's side of the log of an attempt elsewhere. One at a time per attempt; a new one goes on where a killed
 * manager stopped.
 */
export class RemoteLogWriter {
  /** Path of the file, relative to the farm. */
  readonly path: string;
  readonly #fullPath: string;
  readonly #file: AppendFile;
  readonly #phases: AppendFile;
  readonly #known: Set<string>;
  readonly #onChange: (path: string) => void;

  private constructor(options: RemoteLogOptions, known: Set<string>) {
    this.path = logPath(options.subject);
    this.#fullPath = join(options.farm, this.path);
    this.#onChange = options.onChange ?? (() => {});
    this.#known = known;
    this.#file = new AppendFile(this.#fullPath);
    this.#phases = new AppendFile(join(options.farm, phasesPath(this.path)));
    // Ends a line that a crash has cut short, so that the next one is whole.
    if (this.#phases.sizeBytes > 0) this.#phases.append(newline);
  }

  /** Opens the log, making it when it is missing. Throws SYS004. */
  static async open(options: RemoteLogOptions): Promise<RemoteLogWriter> {
    const known = await readPhases(join(options.farm, logPath(options.subject)));
    return new RemoteLogWriter(options, new Set(known.map(keyOf)));
  }

  /** Bytes of the log that are here. */
  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /**
   * Takes a piece and returns how many bytes of the log are here now: what is here already is skipped, and a piece
   * that would leave a gap is not taken. In the kernel when it returns, on disk after `close`. Throws SYS004.
   */
  append({ offset, bytes, phases }: ShippedPiece): number {
    const here = this.#file.sizeBytes;
    if (offset > here) return here;
    // Phases first: when a crash comes between, the bytes are sent again and their phases with them.
    for (const phase of phases) this.#enter(phase, offset + bytes.byteLength);
    const fresh = bytes.subarray(Math.min(bytes.byteLength, here - offset));
    if (fresh.byteLength > 0) {
      this.#file.append(fresh);
      this.#onChange(this.#fullPath);
    }
    return this.#file.sizeBytes;
  }

  /** Makes the log durable and ends it; a second call does nothing. Throws SYS004. */
  close(): void {
    this.#phases.close();
    this.#file.close();
    this.#onChange(this.#fullPath);
  }

  #enter(phase: LogPhase, end: number): void {
    if (phase.offset >= end || this.#known.has(keyOf(phase))) return;
    const { name, offset, atMs } = phase;
    this.#phases.append(Buffer.from(`${JSON.stringify({ name, offset, atMs })}\n`));
    this.#known.add(keyOf(phase));
  }
}

const keyOf = ({ name, offset }: LogPhase): string => `${offset} ${name}`;
