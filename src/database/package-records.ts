import type { JobStateName } from '../model/index.ts';
import { type AttemptId, type JobId, parseJobId } from '../primitives/index.ts';
import type { Success } from './inventory-records.ts';
import { openAs } from './job-records.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** What became of one recipe, with what its last success made. */
export interface PackageRecord {
  readonly job: JobId;
  /** Of its newest job; undefined when no plan has one any more. */
  readonly state: JobStateName | undefined;
  readonly reason: string;
  readonly sinceMs: number | undefined;
  readonly success: Success | undefined;
  /** When the last success ended, and how long it took. */
  readonly builtMs: number | undefined;
  readonly durationMs: number | undefined;
  /** Of what the last success made: all bytes, and the generation that published it (0: refused). */
  readonly sizeBytes: number | undefined;
  readonly generation: number | undefined;
  readonly attempt: AttemptId | undefined;
}

/** What attempts made. */
export interface AttemptSum {
  readonly attempt: AttemptId;
  readonly version: string;
  readonly sizeBytes: number;
  readonly generation: number | undefined;
}

/** What moves: where a recipe stands now. */
interface StandingRow {
  readonly job: JobId;
  readonly state: JobStateName | null;
  readonly reason: string | null;
  readonly since_ms: number | null;
  readonly attempt: AttemptId | null;
}

/** What a success made; it stays as it is once it is published. */
interface MadeRow {
  readonly attempt: AttemptId;
  readonly success: string | null;
  readonly built_ms: number | null;
  readonly duration_ms: number | null;
  readonly size_bytes: number | null;
  readonly generation: number | null;
}

interface SumRow extends Omit<AttemptSum, 'sizeBytes' | 'generation'> {
  readonly size_bytes: number;
  readonly generation: number | null;
}

/** A job that has to do with another one. */
export interface NeighbourJob {
  readonly id: JobId;
  readonly key: number;
}

/** Recipes as pages show them: one row for each, however long their history is. */
export class PackageRecords {
  readonly #all: SqlStatement<StandingRow>;
  readonly #ofName: SqlStatement<StandingRow>;
  readonly #made: SqlStatement<MadeRow>;
  /** Newest successes that were looked at, published ones only: these do not change. */
  #known: ReadonlyMap<AttemptId, MadeRow> = new Map();
  readonly #sums: SqlStatement<SumRow>;
  readonly #dependencies: SqlStatement<NeighbourJob>;
  readonly #dependants: SqlStatement<NeighbourJob>;
  readonly #verdicts: SqlStatement<{ attempt: AttemptId; verdict: string }>;
  readonly #newest: SqlStatement<{ id: number | null }>;

  constructor(connection: SqlConnection) {
    this.#all = connection.prepare(selectWhere('1'));
    this.#ofName = connection.prepare(selectWhere("substr(id, -1 - length(?1)) = '/' || ?1"));
    this.#made = connection.prepare(
      `SELECT i.attempt, i.success, a.ended_ms AS built_ms, a.duration_ms,
         (SELECT sum(artifact ->> '$.sizeBytes') FROM artifacts WHERE attempt = a.id) AS size_bytes,
         (SELECT max(generation) FROM artifacts WHERE attempt = a.id) AS generation
       FROM json_each(?) w CROSS JOIN attempts a ON a.id = w.value JOIN inventory i ON i.job_id = a.job_id AND i.attempt = a.id`,
    );
    this.#sums = connection.prepare(
      `SELECT attempt, max(artifact ->> '$.version') AS version, sum(artifact ->> '$.sizeBytes') AS size_bytes,
         max(generation) AS generation
       FROM artifacts WHERE attempt IN (SELECT value FROM json_each(?)) GROUP BY attempt`,
    );
    this.#dependencies = connection.prepare(
      `SELECT j.id, max(j.key) AS key FROM job_edges e JOIN jobs j ON j.key = e.dependency
       WHERE e.dependant IN (SELECT key FROM jobs WHERE id = ? ORDER BY key DESC LIMIT 20) AND e.kind = 'need'
       GROUP BY j.id ORDER BY j.id`,
    );
    this.#dependants = connection.prepare(
      `SELECT j.id, max(j.key) AS key FROM job_edges e JOIN jobs j ON j.key = e.dependant
       WHERE e.dependency IN (SELECT key FROM jobs WHERE id = ? ORDER BY key DESC LIMIT 20) AND e.kind = 'need'
       GROUP BY j.id ORDER BY j.id`,
    );
    this.#verdicts = connection.prepareApart(
      'SELECT attempt, verdict FROM verdicts WHERE id IN (SELECT max(id) FROM verdicts GROUP BY attempt)',
    );
    this.#newest = connection.prepare('SELECT max(id) AS id FROM artifacts');
  }

  /** Every recipe that was ever tried or is to be built, by the id of its jobs. */
  all(): PackageRecord[] {
    const { records, made } = this.#withMade(this.#all.all());
    this.#known = new Map([...made].filter(([, { generation }]) => generation !== null));
    return records;
  }

  #withMade(rows: readonly StandingRow[]) {
    const attempts = rows.flatMap(({ attempt }) => (attempt === null ? [] : [attempt]));
    const made = new Map<AttemptId, MadeRow>();
    const missing: AttemptId[] = [];
    for (const attempt of attempts) {
      const known = this.#known.get(attempt);
      if (known) made.set(attempt, known);
      else missing.push(attempt);
    }
    if (missing.length > 0)
      for (const row of this.#made.all(JSON.stringify(missing))) made.set(row.attempt, row);
    const records = rows.map((row) =>
      recordOf(row, row.attempt === null ? undefined : made.get(row.attempt)),
    );
    return { records, made };
  }

  /** Recipes of a name in all targets. */
  ofName(name: string): PackageRecord[] {
    return this.#withMade(this.#ofName.all(name)).records.filter(({ job }) => parseJobId(job)?.name === name);
  }

  /** What some attempts made; those that made nothing are left out. */
  sums(attempts: readonly AttemptId[]): AttemptSum[] {
    return this.#sums.all(JSON.stringify(attempts)).map(({ size_bytes: sizeBytes, generation, ...row }) => ({
      ...row,
      sizeBytes,
      generation: generation ?? undefined,
    }));
  }

  /** Jobs that a job waited for in its newest twenty plans, each once. */
  dependencies(job: JobId): readonly JobId[] {
    return this.#dependencies.all(job).map(({ id }) => id);
  }

  /** Jobs that waited for a job in its newest twenty plans, each once. */
  dependants(job: JobId): readonly JobId[] {
    return this.#dependants.all(job).map(({ id }) => id);
  }

  /** The newest verdict on what each attempt made, where there is one. */
  verdicts(): ReadonlyMap<AttemptId, string> {
    return new Map(this.#verdicts.all().map(({ attempt, verdict }) => [attempt, verdict]));
  }

  /** Number of the newest artifact: while it stays, nothing was made. */
  newestArtifact(): number {
    return this.#newest.get()?.id ?? 0;
  }
}

/** Recipes whose id a condition finds, each with its newest job; all by indexes. */
const selectWhere = (where: string): string =>
  `WITH known (id) AS (SELECT id FROM (SELECT job_id AS id FROM inventory
     UNION SELECT id FROM jobs WHERE ${openAs('jobs')}) WHERE ${where})
   SELECT k.id AS job, j.state, j.reason, j.since_ms, i.attempt
   FROM known k LEFT JOIN inventory i ON i.job_id = k.id
     LEFT JOIN jobs j ON j.key = (SELECT max(key) FROM jobs WHERE id = k.id)
   ORDER BY k.id`;

const recordOf = (row: StandingRow, made: MadeRow | undefined): PackageRecord => ({
  job: row.job,
  state: row.state ?? undefined,
  reason: row.reason ?? '',
  sinceMs: row.since_ms ?? undefined,
  success: typeof made?.success === 'string' ? (JSON.parse(made.success) as Success) : undefined,
  builtMs: made?.built_ms ?? undefined,
  durationMs: made?.duration_ms ?? undefined,
  sizeBytes: made?.size_bytes ?? undefined,
  generation: made?.generation ?? undefined,
  attempt: row.attempt ?? undefined,
});
