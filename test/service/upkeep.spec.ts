import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, KeptFarm, repositorySettings } from './kept-farm.ts';

let kept: KeptFarm | undefined;
afterEach(async () => {
  await kept?.dispose();
  kept = undefined;
});

const make = async (upkeep?: string, settings?: string): Promise<KeptFarm> => {
  kept = await KeptFarm.make(upkeep, settings);
  return kept;
};

describe('a recipe source that a farm keeps up to date', () => {
  it('builds what is pushed, and removes what is dropped, without any CI service', async () => {
    const one = await make();
    one.push({ ...repositorySettings, ...folderOf('first') }, 'feat: first [deploy first]');
    await one.farm.up();
    await one.farm.hasPublished('first');
    const id = one.push({ ...folderOf('second') });
    await one.farm.hasPublished('second');
    await one.stands(({ commit, running }) => commit === id && running === null);
    expect(one.remote.tip('refs/tags/scheduled')).toBe(id);
    expect(one.farm.published()).toEqual(['first-1.0-1', 'second-1.0-1']);
    const dropped = one.push({ first: null });
    await one.stands(({ commit }) => commit === dropped);
    expect(one.farm.published()).toEqual(['second-1.0-1']);
    const status = await one.farm.do('status');
    expect(status).toMatch(/^upkeep recipes \(main at [0-9a-f]{7}\): waits; packages: 1 by-hand$/m);
    expect(status).toMatch(/^ {2}on-commit .* ago: done$/m);
    const metrics = await one.farm.text('/metrics');
    expect(metrics).toContain('packmill_upkeep_last_run_ok{source="recipes",run="on-commit"} 1');
    expect(metrics).toContain('packmill_upkeep_packages{source="recipes",state="by-hand"} 1');
  });
});
