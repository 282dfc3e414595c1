// What the farm's record says of the work, held against what must always be true.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { finalStates } from '../../src/model/index.ts';

const final: ReadonlySet<string> = new Set(finalStates);

interface EventRow {
  readonly id: number;
  readonly plan: number;
  readonly kind: string;
  readonly job: string | null;
  readonly from_state: string | null;
  readonly to_state: string | null;
  readonly attempt: number | null;
  readonly builder: string | null;
  readonly reason: string;
}

interface AttemptRow {
  readonly id: number;
  readonly job: number;
  readonly job_id: string;
  readonly builder: string;
  readonly fence: number;
  readonly ended_ms: number | null;
  readonly outcome: string | null;
}

/** Looks into `farm.sqlite` beside the manager. */
export class Ledger {
  readonly #path: string;
  #checkedEvents = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Number of the newest event. */
  newestEvent(): number {
    return this.#look((database) => numberOf(database, 'SELECT max(id) AS n FROM events'));
  }

  /** Attempts that ended with a success so far. */
  successes(): number {
    return this.#look((database) =>
      numberOf(
        database,
        "SELECT count(*) AS n FROM events WHERE kind = 'job-moved' AND to_state = 'succeeded'",
      ),
    );
  }

  /** What is still to be done, in words; empty when the farm is idle. */
  openWork(): string[] {
    return this.#look((database) => {
      const count = (what: string, sql: string): string[] => {
        const found = numberOf(database, sql);
        return found > 0 ? [`${found} ${what}`] : [];
      };
      return [
        ...count('open requests', 'SELECT count(*) AS n FROM requests WHERE reply IS NULL'),
        ...count(
          'open jobs',
          "SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'ready', 'running')",
        ),
        ...count('unpublished artifacts', 'SELECT count(*) AS n FROM artifacts WHERE generation IS NULL'),
      ];
    });
  }

  /** How many jobs are not over. */
  openJobs(): number {
    return this.#look((database) =>
      numberOf(database, "SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'ready', 'running')"),
    );
  }

  /** Builders of the attempts under way. */
  running(): string[] {
    return this.#look((database) => {
      const rows = database.prepare('SELECT builder FROM attempts WHERE ended_ms IS NULL').all();
      return (rows as unknown as { builder: string }[]).map(({ builder }) => builder);
    });
  }

  plansOfRequest(request: string): number {
    return this.#look((database) =>
      numberOf(database, 'SELECT count(*) AS n FROM plans WHERE request = ?', request),
    );
  }

  /** Everything that is wrong with what happened since this was last asked; the farm has to be idle. */
  check(): string[] {
    return this.#look((database) => {
      const events = database
        .prepare('SELECT * FROM events WHERE id > ? ORDER BY id')
        .all(this.#checkedEvents) as unknown as EventRow[];
      this.#checkedEvents = events.at(-1)?.id ?? this.#checkedEvents;
      const attempts = database
        .prepare('SELECT * FROM attempts ORDER BY id')
        .all() as unknown as AttemptRow[];
      return [
        ...wrongMoves(events),
        ...wrongAttempts(attempts, events),
        ...wrongJobs(database, events),
        ...wrongArtifacts(database),
      ];
    });
  }

  /** The events since one, as lines. */
  story(since: number): string[] {
    return this.#look((database) =>
      (
        database.prepare('SELECT * FROM events WHERE id > ? ORDER BY id').all(since) as unknown as EventRow[]
      ).map(
        (row) =>
          `${row.id} plan ${row.plan} ${row.kind} ${row.job ?? ''} ${row.from_state ?? ''}>${row.to_state ?? ''} ${row.attempt ?? ''} ${row.builder ?? ''} ${row.reason}`,
      ),
    );
  }

  #look<Result>(ask: (database: DatabaseSync) => Result): Result {
    if (!existsSync(this.#path)) throw new Error(`${this.#path} is not there`);
    const file = pathToFileURL(this.#path);
    file.searchParams.set('mode', 'ro');
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    try {
      return ask(database);
    } finally {
      database.close();
    }
  }
}

function numberOf(database: DatabaseSync, sql: string, ...parameters: string[]): number {
  return Number((database.prepare(sql).get(...parameters) as { n: number | null } | undefined)?.n ?? 0);
}

/** Each move begins where the one before ended, and only one ends in a final state. */
function wrongMoves(events: readonly EventRow[]): string[] {
  const wrong: string[] = [];
  const states = new Map<string, string>();
  const finished = new Set<number>();
  for (const { id, plan, kind, job, from_state: from, to_state: to } of events) {
    if (kind === 'plan-finished') {
      if (finished.has(plan)) wrong.push(`event ${id}: plan ${plan} finished twice`);
      finished.add(plan);
    }
    if (kind !== 'job-moved') continue;
    const key = `${plan} ${job}`;
    const before = states.get(key) ?? 'waiting';
    if (before !== from) wrong.push(`event ${id}: ${job} moves from ${from}, but was ${before}`);
    if (final.has(before)) wrong.push(`event ${id}: ${job} moves although it ended as ${before}`);
    states.set(key, to ?? '');
  }
  for (const [key, state] of states)
    if (!final.has(state)) wrong.push(`job ${key} is ${state} although the farm is idle`);
  return wrong;
}

/** Each attempt began once and ended once, and only the last one of a job was accepted as its end. */
function wrongAttempts(attempts: readonly AttemptRow[], events: readonly EventRow[]): string[] {
  const wrong: string[] = [];
  const accepted = new Map<number, number>();
  for (const { id, job, job_id: name, ended_ms: ended, outcome } of attempts) {
    if (ended === null || outcome === null) {
      wrong.push(`attempt ${id} of ${name} has no end`);
      continue;
    }
    const { kind } = JSON.parse(outcome) as { kind: string };
    if (accepted.has(job))
      wrong.push(`attempt ${id} of ${name} came after the accepted ${accepted.get(job)}`);
    if (kind !== 'lost' && kind !== 'canceled') accepted.set(job, id);
  }
  const began = new Map<number, number>();
  const ended = new Map<number, number>();
  for (const { attempt, from_state: from, to_state: to } of events) {
    if (attempt === null) continue;
    if (to === 'running') began.set(attempt, (began.get(attempt) ?? 0) + 1);
    if (from === 'running') ended.set(attempt, (ended.get(attempt) ?? 0) + 1);
  }
  for (const [attempt, times] of began)
    if (times !== 1 || ended.get(attempt) !== 1)
      wrong.push(`attempt ${attempt} began ${times} times and ended ${ended.get(attempt) ?? 0} times`);
  return wrong;
}

/** What was asked for is built; nothing but what was replaced by a later request is canceled. */
function wrongJobs(database: DatabaseSync, events: readonly EventRow[]): string[] {
  const plans = new Set(events.map(({ plan }) => plan));
  const wrong: string[] = [];
  const jobs = database.prepare('SELECT plan, id, state, reason FROM jobs').all() as unknown as {
    plan: number;
    id: string;
    state: string;
    reason: string;
  }[];
  for (const { plan, id, state, reason } of jobs) {
    if (!plans.has(plan) || state === 'succeeded' || state === 'already-built') continue;
    if (state === 'canceled' && reason.startsWith('replaced by plan')) continue;
    wrong.push(`plan ${plan}: ${id} ended as ${state}: ${reason}`);
  }
  return wrong;
}

/** Successes have artifacts, each name once, and nothing else has; each generation was published once. */
function wrongArtifacts(database: DatabaseSync): string[] {
  const rows = database
    .prepare(
      `SELECT a.id, a.outcome, count(f.id) AS files, count(DISTINCT f.name) AS names FROM attempts a LEFT JOIN artifacts f ON f.attempt = a.id
       GROUP BY a.id`,
    )
    .all() as unknown as { id: number; outcome: string | null; files: number; names: number }[];
  const wrong = rows.flatMap(({ id, outcome, files, names }) => {
    const success = outcome !== null && (JSON.parse(outcome) as { kind: string }).kind === 'succeeded';
    return success === files > 0 && files === names
      ? []
      : [`attempt ${id} has ${files} artifacts: ${outcome}`];
  });
  const flips = database
    .prepare('SELECT repo, number, count(*) AS times FROM pacman_flip GROUP BY repo, number HAVING times > 1')
    .all() as unknown as { repo: string; number: number; times: number }[];
  return [
    ...wrong,
    ...flips.map(({ repo, number, times }) => `generation ${number} of ${repo} was published ${times} times`),
  ];
}
