import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Claimant, QueueCounts } from '../queue-backend.ts';

/** A row of the table `entries`. */
export interface EntryRow {
  readonly rowid: number;
  readonly job: string;
  readonly offer: number;
  readonly priority: number;
  readonly ready_since_ms: number;
  readonly build_class: number | string | null;
  readonly fence: number | null;
  readonly builder: string | null;
  readonly until_ms: number | null;
}

const columns = 'rowid, job, offer, priority, ready_since_ms, build_class, fence, builder, until_ms';
const free = `SELECT ${columns} FROM entries WHERE fence IS NULL`;

/** The queue's SQL, prepared once per connection. */
export class QueueStatements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly offer: StatementSync;
  readonly lease: StatementSync;
  readonly renew: StatementSync;
  readonly settle: StatementSync;
  readonly release: StatementSync;
  readonly withdraw: StatementSync;
  readonly firstExpired: StatementSync;
  readonly expired: StatementSync;
  readonly takeAway: StatementSync;
  readonly list: StatementSync;
  readonly #fence: StatementSync;
  readonly #count: StatementSync;
  readonly #overdueAtAll: StatementSync;
  readonly #highestRank: StatementSync;
  readonly #rankBelow: StatementSync;
  readonly #oldestOfRank: StatementSync;
  readonly #oldestAddressed: StatementSync;
  readonly #bestAddressed: StatementSync;
  readonly #bestRanked: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.begin = prepare('BEGIN IMMEDIATE');
    this.commit = prepare('COMMIT');
    this.offer = prepare(`
      INSERT INTO entries (job, offer, priority, ready_since_ms, build_class, rank, address)
      VALUES (:job, :offer, :priority, :since, :class, :rank, :address)
      ON CONFLICT (job) DO UPDATE SET
        offer = excluded.offer, priority = excluded.priority, ready_since_ms = excluded.ready_since_ms,
        build_class = excluded.build_class, rank = excluded.rank, address = excluded.address,
        fence = NULL, builder = NULL, until_ms = NULL
      WHERE excluded.offer > entries.offer`);
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
    this.#fence = prepare('UPDATE fences SET last = last + 1 RETURNING last');
    this.#count = prepare('SELECT count(*) AS total, count(fence) AS leased FROM entries');
    this.#overdueAtAll = prepare(
      'SELECT 1 FROM entries WHERE fence IS NULL AND ready_since_ms <= :overdue LIMIT 1',
    );
    const ranked = 'FROM entries WHERE fence IS NULL AND rank IS NOT NULL';
    this.#highestRank = prepare(`SELECT rank ${ranked} AND rank <= :class ORDER BY rank DESC LIMIT 1`);
    this.#rankBelow = prepare(`SELECT rank ${ranked} AND rank < :rank ORDER BY rank DESC LIMIT 1`);
    this.#oldestOfRank = prepare(
      `${free} AND rank = :rank AND ready_since_ms <= :overdue ORDER BY ready_since_ms, offer LIMIT 1`,
    );
    const addressed = `${free} AND address IS NOT NULL AND address = :builder`;
    this.#oldestAddressed = prepare(
      `${addressed} AND ready_since_ms <= :overdue ORDER BY ready_since_ms, offer LIMIT 1`,
    );
    const best = 'priority DESC, ready_since_ms, offer LIMIT 1';
    this.#bestAddressed = prepare(`${addressed} ORDER BY ${best}`);
    this.#bestRanked = prepare(`${free} AND rank IS NOT NULL AND rank <= :class ORDER BY rank DESC, ${best}`);
  }

  hasWorkFor({ builder, builderClass }: Claimant): boolean {
    if (this.#bestAddressed.get({ builder })) return true;
    return builderClass !== undefined && this.#highestRank.get({ class: builderClass }) !== undefined;
  }

  /** What this builder takes next; entries ready since `overdue` or longer go first, oldest first. */
  best(claimant: Claimant, overdue: number): EntryRow | undefined {
    const { builder, builderClass } = claimant;
    if (this.#overdueAtAll.get({ overdue })) {
      const row = this.#oldest(claimant, overdue);
      if (row) return row;
    }
    const addressed = this.#bestAddressed.get({ builder });
    if (addressed) return addressed as unknown as EntryRow;
    if (builderClass === undefined) return undefined;
    return this.#bestRanked.get({ class: builderClass }) as unknown as EntryRow | undefined;
  }

  nextFence(): number {
    return (this.#fence.get() as { last: number }).last;
  }

  count(): QueueCounts {
    const { total, leased } = this.#count.get() as { total: number; leased: number };
    return { ready: total - leased, leased };
  }

  /** One look per class that has entries: there are few classes, and there may be very many entries. */
  #oldest({ builder, builderClass }: Claimant, overdue: number): EntryRow | undefined {
    const found: unknown[] = [this.#oldestAddressed.get({ builder, overdue })];
    if (builderClass !== undefined) {
      let next = this.#highestRank.get({ class: builderClass }) as { rank: number } | undefined;
      while (next) {
        found.push(this.#oldestOfRank.get({ rank: next.rank, overdue }));
        next = this.#rankBelow.get({ rank: next.rank }) as { rank: number } | undefined;
      }
    }
    const rows = found.filter((row) => row !== undefined) as EntryRow[];
    return rows.sort((a, b) => a.ready_since_ms - b.ready_since_ms || a.offer - b.offer)[0];
  }
}
