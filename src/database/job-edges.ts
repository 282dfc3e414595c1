import { isFinal, type JobStateName } from '../model/index.ts';
import type { JobId, PlanId } from '../primitives/index.ts';
import { type JobRecord, type JobRecords, type JobRow, jobOf, openAs } from './job-records.ts';
import type { Noted } from './noted.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** A job that waits for another one. */
export interface Dependant {
  readonly key: number;
  readonly state: JobStateName;
  readonly required: boolean;
  readonly kind: EdgeKind;
}

export type EdgeKind = 'need' | 'cycle' | 'replaced';

/** One job waits for another: an edge as the record has it, by the keys of rows. */
export interface EdgeRow {
  readonly dependency: number;
  readonly dependant: number;
  readonly required: boolean;
  readonly kind: EdgeKind;
}

interface DependantRow {
  readonly key: number;
  readonly state: JobStateName;
  readonly required: number;
  readonly kind: EdgeKind;
}

/** Who waits for whom, within plans and across them. */
export class JobEdges {
  readonly #needing: SqlStatement<JobRow>;
  readonly #pathTo: SqlStatement<unknown>;
  readonly #dependants: SqlStatement<DependantRow>;
  readonly #dependencies: SqlStatement<JobRow>;
  readonly #increment: SqlStatement<never>;
  readonly #insertEdge: SqlStatement<never>;
  readonly #moveEdges: SqlStatement<never>;
  readonly #inherit: SqlStatement<{ dependant: number }>;
  readonly #recount: SqlStatement<never>;
  readonly #waits: SqlStatement<{ key: number; kind: EdgeKind; required: number }>;
  readonly #openEdges: SqlStatement<{
    dependency: number;
    dependant: number;
    required: number;
    kind: EdgeKind;
  }>;

  readonly #jobs: JobRecords;
  /** Jobs that no other one waits for; not all such jobs. */
  readonly #unawaited: Noted<number, true>;
  readonly #isAlone: boolean;

  constructor(connection: SqlConnection, jobs: JobRecords) {
    this.#jobs = jobs;
    this.#unawaited = connection.ahead.noted();
    this.#isAlone = connection.isAlone;
    // rows of plans that are over cannot matter, and there are ever more of them
    const oldest = `(SELECT min(key) FROM jobs WHERE plan = (SELECT min(id) FROM plans WHERE finished_ms IS NULL))`;
    this.#needing = connection.prepare(
      `WITH RECURSIVE behind (key) AS (
         SELECT job FROM job_needs WHERE needed = ?1 AND job >= ${oldest}
         UNION SELECT e.dependant FROM jobs d JOIN job_edges e ON e.dependency = d.key AND e.kind <> 'replaced'
           WHERE d.id = ?1 AND d.key >= ${oldest}
         UNION SELECT e.dependant FROM behind b JOIN jobs m ON m.key = b.key AND (NOT ${openAs('m')} OR m.cycle IS NOT NULL)
           JOIN job_edges e ON e.dependency = b.key AND e.kind <> 'replaced')
       SELECT j.* FROM behind b JOIN jobs j ON j.key = b.key WHERE ${openAs('j')} ORDER BY j.key`,
    );
    this.#pathTo = connection.prepare(
      `WITH RECURSIVE before (key) AS (
         SELECT ?1 UNION SELECT e.dependency FROM before b JOIN job_edges e ON e.dependant = b.key
           JOIN jobs d ON d.key = e.dependency WHERE ${openAs('d')})
       SELECT 1 FROM before WHERE key = ?2 LIMIT 1`,
    );
    this.#dependants = connection.prepareApart(
      `SELECT j.key, j.state, e.required, e.kind FROM job_edges e JOIN jobs j ON j.key = e.dependant
       WHERE e.dependency = ? ORDER BY j.key`,
    );
    this.#dependencies = connection.prepareApart(
      `SELECT j.* FROM job_edges e JOIN jobs j ON j.key = e.dependency
       WHERE e.dependant = ? AND e.kind = 'need' ORDER BY j.key`,
    );
    this.#increment = connection.prepare('UPDATE jobs SET pending = pending + 1 WHERE key = ?');
    this.#insertEdge = connection.prepare('INSERT OR IGNORE INTO job_edges VALUES (?, ?, ?, ?)');
    this.#moveEdges = connection.prepare(
      `UPDATE OR IGNORE job_edges SET dependency = ?2 WHERE dependency = ?1
         AND dependant IN (SELECT e.dependant FROM job_edges e JOIN jobs j ON j.key = e.dependant
           WHERE e.dependency = ?1 AND j.state IN ('waiting', 'running') AND j.plan < ?3)`,
    );
    this.#inherit = connection.prepare(
      `INSERT OR IGNORE INTO job_edges
         SELECT i.dependency, o.dependant, 0, CASE WHEN o.kind = 'need' THEN i.kind ELSE o.kind END
         FROM job_edges i JOIN jobs d ON d.key = i.dependency AND ${openAs('d')}
           JOIN job_edges o ON o.dependency = i.dependant JOIN jobs w ON w.key = o.dependant AND w.state IN ('waiting', 'running')
         WHERE i.dependant = ? RETURNING dependant`,
    );
    this.#waits = connection.prepare(
      'SELECT dependency AS key, kind, required FROM job_edges WHERE dependant = ? ORDER BY dependency',
    );
    this.#openEdges = connection.prepare(
      `SELECT e.* FROM jobs w JOIN job_edges e ON e.dependant = w.key JOIN jobs d ON d.key = e.dependency
       WHERE ${openAs('w')} AND ${openAs('d')} ORDER BY e.dependant, e.dependency`,
    );
    this.#recount = connection.prepare(
      `UPDATE jobs SET pending = live.count FROM (
         SELECT w.key AS key, (SELECT count(*) FROM job_edges e JOIN jobs d ON d.key = e.dependency
           WHERE e.dependant = w.key AND ${openAs('d')}) AS count
         FROM plans p JOIN jobs w ON w.plan = p.id WHERE p.finished_ms IS NULL AND ${openAs('w')}
       ) AS live WHERE jobs.key = live.key AND jobs.pending <> live.count`,
    );
  }

  /**
   * Open jobs that need this one, directly or through jobs that are over, left out of plans or in cycles (which may
   * not wait for this one themselves); oldest first.
   */
  needing(id: JobId): JobRecord[] {
    return this.#needing.all(id).map(jobOf);
  }

  /** What a job waited or waits for, all kinds of edges, with the jobs as they stand. */
  waitsOf(key: number): { readonly job: JobRecord; readonly kind: EdgeKind; readonly required: boolean }[] {
    return this.#waits.all(key).flatMap((row) => {
      const job = this.#jobs.get(row.key);
      return job ? [{ job, kind: row.kind, required: row.required === 1 }] : [];
    });
  }

  /** Who waits for whom among all jobs that are not final. */
  openEdges(): EdgeRow[] {
    return this.#openEdges.all().map((row) => ({ ...row, required: row.required === 1 }));
  }

  /** Whether an open job waits for another open one, directly or not. */
  waitsFor(key: number, other: number): boolean {
    return this.#pathTo.get(key, other) !== undefined;
  }

  /** Keeps at hand that no job waits for this one, which was just written. */
  noteUnawaited(key: number): void {
    if (this.#isAlone) this.#unawaited.note(key, true);
  }

  /** Whether a job that is not over waits for this one. */
  isAwaited(key: number): boolean {
    return this.dependants(key).some(({ state }) => !isFinal(state));
  }

  /** Jobs that wait for this one, in the order of their plans. */
  dependants(key: number): Dependant[] {
    if (this.#unawaited.get(key)) return [];
    return this.#dependants.all(key).map((row) => ({
      ...row,
      state: this.#jobs.movedTo(row.key) ?? row.state,
      required: row.required === 1,
    }));
  }

  /** Jobs that this one needs, arrows that only order members of a cycle left out. */
  dependencies(key: number): JobRecord[] {
    return this.#dependencies.all(key).map((row) => this.#jobs.standing(row));
  }

  /** Makes a job wait for one more, a running one for when it is queued again; nothing when it does already. */
  addEdge(dependency: number, dependant: number, kind: EdgeKind): void {
    const { changes } = this.#insertEdge.run(dependency, dependant, 0, kind);
    this.#unawaited.drop(dependency);
    if (changes === 1) this.#increment.run(dependant);
    this.#jobs.forgetPending();
  }

  /** Makes everything of plans before `plan` that waits for job `from` wait for job `to`. */
  moveDependants(from: number, to: number, plan: PlanId): void {
    this.#moveEdges.run(from, to, plan);
    this.#unawaited.drop(to);
  }

  /**
   * Makes everything that waits for a job wait for what that job still waits for: to be called when it ends, since
   * its dependants need those, too (specification 12.7: "directly or not"). Jobs that ran wait for something only
   * when it was scheduled meanwhile.
   */
  inherit(key: number): void {
    for (const { dependant } of this.#inherit.all(key)) this.#increment.run(dependant);
    this.#unawaited.clear();
    this.#jobs.forgetPending();
  }

  /** Counts anew what the open jobs of unfinished plans wait for; returns how many counts were wrong. */
  recountPending(): number {
    const { changes } = this.#recount.run();
    this.#jobs.forgetPending();
    return changes;
  }
}
