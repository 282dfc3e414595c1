import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyringFor, pacmanConfig } from '../../examples/demo-tools.ts';
import { processesWith } from '../sandbox/modes.ts';
import { FarmFixture, finished, type Ran, simpleRecipe } from './farm-fixture.ts';

const kills = Number(process.env['PACKMILL_TEST_KILLS'] ?? 6);

/**
 * packmill is killed with SIGKILL at random points of a build, again and again, while another process reads the
 * published repository all the time; in the end everything was built, each thing once.
 */
describe('kill -9 at any moment', () => {
  const fixture = new FarmFixture();
  const names = ['base', 'left', 'right', 'top', 'lone'];
  const published = join(fixture.farm, 'public', 'farm', 'x86_64');
  let pacman: (...args: string[]) => Promise<Ran>;

  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    const needs: Record<string, string> = {
      left: "depends=('base')",
      right: "depends=('base')",
      top: "depends=('left' 'right')",
    };
    for (const name of names) fixture.writeRecipe(name, simpleRecipe(name, needs[name]));
    const keyring = keyringFor(fixture.folder, join(fixture.farm, 'public', 'farm', 'farm.gpg'));
    const root = join(fixture.folder, 'root');
    const config = pacmanConfig(fixture.folder, keyring, root, 'farm', published);
    pacman = (...args) => {
      const command = ['pacman', '--config', config, '--noconfirm', '--noprogressbar', ...args];
      const asRoot =
        process.getuid?.() === 0 ? command : ['unshare', '--user', '--map-root-user', ...command];
      const [program = 'pacman', ...rest] = asRoot;
      return finished(
        spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } }),
      );
    };
  });
  afterAll(() => fixture.remove());

  const isPublished = (): boolean => {
    try {
      return readdirSync(published).length > 0;
    } catch {
      return false;
    }
  };
  const generation = (): string => execFileSync('readlink', [published], { encoding: 'utf8' });

  it('loses no job, publishes none twice, and never shows a broken repository', async () => {
    const reading = { done: false, syncs: 0, verifications: 0, broken: [] as string[] };
    const readers = [readWithPacman(reading), readWithVerify(reading)];
    for (let round = 0; round < kills; round += 1) {
      const child = fixture.start('build', fixture.recipes);
      const result = finished(child);
      await sleep(Math.floor(Math.random() * 3000));
      child.kill('SIGKILL');
      const { signal, code, stderr } = await result;
      expect(signal === 'SIGKILL' || code === 0, stderr).toBe(true);
    }
    const { ran, jobs } = await fixture.build(fixture.recipes);
    reading.done = true;
    await Promise.all(readers);

    expect(ran.code, ran.stderr).toBe(0);
    expect([...jobs.keys()].sort()).toEqual([...names].sort());
    for (const job of jobs.values()) expect(['succeeded', 'already-built']).toContain(job.state);
    expect(reading.broken).toEqual([]);
    expect(reading.verifications).toBeGreaterThan(0);
    await expectEachOnce();
    await expectNothingLeft();
  }, 300_000);

  async function expectEachOnce(): Promise<void> {
    const shown = JSON.parse(await fixture.do('--json', 'repo', 'show')) as {
      packages: { name: string; version: string }[];
    };
    // a second build of the same thing would have a raised pkgrel, or stand beside the first
    expect(shown.packages.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(
      names.map((name) => `${name} 1.0-1`).sort(),
    );
    expect(readdirSync(published).filter((name) => name.endsWith('.pkg.tar.zst'))).toHaveLength(names.length);
    await fixture.do('repo', 'verify');
    expect((await pacman('-Sy')).code).toBe(0);
  }

  async function expectNothingLeft(): Promise<void> {
    expect(readdirSync(join(fixture.farm, 'work'))).toEqual([]);
    expect(processesWith(fixture.folder)).toEqual([]);
  }

  async function readWithPacman(reading: { done: boolean; syncs: number; broken: string[] }): Promise<void> {
    while (!reading.done) {
      await sleep(20);
      if (!isPublished()) continue;
      const before = generation();
      const ran = await pacman('-Syy');
      reading.syncs += 1;
      // pacman asks for the database and its signature one after the other: a flip between the two is two
      // requests that saw two whole states, and cannot be told from here; the next try has to go well
      if (ran.code === 0 || generation() !== before) continue;
      reading.broken.push(`pacman -Syy: ${ran.stdout}${ran.stderr}`);
    }
  }

  async function readWithVerify(reading: {
    done: boolean;
    verifications: number;
    broken: string[];
  }): Promise<void> {
    while (!reading.done) {
      await sleep(100);
      if (!isPublished()) continue;
      const ran = await fixture.run('repo', 'verify');
      reading.verifications += 1;
      if (ran.code !== 0) reading.broken.push(`repo verify: ${ran.stdout}${ran.stderr}`);
    }
  }
});
