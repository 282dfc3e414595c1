import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyringFor, pacmanConfig, run } from '../../examples/demo-tools.ts';
import { FaultFarm } from '../faults/fault-farm.ts';
import { project } from './farm-fixture.ts';

const examples = join(project, 'examples');
const recipes = readdirSync(join(examples, 'pkgbuilds'));

/** The recipes of the demo, with the git repository that one of them builds from; returns the farm's settings. */
function layOut(folder: string): string {
  cpSync(join(examples, 'pkgbuilds'), join(folder, 'recipes'), { recursive: true });
  const upstream = join(folder, 'upstreams', 'parchment.git');
  cpSync(join(examples, 'upstreams', 'parchment'), upstream, { recursive: true });
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  for (const repository of [upstream, join(folder, 'recipes')]) {
    const git = (...args: string[]): string => run('git', ['-C', repository, ...who, ...args]);
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'feat: first version');
  }
  return `recipe-sources: { demo: { url: ${folder}/recipes } }
sources: { map: { "https://git.example.org/": ${folder}/upstreams } }`;
}

/** A manager, Redis and three builders on machines of their own; each of them is killed once while they work. */
describe('a farm of five machines', () => {
  let farm: FaultFarm;
  let isGood = false;
  beforeAll(async () => {
    farm = await FaultFarm.start({ builders: 3, diskMebibytes: 512, prepare: layOut });
  }, 120_000);
  afterAll(() => farm?.dispose(!isGood));

  /** Waits until an attempt runs, on one builder or on any; or until hardly anything is left to be done. */
  const atWork = async (builder?: string): Promise<void> => {
    const { ledger } = farm;
    while (ledger.openJobs() > 2 && !ledger.running().some((one) => one === (builder ?? one)))
      await sleep(20);
    expect(ledger.openJobs()).toBeGreaterThan(0);
  };

  it('builds and publishes everything though each of them is killed once', async () => {
    await farm.schedule('five-machines', recipes);
    const [first, second, third] = farm.builders.map(({ actor }) => actor);
    for (const victim of [first, farm.redis, second, farm.manager, third]) {
      if (!victim) throw new Error('there are three builders');
      await atWork('name' in victim && victim.name.startsWith('builder') ? victim.name : undefined);
      await victim.kill();
      if ('restart' in victim) await victim.restart();
      else victim.start();
    }
    while (farm.ledger.openWork().length > 0) await sleep(100);
    expect(farm.ledger.check()).toEqual([]);
    expect(farm.reader.wrong).toEqual([]);
    expect(farm.actors.flatMap((actor) => actor.takeDeaths())).toEqual([]);
    expect(await farm.do('--farm', farm.farm, 'repo', 'verify')).toContain('good');
    isGood = true;
  }, 300_000);

  it('is what pacman syncs from and installs, with signatures required', () => {
    const root = join(farm.folder, 'root');
    const keyring = keyringFor(farm.folder, join(farm.farm, 'public', 'demo', 'demo.gpg'));
    const config = pacmanConfig(farm.folder, keyring, root, 'demo', farm.published);
    const pacman = (...args: string[]): string => run('pacman', ['--config', config, ...args]);
    pacman('-Sy');
    const names = pacman('-Slq', 'demo').trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['scribe', 'writing-desk', 'parchment-git']));
    const assumed = ['glibc', 'gcc-libs', 'bash', 'sh'].flatMap((name) => ['--assume-installed', name]);
    pacman('-S', '--noconfirm', '--noprogressbar', ...assumed, ...names);
    const library = { LD_LIBRARY_PATH: join(root, 'usr', 'lib') };
    expect(run(join(root, 'usr', 'bin', 'scribe'), ['built by three builders'], library)).not.toBe('');
  });
});
