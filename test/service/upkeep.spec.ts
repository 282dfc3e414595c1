import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { UpkeepRun } from '../../src/api/index.ts';
import { startRedis } from '../redis-server.ts';
import { folderOf, KeptFarm, repositorySettings } from './kept-farm.ts';
import { overRedis } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

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

  it('forgets that a regular run met its guard once the push in its way was mended', async () => {
    const one = await make();
    one.push({ ...repositorySettings, ...folderOf('first') }, 'feat: first');
    await one.farm.up();
    await one.stands(({ commit, running }) => commit !== null && running === null);
    one.push(folderOf('second'), 'feat: second [deploy sceond]');
    await one.stands(({ problem }) => problem?.code === 'CIC004');
    await one.run();
    const guarded = ({ kind, problem }: { kind: string; problem: { code: string } | null }): boolean =>
      kind === 'on-schedule' && problem?.code === 'CIS001';
    await one.stands(({ last, running }) => running === null && last.some(guarded));
    one.remote.git(one.checkout, 'commit', '--quiet', '--amend', '--message', 'feat: second');
    one.push({}, 'chore: again', '--force');
    const mended = await one.stands(({ problem, running }) => problem === null && running === null);
    // what came of that run stays in sight
    expect(mended.last.some(guarded)).toBe(true);
    expect(await one.farm.do('status')).not.toContain('trouble');
  });

  it('does nothing by itself while it is paused, also after a restart, and what is asked for by hand', async () => {
    const one = await make('every: never, look: 100ms, triggers: { nightly: 24h }');
    one.push(repositorySettings, 'chore: begin');
    const first = await one.farm.up();
    await one.stands(({ last }) => last.length > 0);
    const before = (await one.views())[0];
    await one.farm.do('upkeep', 'pause', 'recipes');
    await first.stop();
    const second = await one.farm.up();
    const id = one.push(folderOf('late'));
    const [paused] = await one.views();
    expect(paused).toMatchObject({ paused: true, next: [], last: before?.last });
    await one.run('--kind', 'on-commit');
    await one.stands(({ commit, running }) => commit === id && running === null);
    expect((await one.views())[0]?.last[0]).toMatchObject({
      by: 'hand',
      outcome: 'done',
      scheduled: ['late'],
    });
    expect(await one.farm.do('upkeep')).toMatch(/^upkeep recipes \(main at [0-9a-f]{7}\): paused/m);
    await one.farm.do('upkeep', 'resume', 'recipes');
    // the period of a trigger begins when it is first heard of, not with each manager
    expect((await one.views())[0]?.next).toEqual(before?.next);
    await second.stop();
  });

  it('is asked over the queue store, too', async () => {
    const redis = await startRedis();
    try {
      const { settings, manager, environment } = await overRedis(redis);
      const one = await make('every: never, look: 200ms', settings);
      one.push({ ...repositorySettings, ...folderOf('first') });
      await one.farm.manager(environment, manager);
      await one.stands(({ last }) => last.length > 0);
      const asked = (...words: string[]) => one.farm.run(['upkeep', ...words], environment);
      expect((await asked('run', 'recipes', '--kind', 'on-commit')).code).toBe(0);
      await one.stands(({ last }) => last[0]?.by === 'hand');
      expect((await asked('pause', 'recipes')).code).toBe(0);
      expect((await asked()).stdout).toContain('paused');
      expect((await asked('run', 'other')).stderr).toContain('CIF001');
    } finally {
      await redis.dispose();
    }
  });

  it('does nothing with a secret that is missing, empty or readable by others (CIF003)', async () => {
    const one = await make();
    const secret = join(one.farm.folder, 'secret');
    one.settings(`look: 100ms, every: never, secrets: { ACCESS_TOKEN: ${secret} }`);
    one.push({ ...repositorySettings, ...folderOf('first') });
    await one.farm.up();
    const refused = (words: string) =>
      one.stands(({ problem }) => problem?.code === 'CIF003' && problem.what.includes(words));
    expect((await refused('is missing or empty')).problem?.what).toContain(secret);
    writeFileSync(secret, 't0ken\n', { mode: 0o644 });
    await refused('may be read by others');
    writeFileSync(secret, '');
    chmodSync(secret, 0o600);
    expect((await refused('is missing or empty')).last).toEqual([]);
    writeFileSync(secret, 't0ken\n');
    await one.stands((view) => view.problem === null && view.last.some(({ outcome }) => outcome === 'done'));
  });

  it('says which sources it looks after, and why it does not look after a folder', async () => {
    const one = await make();
    const sources = `main: { url: ${one.farm.recipes}, upkeep: {} }, plain: { url: ${one.farm.recipes} }`;
    one.farm.settings('', sources);
    await one.farm.up();
    const { problem } = await one.stands((view) => view.problem !== null);
    expect(problem?.code).toBe('CIF004');
    const ended = await one.farm.run(['upkeep', 'run', 'plain']);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('CIF001')]);
    expect(ended.stderr).toContain("Those that are: 'main'");
    const wrong = await one.farm.run(['upkeep', 'run', 'main', '--kind', 'sometimes']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('CLI001')]);
  });
});

describe('a recipe source of a farm at work', () => {
  let one: KeptFarm;
  let manager: StartedProgram;
  beforeAll(async () => {
    one = await KeptFarm.make();
    one.push({ ...repositorySettings, ...folderOf('first') }, 'feat: first');
    manager = await one.farm.up();
    await one.stands(({ commit, running }) => commit !== null && running === null);
  });
  afterAll(() => one.dispose());

  it('refuses at once to look at a package that it does not have, and names the nearest', async () => {
    const { last } = await one.stands(({ running }) => running === null);
    const refused = await one.farm.run(['upkeep', 'run', 'recipes', 'firts']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("has no package 'firts'") });
    expect(refused.stderr).toMatch(/CIC007[\s\S]*Did you mean 'first'\?/);
    expect((await one.views())[0]?.last).toEqual(last);
    expect(await one.run('first')).toContain('on-schedule begins');
  });

  it('builds single packages by hand, and a wrong name stops nothing', async () => {
    await one.farm.hasPublished('first');
    await expect(one.run('frist', '--kind', 'on-commit')).rejects.toThrow(/CIC007/);
    expect((await one.views())[0]?.problem).toBeNull();
    await one.run('first', '--kind', 'on-commit');
    const isIt = ({ kind, packages }: UpkeepRun): boolean =>
      kind === 'on-commit' && packages?.[0] === 'first';
    const right = await one.stands(({ last }) => last.some(isIt));
    expect(right.last.find(isIt)).toMatchObject({ outcome: 'done', problem: null, scheduled: ['first'] });
    const id = one.push(folderOf('second'));
    await one.stands(({ commit, running }) => commit === id && running === null);
  });

  it('tells what is the matter with the server, and is well again by itself', async () => {
    const { bare } = one.remote;
    renameSync(bare, `${bare}.away`);
    const ill = await one.stands(({ problem }) => problem !== null);
    expect(ill.problem?.code).toBe('GIT003');
    expect(await one.farm.do('status')).toMatch(/^ {2}trouble: GIT003 .*\n {4}next: /m);
    renameSync(`${bare}.away`, bare);
    await one.stands(({ problem }) => problem === null);
    await manager.says(/upkeep of 'recipes': all well again/);
  });

  it('makes its clone anew when somebody has broken it', async () => {
    const clone = join(one.farm.farm, 'sources/recipes/upkeep/clone');
    writeFileSync(join(clone, '.git/HEAD'), 'rubbish\n');
    writeFileSync(join(clone, 'PKGBUILD'), 'rubbish\n');
    const id = one.push(folderOf('third'));
    await one.stands(({ commit, running }) => commit === id && running === null);
    expect(existsSync(join(clone, 'PKGBUILD'))).toBe(false);
    expect(existsSync(join(clone, 'third/PKGBUILD'))).toBe(true);
  });
});
