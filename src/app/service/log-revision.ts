/** One revision of a package's log: queue notes and the logs of all attempts of one job, as one stream of bytes. */
export interface LogRevision {
  /** `target/arch/name`. */
  readonly job: string;
  /** ms since the epoch of the request; names the revision. */
  readonly timestamp: number;
  /** Absolute paths of the files that make the stream, in order, as of now. */
  segments(): readonly string[];
  /** Whether nothing will be added to the stream any more. */
  isFinished(): boolean;
}
