import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acquireManagerLock, openFarmDatabase, readManager } from '../../src/database/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';
import type { JobSketch } from './scene.ts';

const quiet = '--disable-warning=ExperimentalWarning';
const start = (folder: string, sketch?: Record<string, JobSketch>): ChildProcess => {
  const words = [quiet, join(import.meta.dirname, 'farm-child.ts'), folder];
  if (sketch) {
    words.push(join(folder, 'sketch.json'));
    writeFileSync(join(folder, 'sketch.json'), JSON.stringify(sketch));
  }
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
};

/** A few hundred jobs in layers; some are decided on, some can do without a dependency, some are in cycles. */
function bigSketch(count: number): Record<string, JobSketch> {
  const sketch: Record<string, JobSketch> = {};
  for (let at = 0; at < count; at += 1) {
    const needs = at < 10 ? [] : [`j${at - 7}`, `?j${at - 10}`];
    sketch[`j${at}`] = {
      needs,
      action: at % 11 === 10 ? 'build-if-broken' : 'build',
      buildClass: (at % 8) + 1,
      ...(at % 23 < 3 ? { cycle: Math.floor(at / 23) + 1 } : {}),
    };
  }
  return sketch;
}

it('ends each job exactly once though the manager is killed again and again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-killed-'));
  try {
    let child = start(folder, bigSketch(2500));
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    let kills = 0;
    for (let ended = false; !ended; ) {
      const exit = once(child, 'exit');
      // Any moment will do: every other one while it starts, the others while it works.
      if (kills % 2 === 1) await Promise.race([exit, once(child.stdout as NodeJS.ReadableStream, 'data')]);
      const patienceMs = kills < 40 ? (kills * 37) % (kills % 2 === 1 ? 120 : 400) : 60_000;
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      const [code] = (await exit) as [number | null];
      clearTimeout(timer);
      if (code === null) kills += 1;
      else expect(code).toBe(0);
      ended = code === 0;
      if (!ended) child = start(folder);
    }
    expect(kills).toBeGreaterThanOrEqual(10);
    const clock = systemClock;
    const database = openFarmDatabase(join(folder, 'farm.sqlite'), { clock, mode: 'read' });
    const [plan] = database.plans.list(1);
    expect(plan).toMatchObject({ unfinished: 0 });
    const jobs = plan ? database.views.ofPlan(plan.id) : [];
    expect(jobs).toHaveLength(2500);
    const attempts = jobs.flatMap(({ id }) => database.attempts.ofJob(id, 10_000));
    const accepted = attempts.filter(({ outcome }) => outcome?.kind === 'succeeded');
    const built = jobs.filter(({ state }) => state === 'succeeded');
    expect(built.length + jobs.filter(({ state }) => state === 'already-built').length).toBe(2500);
    expect(accepted.map(({ job }) => job).sort()).toEqual(built.map(({ id }) => id).sort());
    expect(attempts.filter(({ outcome }) => outcome === undefined)).toEqual([]);
    expect(attempts.filter(({ outcome }) => outcome?.kind === 'lost').length).toBeGreaterThan(0);
    const worked = new Set(readFileSync(join(folder, 'work.txt'), 'utf8').split('\n'));
    for (const { job, id } of accepted) expect(worked.has(`${job.split('/')[2]} ${id}`)).toBe(true);
    const finals = [];
    for (
      let after = 0, more = database.events.since(0);
      more.length > 0;
      more = database.events.since(after)
    ) {
      after = more.at(-1)?.id ?? 0;
      finals.push(...more.filter((event) => event.kind === 'job-moved' && /built|succ/.test(event.to)));
    }
    expect(finals).toHaveLength(2500);
    expect(database.artifacts.unpublished()).toHaveLength(built.length);
    database.close();
    const queue = new EmbeddedQueue({ path: join(folder, 'queue.sqlite'), clock });
    expect(await queue.counts()).toEqual({ ready: 0, leased: 0 });
    await queue.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);

it('lets one manager at a time work on a farm, names it, and forgets it when it is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-lock-'));
  const path = join(folder, 'manager.lock');
  try {
    expect(readManager(path)).toBeUndefined();
    // It waits for ever: its only job is addressed to a builder that it does not have.
    const child = start(folder, { lib: { buildClass: 'nobody' } });
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    expect(readManager(path)).toBe(child.pid);
    expect(() => acquireManagerLock(path)).toThrow(`QUE001 the farm is at work in process ${child.pid}`);
    const reader = openFarmDatabase(join(folder, 'farm.sqlite'), { clock: systemClock, mode: 'read' });
    expect(reader.plans.list(5)).toHaveLength(1);
    reader.close();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(readManager(path)).toBeUndefined();
    const lock = acquireManagerLock(path);
    expect(readManager(path)).toBe(process.pid);
    expect(() => acquireManagerLock(path)).toThrow('QUE001');
    lock.release();
    lock.release();
    acquireManagerLock(path).release();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
