import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QueueCounts } from '../queue-backend.ts';

/** A row of the table `entries`. */
export interface EntryRow {
  readonly rowid: number;
  readonly job: string;
  readonly offer: number;
  readonly priority: number;
  readonly ready_since_ms: number;
  readonly build_class: number | string | null;
  readonly lane: number;
  readonly memory_bytes: number | null;
  readonly disk_bytes: number | null;
  /** JSON of the fields that the claim rules do not read here; null when there are none. */
  readonly more: string | null;
  readonly fence: number | null;
  readonly builder: string | null;
  readonly until_ms: number | null;
}

const columns =
  'rowid, job, offer, priority, ready_since_ms, build_class, lane, memory_bytes, disk_bytes, more, fence, builder, until_ms';

/** The queue's SQL, prepared once per connection. */
export class QueueStatements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly offer: StatementSync;
  readonly restore: StatementSync;
  readonly lease: StatementSync;
  readonly renew: StatementSync;
  readonly settle: StatementSync;
  readonly release: StatementSync;
  readonly withdraw: StatementSync;
  readonly firstExpired: StatementSync;
  readonly expired: StatementSync;
  readonly takeAway: StatementSync;
  readonly list: StatementSync;
  readonly overdueAtAll: StatementSync;
  /** Ready entries of a lane by age, of those ready since `overdue` or longer; at most `look`. */
  readonly oldestOfLane: StatementSync;
  /** Ready entries of a lane, best first; at most `look`, after the first `skip`. */
  readonly bestOfLane: StatementSync;
  readonly held: StatementSync;
  readonly raiseFence: StatementSync;
  readonly forget: StatementSync;
  readonly remember: StatementSync;
  readonly #fence: StatementSync;
  readonly #gave: StatementSync;
  readonly #count: StatementSync;
  readonly #leasedOfShare: StatementSync;
  readonly #word: StatementSync;
  readonly #dataVersion: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.begin = prepare('BEGIN IMMEDIATE');
    this.commit = prepare('COMMIT');
    const into =
      'job, offer, priority, ready_since_ms, build_class, lane, share, memory_bytes, disk_bytes, more';
    const values = ':job, :offer, :priority, :since, :class, :lane, :share, :memory, :disk, :more';
    this.offer = prepare(`
      INSERT INTO entries (${into}) VALUES (${values})
      ON CONFLICT (job) DO UPDATE SET
        offer = excluded.offer, priority = excluded.priority, ready_since_ms = excluded.ready_since_ms,
        build_class = excluded.build_class, lane = excluded.lane, share = excluded.share,
        memory_bytes = excluded.memory_bytes, disk_bytes = excluded.disk_bytes, more = excluded.more,
        fence = NULL, builder = NULL, until_ms = NULL
      WHERE excluded.offer > entries.offer`);
    this.restore = prepare(`
      INSERT INTO entries (${into}, fence, builder, until_ms) VALUES (${values}, :fence, :builder, :until)
      ON CONFLICT (job) DO NOTHING`);
    this.lease = prepare(
      'UPDATE entries SET fence = :fence, builder = :builder, until_ms = :until WHERE rowid = :rowid',
    );
    const mine = 'WHERE job = :job AND offer = :offer AND fence = :fence';
    const unleased = 'SET fence = NULL, builder = NULL, until_ms = NULL';
    this.renew = prepare(`UPDATE entries SET until_ms = :until ${mine}`);
    this.settle = prepare(`DELETE FROM entries ${mine}`);
    this.release = prepare(`UPDATE entries ${unleased} ${mine}`);
    this.withdraw = prepare('DELETE FROM entries WHERE job = :job');
    const ranOut = 'FROM entries WHERE fence IS NOT NULL AND until_ms <= :now';
    this.firstExpired = prepare(`SELECT 1 ${ranOut} LIMIT 1`);
    this.expired = prepare(`SELECT ${columns} ${ranOut} ORDER BY fence`);
    this.takeAway = prepare(`UPDATE entries ${unleased} WHERE rowid = :rowid`);
    this.list = prepare(`SELECT ${columns} FROM entries ORDER BY offer`);
    this.overdueAtAll = prepare(
      'SELECT 1 FROM entries WHERE fence IS NULL AND ready_since_ms <= :overdue LIMIT 1',
    );
    const ofLane = `SELECT ${columns} FROM entries WHERE fence IS NULL AND lane = :lane`;
    this.oldestOfLane = prepare(
      `${ofLane} AND ready_since_ms <= :overdue ORDER BY ready_since_ms, offer LIMIT :look`,
    );
    this.bestOfLane = prepare(
      `${ofLane} ORDER BY priority DESC, ready_since_ms, offer LIMIT :look OFFSET :skip`,
    );
    this.held = prepare(`
      SELECT ifnull(sum(memory_bytes), 0) AS memoryBytes, ifnull(sum(disk_bytes), 0) AS diskBytes
      FROM entries WHERE fence IS NOT NULL AND builder = :builder`);
    this.raiseFence = prepare('UPDATE fences SET last = :above, first = :above WHERE last < :above');
    this.forget = prepare('DELETE FROM memory');
    this.remember = prepare('INSERT INTO memory (word) VALUES (:word)');
    this.#fence = prepare('UPDATE fences SET last = last + 1 RETURNING last');
    this.#gave = prepare('SELECT 1 FROM fences WHERE :fence > first AND :fence <= last');
    this.#count = prepare('SELECT count(*) AS total, count(fence) AS leased FROM entries');
    this.#leasedOfShare = prepare(
      'SELECT count(*) AS leased FROM entries WHERE fence IS NOT NULL AND share = :share',
    );
    this.#word = prepare('SELECT word FROM memory');
    this.#dataVersion = prepare('PRAGMA data_version');
  }

  nextFence(): number {
    return (this.#fence.get() as { last: number }).last;
  }

  /** Whether a fence was given by this queue, not by one that it took the place of. */
  gave(fence: number): boolean {
    return this.#gave.get({ fence }) !== undefined;
  }

  count(): QueueCounts {
    const { total, leased } = this.#count.get() as { total: number; leased: number };
    return { ready: total - leased, leased };
  }

  leasedOfShare(share: string): number {
    return (this.#leasedOfShare.get({ share }) as { leased: number }).leased;
  }

  /** Grows when another connection changed something, not by changes of this one. */
  dataVersion(): number {
    return (this.#dataVersion.get() as { data_version: number }).data_version;
  }

  word(): string | undefined {
    return (this.#word.get() as { word: string } | undefined)?.word;
  }
}
