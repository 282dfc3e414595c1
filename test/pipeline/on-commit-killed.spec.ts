// A run on a push is killed between any two steps, and another push follows: every change is scheduled once and gets into
// the AUR once.
import { spawn } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { HandOver } from '../../src/api/index.ts';
import { packagesOf } from '../../src/pipeline/index.ts';
import { type AurServer, startAurServer } from './aur-server.ts';
import { folderOf } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';
import { TakenRanges } from './taking-ranges.ts';
import { git } from './upkeep-scene.ts';

let world: RecipeWorld;
let aur: AurServer;
let ranges: TakenRanges;
/** Names in the order in which the manager took them. */
let scheduled: string[];
/** Version of all packages before a moment: each moment is another push to the same repository. */
let newest = 1;

const managed = 'CI_PKGBUILD_SOURCE=custom\nCI_MANAGE_AUR=true\n';
const version = (name: string, pkgver: string) => folderOf(name, managed, { pkgver });

/** Where a run is killed. A server that is asked hangs up when it is; what git it started may go on. */
const moments = [
  'the manager is asked',
  'the manager has it',
  'the remote is asked',
  'the remote has it',
  'the AUR is asked',
  'the AUR has it',
  'the AUR has the second one',
  'the remote has the note',
] as const;
type Moment = (typeof moments)[number] | 'never';

beforeAll(async () => {
  aur = await startAurServer();
  ranges = new TakenRanges();
  const names = ['foo', 'bar', 'qux'];
  world = await RecipeWorld.open(Object.assign({}, ...names.map((name) => version(name, '1'))), {
    CI_MANAGE_AUR: 'true',
    CI_AUR_PUSH_URL: aur.pushUrl,
  });
  // this process answers only while it does not wait for a git of its own
  const call = (name: string): string =>
    `test -e ${world.folder}/running || exit 0\ncurl --silent --max-time 20 ${world.url}/${name}\nexit 0`;
  world.hook('pre-receive', call('asked'));
  world.hook('post-receive', call('received'));
  for (const name of names) {
    const { sshd, repository } = aur;
    git(sshd.folder, 'init', '--quiet', '--bare', '--initial-branch=master', repository(name));
    for (const [hook, path] of [
      ['pre-receive', 'aur-asked'],
      ['post-receive', 'aur-received'],
    ] as const) {
      writeFileSync(join(repository(name), 'hooks', hook), `#!/bin/sh\n${call(path)}\n`);
      chmodSync(join(repository(name), 'hooks', hook), 0o755);
    }
  }
});
afterAll(async () => {
  await world.dispose();
  await aur.dispose();
});
beforeEach(() => {
  scheduled = [];
  newest += 1;
});

/** One run in a fresh clone, killed at the moment. */
async function run(moment: Moment): Promise<'killed' | number> {
  rmSync(world.checkout, { recursive: true, force: true });
  world.git(world.folder, 'clone', '--quiet', `file://${world.remote}`, world.checkout);
  const wishes = join(world.folder, 'wishes.json');
  writeFileSync(wishes, JSON.stringify({ checkout: world.checkout, manager: `${world.url}/manager` }));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'on-commit-child.ts'), wishes], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, AUR_KEY: aur.key },
  });
  const seen = new Map<string, number>();
  const at = (path: string, names: readonly Moment[]): void =>
    void world.answers.set(path, (_request, response) => {
      const count = seen.get(path) ?? 0;
      seen.set(path, count + 1);
      if (names[count] === moment) child.kill('SIGKILL');
      response.end();
    });
  at('/asked', ['the remote is asked']);
  at('/received', ['the remote has it', 'the remote has the note']);
  at('/aur-asked', ['the AUR is asked']);
  at('/aur-received', ['the AUR has it', 'the AUR has the second one']);
  world.answers.set('/manager', async (request, response) => {
    if (moment === 'the manager is asked') return void child.kill('SIGKILL');
    let text = '';
    for await (const piece of request) text += String(piece);
    const document = JSON.parse(text) as HandOver;
    const { isNew, coveredTo } = ranges.take(document.schedule);
    const accepted = packagesOf(document).map(({ name }) => name);
    if (isNew) scheduled.push(...accepted);
    if (moment === 'the manager has it') return void child.kill('SIGKILL');
    response.end(JSON.stringify({ accepted, refused: [], removed: [], coveredTo }));
  });
  writeFileSync(join(world.folder, 'running'), '');
  const end = await new Promise<'killed' | number>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal === 'SIGKILL' ? 'killed' : (code ?? -1))),
  );
  rmSync(join(world.folder, 'running'));
  return end;
}

const isDone = (): boolean =>
  world.tip('refs/tags/scheduled') === world.tip('refs/heads/main') &&
  world.show('state', '.aur-uploads') === undefined;

for (const moment of moments) {
  it(`22.24 P07 schedules and uploads everything once when it is killed as ${moment}`, async () => {
    const pkgver = String(newest);
    const first = { ...version('foo', pkgver), ...version('bar', pkgver) };
    world.commit(first, { isEvaluated: false });
    expect(await run(moment)).toBe('killed');
    world.commit(version('qux', pkgver), { isEvaluated: false });
    // a push of the killed run may still have been under way
    for (let tries = 0; tries < 5 && !((await run('never')) === 0 && isDone()); tries += 1);
    expect(isDone()).toBe(true);
    expect([...scheduled].sort()).toEqual(['bar', 'foo', 'qux']);
    for (const name of ['foo', 'bar', 'qux']) {
      expect(git(aur.repository(name), 'rev-list', '--count', 'master')).toBe(String(newest - 1));
      expect(git(aur.repository(name), 'show', 'master:PKGBUILD')).toContain(`pkgver=${pkgver}\n`);
    }
  }, 120_000);
}
