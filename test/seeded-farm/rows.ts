import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { logPath } from '../../src/logs/index.ts';
import { isFinal } from '../../src/model/index.ts';
import type { SeededAttempt, SeededJob, SeededPlan } from './history.ts';
import type { SeededPackage } from './world.ts';

/** Rows of the tables that a plan leaves in the record. */
const statements = {
  run: 'INSERT INTO runs VALUES (?, ?, ?)',
  plan: `INSERT INTO plans (id, run, target, arch, created_ms, finished_ms, fail_fast, unfinished, cycles, problems, origin, request)
    VALUES (?, ?, ?, ?, ?, ?, 0, ?, '[]', '[]', ?, ?)`,
  job: `INSERT INTO jobs (key, plan, position, id, action, cycle, priority, build_class, state, reason, pending, losses, offer,
    since_ms, ready_since_ms, attempt, blocked_on, urgency, share) VALUES (?, ?, ?, ?, 'build', NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'recipes')`,
  planned: 'INSERT INTO job_plans VALUES (?, ?)',
  edge: 'INSERT INTO job_edges VALUES (?, ?, 1, ?)',
  attempt: `INSERT INTO attempts (id, job, job_id, builder, fence, started_ms, ended_ms, outcome, duration_ms, peak_memory_bytes,
    log_path, peak_disk_bytes, previous) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  artifact:
    'INSERT INTO artifacts (attempt, job_id, name, object, facts, artifact, generation) VALUES (?, ?, ?, ?, ?, ?, ?)',
  event:
    'INSERT INTO events (at_ms, plan, kind, job, from_state, to_state, attempt, builder, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  success: `INSERT INTO inventory (job_id, target, arch, name, unfinished, attempt, success) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (job_id) DO UPDATE SET unfinished = excluded.unfinished, attempt = coalesce(excluded.attempt, attempt),
      success = coalesce(excluded.success, success)`,
  duration: 'INSERT OR IGNORE INTO durations VALUES (?, ?, ?)',
  peak: 'INSERT OR REPLACE INTO peaks VALUES (?, ?, ?)',
} as const;

/** Where an attempt stands in the record, for its log. */
export interface WrittenAttempt {
  readonly job: SeededJob;
  readonly attempt: SeededAttempt;
  readonly key: number;
  readonly id: number;
  readonly path: string;
}

/** Writes plans with all that came of them into the tables of a new record, which must have none. */
export class PlanRows {
  readonly #run: { readonly [Name in keyof typeof statements]: StatementSync };
  readonly #keys = new Map<SeededJob, number>();
  readonly #newest = new Map<SeededPackage, { attempt: number; ms: number }[]>();
  readonly #standing = new Map<
    SeededPackage,
    { state: string | undefined; success: string | null; attempt: number | null }
  >();
  #plan = 0;
  #key = 0;
  #attempt = 0;
  #offer = 0;

  constructor(database: DatabaseSync) {
    this.#run = Object.fromEntries(
      Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]),
    ) as never;
  }

  get attempts(): number {
    return this.#attempt;
  }

  get jobs(): number {
    return this.#key;
  }

  get plans(): number {
    return this.#plan;
  }

  get offers(): number {
    return this.#offer;
  }

  /** `generation`: what published the plan's packages; undefined: nothing has yet. */
  write(plan: SeededPlan, generation: number | undefined): readonly WrittenAttempt[] {
    const { target, arch, createdMs, why, commit, urgency, jobs } = plan;
    this.#plan += 1;
    const id = this.#plan;
    const unfinished = jobs.filter(({ state }) => !isFinal(state)).length;
    const endMs = jobs.reduce((latest, { sinceMs }) => Math.max(latest, sinceMs), createdMs);
    const request = `seeded-${String(id).padStart(6, '0')}`;
    const origin = { request, source: 'recipes', commit, requestedMs: createdMs, urgency };
    this.#run.run.run(id, createdMs, why);
    this.#run.plan.run(
      ...[id, id, target, arch, createdMs, unfinished === 0 ? endMs : null, unfinished],
      ...[JSON.stringify(origin), request],
    );
    this.#event([createdMs, id, 'plan-admitted', null, null, null, null, null, why]);
    const written = jobs.flatMap((job, position) =>
      this.#job(job, { plan: id, position, urgency, generation }),
    );
    if (unfinished === 0) this.#event([endMs, id, 'plan-finished', null, null, null, null, null, '']);
    this.#keys.clear();
    return written;
  }

  #event(values: SQLInputValue[]): void {
    this.#run.event.run(...values);
  }

  #job(
    job: SeededJob,
    at: { plan: number; position: number; urgency: number; generation: number | undefined },
  ): readonly WrittenAttempt[] {
    this.#key += 1;
    const key = this.#key;
    this.#keys.set(job, key);
    const { pkg, planned, state, reason, sinceMs } = job;
    const first = this.#attempt + 1;
    this.#attempt += job.attempts.length;
    if (job.readyMs !== undefined) this.#offer += 1;
    const pending = job.needs.filter((needed) => !isFinal(needed.state)).length;
    const losses = job.attempts.filter(({ outcome }) => outcome?.kind === 'lost').length;
    this.#run.job.run(
      ...[key, at.plan, at.position, pkg.id, planned.criticalPathMs, pkg.buildClass ?? null, state, reason],
      ...[pending, losses, job.readyMs === undefined ? 0 : this.#offer, sinceMs, job.readyMs ?? null],
      ...[job.attempts.length > 0 ? this.#attempt : null, job.blockedOn?.pkg.id ?? null, at.urgency],
    );
    this.#run.planned.run(key, JSON.stringify(planned));
    for (const needed of job.needs) this.#run.edge.run(this.#keys.get(needed) ?? 0, key, 'need');
    this.#events(job, at.plan, first);
    const written = job.attempts.map((attempt, index) =>
      this.#attemptOf(job, attempt, { key, id: first + index, first }),
    );
    this.#remember(job, this.#attempt, at.generation);
    return written;
  }

  #events({ pkg, state, reason, sinceMs, readyMs, attempts }: SeededJob, plan: number, first: number): void {
    const moved = (
      atMs: number,
      from: string,
      to: string,
      more: [number | null, string | null, string],
    ): void => this.#event([atMs, plan, 'job-moved', pkg.id, from, to, ...more]);
    if (readyMs !== undefined) moved(readyMs, 'waiting', 'ready', [null, null, '']);
    for (const [index, { startedMs, endedMs, outcome, builder }] of attempts.entries()) {
      const of = [first + index, builder.name] as const;
      moved(startedMs, 'ready', 'running', [...of, '']);
      if (endedMs === undefined || outcome === undefined) continue;
      const to = outcome.kind === 'lost' ? 'ready' : state;
      moved(endedMs, 'running', to, [
        ...of,
        outcome.kind === 'lost' ? `attempt was lost: ${outcome.reason}` : reason,
      ]);
    }
    if (state === 'blocked') moved(sinceMs, 'waiting', 'blocked', [null, null, reason]);
  }

  #attemptOf(
    job: SeededJob,
    attempt: SeededAttempt,
    at: { readonly key: number; readonly id: number; readonly first: number },
  ): WrittenAttempt {
    const { pkg } = job;
    const { startedMs, endedMs, outcome, builder } = attempt;
    const path = logPath({ target: pkg.target, arch: pkg.arch, name: pkg.name, attempt: String(at.id) });
    const isOver = endedMs !== undefined;
    this.#run.attempt.run(
      ...[at.id, at.key, pkg.id, builder.name, at.id, startedMs, endedMs ?? null],
      ...[outcome ? JSON.stringify(outcome) : null, isOver ? endedMs - startedMs : null],
      ...[
        isOver ? pkg.memoryBytes : null,
        path,
        isOver ? pkg.sizeBytes * 9 : null,
        at.id > at.first ? at.id - 1 : null,
      ],
    );
    return { job, attempt, key: at.key, id: at.id, path };
  }

  /** What the planner will know of it. */
  #remember(job: SeededJob, attempt: number, generation: number | undefined): void {
    const { pkg, planned, state, attempts } = job;
    const last = attempts.at(-1);
    const known = this.#standing.get(pkg) ?? { state: undefined, success: null, attempt: null };
    if (last?.outcome?.kind === 'succeeded') {
      const artifact = last.outcome.artifacts[0];
      if (!artifact) return;
      const { id, name } = pkg;
      const { inputDigest } = planned;
      const { version, providedSonames, neededSonames, object, facts } = artifact;
      this.#run.artifact.run(attempt, id, name, object, facts, JSON.stringify(artifact), generation ?? null);
      const success = JSON.stringify({
        inputDigest,
        version,
        outputs: [name],
        providedSonames,
        neededSonames,
      });
      this.#standing.set(pkg, { state: undefined, success, attempt });
      const durations = this.#newest.get(pkg) ?? [];
      durations.push({ attempt, ms: (last.endedMs ?? 0) - last.startedMs });
      this.#newest.set(pkg, durations.slice(-9));
    } else if (['failed', 'timed-out', 'blocked'].includes(state)) {
      this.#standing.set(pkg, { ...known, state });
    }
  }

  /** Writes what stands for each package at the end. */
  finish(database: DatabaseSync): void {
    for (const [{ id, target, arch, name }, { state, success, attempt }] of this.#standing)
      this.#run.success.run(id, target, arch, name, state ?? null, attempt, success);
    for (const [pkg, durations] of this.#newest) {
      for (const { attempt, ms } of durations) this.#run.duration.run(pkg.id, attempt, ms);
      this.#run.peak.run(pkg.id, pkg.memoryBytes, pkg.sizeBytes * 9);
    }
    database.prepare("UPDATE counters SET value = ? WHERE name = 'offer'").run(this.#offer);
  }
}
