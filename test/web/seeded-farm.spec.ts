import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Farm, openFarm } from '../../src/app/index.ts';
import { type SeededFarm, seedFarm } from '../seeded-farm.ts';

describe('a farm with history', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-seeded-'));
  let seeded: SeededFarm;
  let farm: Farm;
  beforeAll(async () => {
    seeded = await seedFarm({ folder: join(folder, 'farm'), nowMs: 1_790_000_000_000 });
    farm = await openFarm(seeded.folder, 'read');
  });
  afterAll(async () => {
    await farm?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has jobs in every state that a farm at work has, and attempts of all ends', () => {
    const all = farm.database.connection.prepare('SELECT DISTINCT state FROM jobs').all();
    expect(all.map(({ state }) => state)).toEqual(
      expect.arrayContaining(['waiting', 'ready', 'running', 'succeeded', 'failed', 'blocked']),
    );
    const { completed, failed } = farm.database.attempts.totals();
    expect(completed).toBeGreaterThan(400);
    expect(failed).toBeGreaterThan(10);
  });

  it('has no builder that works on more than its slots', () => {
    const running = farm.database.attempts.running();
    for (const { name, slots } of seeded.builders)
      expect(running.filter(({ builder }) => builder === name).length).toBeLessThanOrEqual(slots);
    expect(running.length).toBeGreaterThan(2);
  });

  it('counts what jobs wait for as the record itself does', () => {
    expect(farm.database.edges.recountPending()).toBe(0);
  });

  it('has generations that can be read, and one that is visible', () => {
    const kept = farm.repositories.generations('packages', 'x86_64');
    expect(kept).toHaveLength(5);
    expect(kept.at(-1)?.visible).toBe(true);
    expect(farm.repositories.show('packages', 'x86_64')).toHaveLength(kept.at(-1)?.packages ?? 0);
  });

  it('is read for the overview as if every attempt were looked at', () => {
    const { connection, recent } = farm.database;
    for (const hours of [1, 24, 24 * 20]) {
      const sinceMs = seeded.nowMs - hours * 3_600_000;
      const bad = "outcome ->> '$.kind' IN ('failed', 'timed-out')";
      const all = connection
        .prepare(`SELECT id FROM attempts WHERE ended_ms >= ? AND ${bad} ORDER BY ended_ms DESC, id DESC`)
        .all(sinceMs);
      expect(recent.failures(sinceMs, 10_000).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      const ended = connection
        .prepare('SELECT count(*) AS count FROM attempts WHERE ended_ms >= ?')
        .get(sinceMs);
      const told = [...recent.byBuilder(sinceMs).values()].reduce((sum, one) => sum + one, 0);
      expect(told).toBe(ended?.['count']);
    }
    expect(recent.failures(0, 10_000)).toHaveLength(farm.database.attempts.totals().failed);
  });

  it('has a queue whose places are those that jobs are told, and whose filters leave out the right ones', () => {
    const { queue, views, jobs } = farm.database;
    const all = queue.list({}, 5_000);
    for (const { id, plan, place, state } of all) {
      const key = jobs.keyOf(plan, id) ?? 0;
      expect(place, id).toBe(state === 'ready' ? views.ahead({ key }) + 1 : null);
    }
    const ids = (filter: Parameters<typeof queue.list>[0]) => queue.list(filter, 5_000).map(({ id }) => id);
    const idsWhere = (isMeant: (row: (typeof all)[number]) => boolean) =>
      all.filter(isMeant).map(({ id }) => id);
    expect(ids({ target: 'testing' })).toEqual(idsWhere(({ id }) => id.startsWith('testing/')));
    expect(ids({ arch: 'aarch64' })).toEqual(idsWhere(({ id }) => id.split('/')[1] === 'aarch64'));
    expect(ids({ builder: 'anvil' })).toEqual(idsWhere(({ builder }) => builder === 'anvil'));
    expect(ids({ text: '86' })).toEqual(idsWhere(({ id }) => (id.split('/')[2] ?? '').includes('86')));
    expect(ids({ text: 'a', state: 'ready' })).toEqual(
      idsWhere(({ id, state }) => state === 'ready' && (id.split('/')[2] ?? '').includes('a')),
    );
    expect(queue.list({}, 3)).toEqual(all.slice(0, 3));
    const { running = 0, ready = 0, waiting = 0 } = queue.counts({});
    expect(running + ready + waiting).toBe(all.length);
  });
});
