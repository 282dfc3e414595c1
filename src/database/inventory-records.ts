import { type AttemptId, type Digest, type JobId, parseJobId } from '../primitives/index.ts';
import { jobRange } from './job-range.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';
import type { TableAhead } from './table-ahead.ts';

/** What the last success of a job left behind. */
export interface Success {
  readonly inputDigest: Digest;
  /** Version as built. */
  readonly version: string;
  /** Effective names of what was made. */
  readonly outputs: readonly string[];
  readonly providedSonames: readonly string[];
  readonly neededSonames: readonly string[];
}

type Unfinished = 'failed' | 'timed-out' | 'canceled' | 'lost' | 'blocked';

interface InventoryRow {
  readonly name: string;
  readonly unfinished: Unfinished | null;
  readonly success: string | null;
}

interface InventoryEntry {
  readonly success: Success | undefined;
  readonly unfinished: Unfinished | undefined;
}

/** What came of a job since the table was written; what is not known here stands there. */
interface Newest extends InventoryEntry {
  readonly attempt: AttemptId | undefined;
}

/** What the farm has, by job: the planner's inventory. */
export class InventoryRecords {
  readonly #moved: TableAhead<JobId, Newest>;
  readonly #get: SqlStatement<InventoryRow>;
  readonly #ofTarget: SqlStatement<InventoryRow>;
  readonly #forget: SqlStatement<never>;

  constructor(connection: SqlConnection) {
    this.#moved = connection.ahead.table('inventory', {
      save: `INSERT INTO inventory (job_id, target, arch, name, unfinished, success, attempt) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (job_id) DO UPDATE SET unfinished = excluded.unfinished,
         success = coalesce(excluded.success, inventory.success),
         attempt = coalesce(excluded.attempt, inventory.attempt)`,
      kinds: ['text', 'text', 'text', 'text', 'text?', 'text?', 'integer?'],
    });
    this.#get = connection.prepareApart('SELECT name, unfinished, success FROM inventory WHERE job_id = ?');
    this.#ofTarget = connection.prepare(
      'SELECT name, unfinished, success FROM inventory WHERE job_id >= ? AND job_id < ? ORDER BY name',
    );
    this.#forget = connection.prepare('DELETE FROM inventory WHERE job_id = ?');
  }

  /**
   * Remembers a success; an earlier one and what came after it are forgotten. `attempt` made the artifacts;
   * undefined: those of the earlier one still stand.
   */
  succeeded(job: JobId, success: Success, attempt: AttemptId | undefined): void {
    const before = this.#moved.get(job)?.attempt;
    this.#put(job, { unfinished: undefined, success, attempt: attempt ?? before });
  }

  /** Remembers that the newest job did not succeed; the last success stays known. */
  endedWithout(job: JobId, how: Unfinished): void {
    const before = this.#moved.get(job);
    this.#put(job, { unfinished: how, success: before?.success, attempt: before?.attempt });
  }

  get(job: JobId): InventoryEntry | undefined {
    const moved = this.#moved.get(job);
    if (moved?.success) return { success: moved.success, unfinished: moved.unfinished };
    const row = this.#get.get(job);
    const known = row && entryOf(row);
    return moved ? { success: known?.success, unfinished: moved.unfinished } : known;
  }

  #put(job: JobId, newest: Newest): void {
    const { unfinished, success, attempt } = newest;
    this.#moved.put(job, newest, [
      ...keysOf(job),
      unfinished ?? null,
      success === undefined ? null : JSON.stringify(success),
      attempt ?? null,
    ]);
  }

  /** By recipe name, as the planner wants it. */
  recipes(target: string, arch: string): ReadonlyMap<string, InventoryEntry> {
    return new Map(this.#ofTarget.all(...jobRange(target, arch)).map((row) => [row.name, entryOf(row)]));
  }

  /** Forgets a job, after what it made was removed from the target. */
  forget(job: JobId): void {
    this.#forget.run(job);
  }
}

function entryOf(row: InventoryRow): InventoryEntry {
  return {
    success: row.success === null ? undefined : (JSON.parse(row.success) as Success),
    unfinished: row.unfinished ?? undefined,
  };
}

function keysOf(job: JobId): [string, string, string, string] {
  const parts = parseJobId(job);
  if (!parts) throw new Error(`'${job}' is no job id`);
  return [job, parts.target, parts.arch, parts.name];
}
