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
});
