import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { planOf as sketchedPlan } from '../../test/dispatcher/scene.ts';
import { systemClock } from '../host/index.ts';
import type { Plan } from '../model/index.ts';
import { type AttemptId, builderName, type Digest, type JobId, type PlanId } from '../primitives/index.ts';
import { type FarmDatabase, openFarmDatabase } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-ahead-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = { ...systemClock, nowMs: () => 5 };
const idOf = (at: number): JobId => `local/x86_64/job-${at}` as JobId;
/** Two of three jobs wait for the one before. */
const planOf = (count: number): Plan =>
  sketchedPlan(
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [
        `job-${at}`,
        { buildClass: 1, needs: at % 3 === 0 ? [] : [`?job-${at - 1}`] },
      ]),
    ),
  );

/** Every row of every table, whoever wrote it. */
function contents(database: FarmDatabase): unknown {
  const { connection } = database;
  database.events.last();
  const tables = ['jobs', 'attempts', 'events', 'inventory', 'plans', 'counters', 'job_edges', 'rows_ahead'];
  return Object.fromEntries(
    tables.map((table) => [table, connection.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]),
  );
}

const jobs = 6;
const builder = builderName('one');

/** One thing that may happen to the record, as the dispatcher would do it. */
interface Step {
  readonly what: 'start' | 'end' | 'fail' | 'offer' | 'count' | 'link' | 'log' | 'forget';
  readonly job: number;
  readonly isUndone: boolean;
}

function perform(database: FarmDatabase, plan: PlanId, { what, job, isUndone }: Step): void {
  const { attempts, edges, events, inventory, jobs: records, plans } = database;
  const now = records.get(job + 1);
  if (!now) throw new Error('the job is gone');
  const tell = (kind: 'ready' | 'running' | 'succeeded'): void => {
    events.append(
      plan,
      { kind: 'job-moved', job: now.id, from: now.state, to: kind, attempt: undefined, builder },
      what,
    );
  };
  const steps: Record<Step['what'], () => void> = {
    offer: () => {
      records.update(now, { state: 'ready', offer: records.takeOffers(1), sinceMs: 1, readySinceMs: 1 });
      tell('ready');
    },
    start: () => {
      const begin = { jobKey: now.key, job: now.id, builder, fence: 7, startedMs: 2, previous: now.attempt };
      const attempt = attempts.start(begin);
      records.update(now, { state: 'running', attempt, sinceMs: 2, reason: 'begun' });
      tell('running');
    },
    end: () => {
      if (now.attempt === undefined) return;
      attempts.end(now.attempt, { ...ended, outcome: { kind: 'already-built', files: [] } });
      records.update(now, { state: 'already-built', sinceMs: 3, canceling: undefined });
      plans.countDown(plan);
      const known = inventory.get(now.id)?.success;
      const plain = { version: '1-1', outputs: [], providedSonames: [], neededSonames: [] };
      inventory.succeeded(now.id, { ...(known ?? plain), inputDigest: `${job}` as Digest }, now.attempt);
      tell('succeeded');
    },
    fail: () => inventory.endedWithout(now.id, 'failed'),
    count: () => records.decrementPending(now.key),
    link: () => edges.addEdge(((job + 1) % jobs) + 1, now.key, 'need'),
    log: () => now.attempt !== undefined && attempts.setLogPath(now.attempt, `logs/${job}`),
    forget: () => inventory.forget(now.id),
  };
  const work = (): void => {
    steps[what]();
    if (isUndone) throw new Error('undone');
  };
  if (isUndone) expect(() => database.transactionAhead(work)).toThrow('undone');
  else database.transactionAhead(work);
}

const ended = {
  endedMs: 3,
  durationMs: 1,
  peakMemoryBytes: undefined,
  peakDiskBytes: undefined,
  logPath: undefined,
};

/** What the hot reads say; none of them writes rows that run ahead. */
const seen = (database: FarmDatabase): unknown => ({
  jobs: Array.from({ length: jobs }, (_, at) => database.jobs.get(at + 1)),
  open: Array.from({ length: jobs }, (_, at) => database.jobs.openWithId(idOf(at))),
  dependants: Array.from({ length: jobs }, (_, at) => database.edges.dependants(at + 1)),
  dependencies: Array.from({ length: jobs }, (_, at) => database.edges.dependencies(at + 1)),
  attempts: Array.from({ length: 4 }, (_, at) => database.attempts.get((at + 1) as AttemptId)),
  inventory: Array.from({ length: jobs }, (_, at) => database.inventory.get(idOf(at))),
});

describe('rows that run ahead of their tables', () => {
  it('read as if they stood there, whatever is undone, and end there as if they had been written at once', () => {
    const step = fc.record({
      what: fc.constantFrom<Step['what']>('start', 'end', 'fail', 'offer', 'count', 'link', 'log', 'forget'),
      job: fc.nat({ max: jobs - 1 }),
      isUndone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const ahead = openFarmDatabase(':memory:', { clock });
        const plain = openFarmDatabase(':memory:', { clock });
        const plans = [ahead, plain].map((database) =>
          database.transaction(() =>
            database.plans.add({ plan: planOf(jobs), why: 'test', failFast: false, atMs: 0 }),
          ),
        );
        for (const one of steps) {
          perform(ahead, plans[0]?.plan as PlanId, one);
          // ids of an undone transaction are left out, in both
          perform(plain, plans[1]?.plan as PlanId, one);
          plain.events.last();
          expect(seen(ahead)).toEqual(seen(plain));
        }
        expect(contents(ahead)).toEqual(contents(plain));
        expect(contents(ahead)).toMatchObject({ rows_ahead: [] });
        ahead.close();
        plain.close();
      }),
      { numRuns: 60 },
    );
  });

  it('are counted rightly also when more is known than is kept at hand', () => {
    const database = openFarmDatabase(':memory:', { clock });
    const many = 25_000;
    const last = many + 20;
    database.transaction(() =>
      database.plans.add({ plan: planOf(last), why: 'test', failFast: false, atMs: 0 }),
    );
    const countDown = (from: number, to: number): void => {
      for (let key = from; key <= to; key += 1) database.jobs.decrementPending(key);
      database.events.last();
    };
    database.transaction(() => countDown(1, many - 10));
    for (let key = many; key <= last; key += 1) database.jobs.get(key);
    const left = database.jobs.decrementPending(last);
    // more counts than are kept, while what was read of the job still is
    database.transaction(() => countDown(many - 9, many + 9));
    expect(database.jobs.get(last)?.pending).toBe(left);
    database.close();
  });

  it('are in the file for the next one, when nobody wrote them to their tables', () => {
    const path = join(folder, 'left.sqlite');
    const database = openFarmDatabase(path, { clock });
    const { plan } = database.transaction(() =>
      database.plans.add({ plan: planOf(jobs), why: 'test', failFast: false, atMs: 0 }),
    );
    // the ids of the first rows are asked for, which writes them
    for (const what of ['offer', 'start'] as const)
      perform(database, plan, { what, job: 3, isUndone: false });
    expect(database.attempts.totals()).toEqual({ completed: 0, failed: 0 });
    for (const what of ['offer', 'start', 'end'] as const)
      perform(database, plan, { what, job: 0, isUndone: false });
    const left = (table: string): unknown =>
      database.connection.prepare(`SELECT count(*) AS count FROM ${table}`).get();
    expect(left('rows_ahead')).toEqual({ count: 3 });
    expect(left('attempts')).toEqual({ count: 1 });
    // what a process that was killed leaves behind
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, join(folder, `copy.sqlite${end}`));
    const next = openFarmDatabase(join(folder, 'copy.sqlite'), { clock });
    expect(seen(next)).toEqual(seen(database));
    expect(contents(next)).toEqual(contents(database));
    expect(next.plans.get(plan)?.unfinished).toBe(jobs - 1);
    next.close();
    database.close();
  });

  it('are refused with the move that they are of when their tables would not take them', () => {
    const path = join(folder, 'refused.sqlite');
    const database = openFarmDatabase(path, { clock });
    const { plan } = database.transaction(() =>
      database.plans.add({ plan: planOf(jobs), why: 'test', failFast: false, atMs: 0 }),
    );
    for (const what of ['offer', 'start'] as const)
      perform(database, plan, { what, job: 0, isUndone: false });
    const before = seen(database);
    const job = database.jobs.get(1) as NonNullable<ReturnType<typeof database.jobs.get>>;
    const attempt = job.attempt as AttemptId;
    const tell = (reason: unknown) => () =>
      void database.events.append(plan, { kind: 'plan-finished' }, reason as string);
    // what a builder says of itself is not what it should be
    for (const work of [
      () => database.attempts.end(attempt, { ...ended, outcome: undefined, peakMemoryBytes: 1.5 }),
      () => database.attempts.end(attempt, { ...ended, outcome: undefined, peakDiskBytes: 1e300 }),
      () => void database.jobs.update(job, { reason: null as unknown as string, sinceMs: 3 }),
      tell(undefined),
      tell({}),
    ])
      expect(() => database.transactionAhead(work)).toThrow(TypeError);
    expect(seen(database)).toEqual(before);
    expect(database.events.last()).toBe(2);
    database.close();
    openFarmDatabase(path, { clock }).close();
  });

  it('reach those who read the file with a connection of their own, without being asked for', async () => {
    const path = join(folder, 'read.sqlite');
    const database = openFarmDatabase(path, { clock });
    const { plan } = database.transaction(() =>
      database.plans.add({ plan: planOf(jobs), why: 'test', failFast: false, atMs: 0 }),
    );
    const reader = openFarmDatabase(path, { clock, mode: 'read' });
    perform(database, plan, { what: 'offer', job: 3, isUndone: false });
    expect(reader.jobs.inState('ready')).toHaveLength(1);
    perform(database, plan, { what: 'offer', job: 0, isUndone: false });
    expect(reader.jobs.inState('ready')).toHaveLength(1);
    while (reader.jobs.inState('ready').length === 1) await systemClock.sleep(10);
    expect(reader.jobs.inState('ready').map(({ id }) => id)).toEqual([idOf(3), idOf(0)]);
    // and is not remembered there, since the other one goes on
    expect(reader.jobs.get(1)?.state).toBe('ready');
    perform(database, plan, { what: 'start', job: 0, isUndone: false });
    database.events.last();
    expect(reader.jobs.get(1)?.state).toBe('running');
    reader.close();
    database.close();
  });

  it('are left to the process that they are of by one that works beside it', () => {
    const path = join(folder, 'beside.sqlite');
    const database = openFarmDatabase(path, { clock });
    const { plan } = database.transaction(() =>
      database.plans.add({ plan: planOf(jobs), why: 'test', failFast: false, atMs: 0 }),
    );
    perform(database, plan, { what: 'offer', job: 3, isUndone: false });
    expect(database.events.last()).toBe(1);
    perform(database, plan, { what: 'offer', job: 0, isUndone: false });
    const guest = openFarmDatabase(path, { clock, mode: 'beside' });
    expect(guest.jobs.get(1)?.state).toBe('waiting');
    expect(guest.connection.prepare('SELECT count(*) AS count FROM rows_ahead').get()).toEqual({ count: 1 });
    guest.words.set('said', 'something');
    expect(database.events.last()).toBe(2);
    expect(guest.jobs.get(1)?.state).toBe('ready');
    perform(database, plan, { what: 'start', job: 0, isUndone: false });
    expect(database.events.since(0).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(guest.jobs.get(1)?.state).toBe('running');
    guest.close();
    database.close();
  });
});
