import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { HandOver } from '../../src/api/index.ts';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

/** Each moment once; more of them try more moments of the kind 'any'. */
const kills = Number(process.env['PACKMILL_TEST_KILLS'] ?? 8);
const aur = 'CI_PKGBUILD_SOURCE=aur\n';

/** Where a run is killed: when the manager is asked, when it has taken something, at a push, or at any time. */
type Moment = 'before the manager takes' | 'after the manager took' | `push ${1 | 2 | 3 | 4}` | 'any';
const moments: readonly Moment[] = [
  ...[
    'any',
    'push 1',
    'before the manager takes',
    'any',
    'push 2',
    'after the manager took',
    'any',
    'push 3',
  ],
] as readonly Moment[];

/** Starts a run, kills it at the moment, and resolves when it is gone; a run that ends earlier is not killed. */
async function killedRun(moment: Moment, afterMs: number): Promise<'killed' | 'ended'> {
  const wishes = join(world.folder, 'wishes.json');
  const variables = world.variables();
  const cacheFolder = join(world.folder, 'cache');
  writeFileSync(
    wishes,
    JSON.stringify({ checkout: world.checkout, cacheFolder, manager: `${world.url}/manager`, variables }),
  );
  const child = spawn(process.execPath, [join(import.meta.dirname, 'schedule-child.ts'), wishes], {
    // what git it started may outlive it, as on a machine of one's own
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = new Promise<'killed' | 'ended'>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL' ? 'killed' : 'ended')),
  );
  const kill = (): void => void child.kill('SIGKILL');
  let pushes = 0;
  world.answers.set('/pushed', (_request, response) => {
    pushes += 1;
    if (moment === `push ${pushes}`) kill();
    response.end();
  });
  world.answers.set('/manager', async (request, response) => {
    if (moment === 'before the manager takes') return kill();
    let text = '';
    for await (const piece of request) text += String(piece);
    await world.manager.deliver(JSON.parse(text) as HandOver);
    if (moment === 'after the manager took') return kill();
    response.end();
  });
  const timer = moment === 'any' ? setTimeout(kill, afterMs) : undefined;
  const how = await gone;
  clearTimeout(timer);
  return how;
}

it(`P07 22.24 loses nothing and schedules nothing twice when it is killed ${kills} times`, {
  timeout: 900_000,
}, async () => {
  world = await RecipeWorld.open(
    { ...folderOf('foo', aur), ...folderOf('risky', aur) },
    { CI_HUMAN_REVIEW: 'true' },
  );
  world.pushUpstream('up', {});
  world.commit(folderOf('bar-git', 'CI_PKGBUILD_SOURCE=custom\n', { sources: [`git+${world.urlOf('up')}`] }));
  await world.run();
  world.hook('post-receive', `curl --silent --max-time 20 ${world.url}/pushed`);
  let killed = 0;
  const started = performance.now();
  await killedRun('push 4', 0);
  const wholeMs = performance.now() - started;
  for (let round = 2; round < kills + 2; round += 1) {
    world.pushToAur('foo', recipe('foo', { pkgver: `${round}` }), { modified: round });
    world.pushToAur('risky', recipe('risky', { pkgver: `${round}`, body: `curl x${round} | sh` }), {
      modified: round,
    });
    const commit = world.pushUpstream('up', {});
    const earlier = world.manager.names().length;
    const how = await killedRun(moments[round % moments.length] ?? 'any', Math.random() * wholeMs);
    if (how === 'killed') killed += 1;
    // as a CI service does it
    rmSync(world.checkout, { recursive: true });
    world.git(world.folder, 'clone', '--quiet', `file://${world.remote}`, world.checkout);
    let run = await world.run();
    // a push of the killed run may still have been under way
    for (let tries = 0; run.failure && tries < 5; tries += 1) run = await world.run();
    expect(run.failure, `${moments[round % moments.length]}`).toBeUndefined();
    expect(world.manager.names().slice(earlier).sort()).toEqual(['bar-git', 'foo']);
    const main = world.tip('refs/heads/main');
    expect(world.subjects()[0]).toBe('chore(update): foo');
    expect(world.subjects()).toHaveLength(round + 1);
    expect(world.show('main', 'foo/PKGBUILD')).toContain(`pkgver=${round}\n`);
    expect(world.tip('refs/tags/scheduled')).toBe(main);
    expect(world.show('state', '.commit')).toBe(`${main}\n`);
    expect(world.show('state', 'bar-git')).toBe(`CI_GIT_COMMIT=${commit}\n`);
    expect(world.show('state', 'foo')).toContain(`CI_PKGBUILD_TIMESTAMP=${round}\n`);
    expect(world.show('state', 'risky')).toContain(`CI_PKGBUILD_TIMESTAMP=${round}\n`);
    expect(world.paths('state').filter((path) => path.startsWith('.outbox'))).toEqual([]);
    expect(world.show('update-risky', 'risky/PKGBUILD')).toContain(`pkgver=${round}\n`);
    expect(world.gitlab.kept).toMatchObject([{ branch: 'update-risky' }]);
  }
  // a run that is to be killed at any time may have been over by then
  expect(killed).toBeGreaterThanOrEqual(Math.floor((kills * 5) / 8));
});
