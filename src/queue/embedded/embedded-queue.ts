import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../host/index.ts';
import type { JobId } from '../../primitives/index.ts';
import { forgot } from '../forgot.ts';
import {
  type Claimant,
  type ClaimRequest,
  defaultLongestWaitMs,
  type Lease,
  type QueueBackend,
  type QueueCounts,
  type QueueEntry,
} from '../queue-backend.ts';
import { addRoom, freeOf, needOf } from '../room.ts';
import { Choice } from './choice.ts';
import { columnsOf, entryOf, leaseOf } from './entry-row.ts';
import { Lanes } from './lanes.ts';
import { openQueueFile } from './queue-file.ts';
import { type EntryRow, QueueStatements } from './queue-statements.ts';

export interface EmbeddedQueueOptions {
  /** The queue's own SQLite file; several processes may open it. */
  readonly path: string;
  readonly clock: Clock;
  /** Default `defaultLongestWaitMs`. */
  readonly longestWaitMs?: number;
  /** How often to look for changes by other processes while waiting; default 200 ms. */
  readonly pollMs?: number;
}

/** A queue in a SQLite file, for farms on one machine. */
export class EmbeddedQueue implements QueueBackend {
  readonly #database: DatabaseSync;
  readonly #statements: QueueStatements;
  readonly #lanes: Lanes;
  readonly #choice: Choice;
  readonly #clock: Clock;
  readonly #longestWaitMs: number;
  readonly #pollMs: number;
  readonly #waiting = new Set<() => void>();
  #foundNothing = true;
  #closed = false;

  /** Throws QUE002 when the file cannot be used. */
  constructor(options: EmbeddedQueueOptions) {
    this.#database = openQueueFile(options.path, options.clock);
    this.#statements = new QueueStatements(this.#database);
    this.#lanes = new Lanes(this.#database);
    this.#choice = new Choice(this.#statements, this.#lanes);
    this.#clock = options.clock;
    this.#longestWaitMs = options.longestWaitMs ?? defaultLongestWaitMs;
    this.#pollMs = options.pollMs ?? 200;
  }

  async offer(entries: readonly QueueEntry[]): Promise<void> {
    if (entries.length === 0) return;
    this.#write(() => {
      for (const entry of entries) {
        this.#statements.offer.run(columnsOf(entry, this.#lanes.idOf(entry)));
      }
    });
    this.#wake();
  }

  async claim(request: ClaimRequest): Promise<readonly Lease[]> {
    // Asking first without the write lock keeps builders for which there is nothing out of each other's way.
    if (request.max < 1 || (this.#foundNothing && !this.#hasWorkFor(request))) return [];
    const now = this.#clock.nowMs();
    const untilMs = now + request.leaseMs;
    return this.#write(() => {
      const leases: Lease[] = [];
      let free = freeOf(request);
      while (leases.length < request.max) {
        const left = { ...request, freeMemoryBytes: free.memoryBytes, freeDiskBytes: free.diskBytes };
        const row = this.#choice.nextFor(left, now - this.#longestWaitMs);
        if (!row) break;
        const entry = entryOf(row);
        const fence = this.#statements.nextFence();
        this.#statements.lease.run({ rowid: row.rowid, fence, builder: request.builder, until: untilMs });
        leases.push({ entry, builder: request.builder, fence, untilMs });
        free = addRoom(free, needOf(entry), -1);
      }
      this.#foundNothing = leases.length === 0;
      return leases;
    });
  }

  async wait(claimant: Claimant, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#closed && !this.#hasWorkFor(claimant)) {
      const nap = new AbortController();
      const stop = (): void => nap.abort();
      this.#waiting.add(stop);
      signal.addEventListener('abort', stop, { once: true });
      await this.#clock.sleep(this.#pollMs, nap.signal);
      signal.removeEventListener('abort', stop);
      this.#waiting.delete(stop);
    }
  }

  async renew(lease: Lease, leaseMs: number): Promise<Lease | undefined> {
    const untilMs = this.#clock.nowMs() + leaseMs;
    const done = this.#statements.renew.run({ ...keysOf(lease), until: untilMs });
    if (done.changes === 1) return { ...lease, untilMs };
    if (this.#statements.word() === undefined && !this.#statements.gave(lease.fence)) throw forgot(lease);
    return undefined;
  }

  async settle(lease: Lease): Promise<'accepted' | 'stale'> {
    const done = this.#statements.settle.run(keysOf(lease));
    return done.changes === 1 ? 'accepted' : 'stale';
  }

  async release(lease: Lease): Promise<'accepted' | 'stale'> {
    const done = this.#statements.release.run(keysOf(lease));
    if (done.changes !== 1) return 'stale';
    this.#wake();
    return 'accepted';
  }

  async withdraw(jobs: readonly JobId[]): Promise<void> {
    if (jobs.length === 0) return;
    this.#write(() => {
      for (const job of jobs) this.#statements.withdraw.run({ job });
    });
  }

  async reap(): Promise<readonly Lease[]> {
    const now = this.#clock.nowMs();
    if (!this.#statements.firstExpired.get({ now })) return [];
    const rows = this.#write(() => {
      const expired = this.#statements.expired.all({ now }) as unknown as EntryRow[];
      for (const row of expired) this.#statements.takeAway.run({ rowid: row.rowid });
      return expired;
    });
    if (rows.length > 0) this.#wake();
    return rows.flatMap((row) => leaseOf(row) ?? []);
  }

  async counts(): Promise<QueueCounts> {
    return this.#statements.count();
  }

  async list(): Promise<readonly { entry: QueueEntry; lease?: Lease }[]> {
    return (this.#statements.list.all() as unknown as EntryRow[]).map((row) => {
      const lease = leaseOf(row);
      return lease ? { entry: lease.entry, lease } : { entry: entryOf(row) };
    });
  }

  async memory(): Promise<string | undefined> {
    return this.#statements.word();
  }

  async mark(word: string, fenceAbove: number): Promise<void> {
    this.#write(() => {
      this.#statements.raiseFence.run({ above: fenceAbove });
      this.#statements.forget.run();
      this.#statements.remember.run({ word });
    });
  }

  async restore(leases: readonly Lease[], leaseMs?: number): Promise<void> {
    if (leases.length === 0) return;
    const nowMs = this.#clock.nowMs();
    const untilOf = (untilMs: number): number => (leaseMs === undefined ? untilMs : nowMs + leaseMs);
    this.#write(() => {
      for (const { entry, builder, fence, untilMs } of leases) {
        const columns = columnsOf(entry, this.#lanes.idOf(entry));
        this.#statements.restore.run({ ...columns, fence, builder, until: untilOf(untilMs) });
        this.#statements.raiseFence.run({ above: fence });
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    this.#database.close();
  }

  #hasWorkFor(claimant: Claimant): boolean {
    return this.#choice.nextFor(claimant, this.#clock.nowMs() - this.#longestWaitMs) !== undefined;
  }

  #wake(): void {
    this.#choice.forgetEmpty();
    for (const stop of [...this.#waiting]) stop();
  }

  #write<T>(work: () => T): T {
    this.#statements.begin.run();
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#lanes.forget();
      this.#choice.forgetEmpty();
      throw error;
    }
  }
}

const keysOf = ({ entry, fence }: Lease) => ({ job: entry.job, offer: entry.offer, fence });
