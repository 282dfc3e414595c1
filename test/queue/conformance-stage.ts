import type { VirtualClock } from '../../src/host/index.ts';
import type { JobId } from '../../src/primitives/index.ts';
import type { ClaimRequest, Lease, QueueBackend, QueueEntry } from '../../src/queue/index.ts';

/** One queue under test; connections made by `connect` work on the same entries. */
export interface QueueUnderTest {
  connect(): Promise<QueueBackend>;
  /**
   * Starts somebody who claims one job under a lease of `leaseMs`, tells its name, and never ends by himself: a
   * process, or for a queue within one process a caller who does not come back.
   */
  startHolder(leaseMs: number): Promise<{ job: string; kill: () => Promise<void> }>;
  dispose(): Promise<void>;
}

export interface QueueSetting {
  readonly clock: VirtualClock;
  readonly longestWaitMs: number;
}

export type Make = (setting: QueueSetting) => Promise<QueueUnderTest>;

export const longestWaitMs = 60_000;
export const leaseMs = 10_000;

export const job = (name: string): JobId => `t/x/${name}` as JobId;

export interface Stage {
  readonly clock: VirtualClock;
  readonly queue: QueueBackend;
  readonly other: QueueBackend;
  readonly underTest: QueueUnderTest;
  entry(name: string, more?: Partial<QueueEntry>): QueueEntry;
  claim(more?: Partial<ClaimRequest>): Promise<readonly Lease[]>;
  /** Claims until nothing is left and returns the names in that order. */
  drain(more?: Partial<ClaimRequest>): Promise<string[]>;
}
