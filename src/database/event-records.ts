import type { Clock } from '../host/index.ts';
import type { FarmChange, FarmEvent, JobStateName } from '../model/index.ts';
import type { AttemptId, BuilderName, JobId, PlanId } from '../primitives/index.ts';
import type { RowIds } from './row-ids.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';
import type { TableAhead } from './table-ahead.ts';

interface EventRow {
  readonly id: number;
  readonly at_ms: number;
  readonly plan: PlanId;
  readonly kind: FarmChange['kind'];
  readonly job: JobId | null;
  readonly from_state: JobStateName | null;
  readonly to_state: JobStateName | null;
  readonly attempt: AttemptId | null;
  readonly builder: BuilderName | null;
  readonly reason: string;
}

/** The event log: only ever added to, in the transaction of the change that it tells of. */
export class EventRecords {
  readonly #clock: Clock;
  readonly #told: TableAhead<number, undefined>;
  readonly #ids: RowIds;
  readonly #since: SqlStatement<EventRow>;
  readonly #ofJob: SqlStatement<EventRow>;
  readonly #at: SqlStatement<{ id: number; at_ms: number }>;
  readonly #last: SqlStatement<{ id: number | null }>;

  constructor(connection: SqlConnection, clock: Clock) {
    this.#clock = clock;
    this.#told = connection.ahead.table('events', {
      save: `INSERT OR REPLACE INTO events (id, at_ms, plan, kind, job, from_state, to_state, attempt, builder, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      kinds: [
        ...(['integer', 'integer', 'integer', 'text', 'text?', 'text?', 'text?'] as const),
        ...(['integer?', 'text?', 'text'] as const),
      ],
    });
    this.#ids = connection.ahead.ids('events');
    this.#since = connection.prepare('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?');
    this.#last = connection.prepare('SELECT max(id) AS id FROM events');
    this.#ofJob = connection.prepare(
      'SELECT * FROM events WHERE id >= ? AND id < ? AND plan = ? AND job = ? ORDER BY id',
    );
    this.#at = connection.prepareApart('SELECT id, at_ms FROM events WHERE id >= ? ORDER BY id LIMIT 1');
  }

  append(plan: PlanId, change: FarmChange, reason: string): FarmEvent {
    const atMs = this.#clock.nowMs();
    const moved = change.kind === 'job-moved' ? change : undefined;
    const id = this.#ids.next();
    this.#told.put(id, undefined, [
      id,
      atMs,
      plan,
      change.kind,
      'job' in change ? change.job : null,
      moved?.from ?? null,
      moved?.to ?? null,
      'attempt' in change ? (change.attempt ?? null) : null,
      moved?.builder ?? null,
      reason,
    ]);
    return { id, atMs, plan, reason, ...change };
  }

  /** Events after the one with id `after` (0: from the first), oldest first, at most `limit`. */
  since(after: number, limit = 1000): FarmEvent[] {
    return this.#since.all(after, limit).map(eventOf);
  }

  /** Id of the newest event; 0 when there is none. */
  last(): number {
    return this.#last.get()?.id ?? 0;
  }

  /**
   * Everything that happened to one job of one plan, oldest first. The log is not sorted by jobs: `within`, the time that the
   * plan was open, bounds how much of it is read.
   */
  ofJob(
    plan: PlanId,
    job: JobId,
    within: { readonly fromMs: number; readonly toMs: number | undefined },
  ): FarmEvent[] {
    const from = this.#firstFrom(within.fromMs);
    const to = within.toMs === undefined ? Number.MAX_SAFE_INTEGER : this.#firstFrom(within.toMs + 1);
    return this.#ofJob.all(from, to, plan, job).map(eventOf);
  }

  /** Id of the first event at or after a time, or one behind the last: ids grow with time. */
  #firstFrom(atMs: number): number {
    let low = 0;
    let high = this.last() + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#at.get(middle);
      if (row === undefined || row.at_ms >= atMs) high = middle;
      else low = row.id + 1;
    }
    return low;
  }
}

function eventOf(row: EventRow): FarmEvent {
  const head = { id: row.id, atMs: row.at_ms, plan: row.plan, reason: row.reason };
  switch (row.kind) {
    case 'plan-admitted':
    case 'plan-finished':
      return { ...head, kind: row.kind };
    case 'job-canceling':
      return { ...head, kind: row.kind, job: row.job as JobId, attempt: row.attempt as AttemptId };
    case 'job-urgency':
      return { ...head, kind: row.kind, job: row.job as JobId };
    case 'job-moved':
      return {
        ...head,
        kind: row.kind,
        job: row.job as JobId,
        from: row.from_state as JobStateName,
        to: row.to_state as JobStateName,
        attempt: row.attempt ?? undefined,
        builder: row.builder ?? undefined,
      };
  }
}
