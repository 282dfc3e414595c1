/** Writes one attempt's log: an append-only file that live followers read by offset. */
export interface AttemptLog {
  /** Path of the file, relative to the farm. */
  readonly path: string;
  /** Bytes of the build, as they came. */
  write(bytes: Uint8Array): void;
  /** A line of packmill's own, marked so that people and tools can tell it from the build's output. */
  say(line: string): void;
  /** Starts a named phase; the index remembers its offset and time. */
  phase(name: string): void;
  /** Flushes and ends the log; further writes are errors. */
  close(): Promise<void>;
}
