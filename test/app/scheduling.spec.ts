// A request that was accepted is never lost, whatever ends the manager (specification 14.2, 14.5).
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareFarm } from '../../src/app/index.ts';
import { nobodysGit } from '../git/nobodys-git.ts';
import { writeFarm } from './written-farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-scheduling-'));
const farm = join(folder, 'farm');
/** A git server that takes calls and never answers. */
let silent: Server;
let address = '';

beforeAll(async () => {
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const at = silent.address();
  address = `git://127.0.0.1:${typeof at === 'object' ? at?.port : 0}/recipes`;
  await writeFarm(farm, `recipe-sources:\n  recipes: { url: '${address}' }`);
  for (const name of ['egg', 'hen']) addRecipe(name, name === 'egg' ? 'hen' : 'egg');
}, 60_000);

afterAll(() => {
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A recipe that another one needs for its building. */
function addRecipe(name: string, needs: string): void {
  const at = join(folder, 'recipes', name);
  mkdirSync(at, { recursive: true });
  writeFileSync(
    join(at, 'PKGBUILD'),
    `pkgname=${name}\npkgver=1\npkgrel=1\narch=(any)\nmakedepends=(${needs})\n`,
  );
  writeFileSync(
    join(at, '.SRCINFO'),
    `pkgbase = ${name}\n\tpkgver = 1\n\tpkgrel = 1\n\tmakedepends = ${needs}\n\tarch = any\n\npkgname = ${name}\n`,
  );
}

async function startFarm(say: (line: string) => void = () => {}) {
  const started = await prepareFarm({
    folder: farm,
    localBuilders: 0,
    withoutRedis: true,
    say,
    signal: new AbortController().signal,
  });
  await started.service.start({ url: 'http://127.0.0.1:1', builderUrl: undefined });
  return started;
}

const request = (id: string, ...names: string[]) => ({
  id,
  target: 'extra',
  source: 'recipes',
  arch: 'x86_64',
  urgency: 0,
  packages: names.map((name) => ({ name })),
});

it('leaves what it could not plan to the next manager, which plans it', async () => {
  const first = await startFarm();
  const answer = first.service.schedule(request('request-1', 'hen'));
  await new Promise((resolve) => silent.once('connection', resolve));
  await first.close();
  // accepted, since it is on disk, and not refused because somebody pulled the plug
  expect(await answer).toEqual({
    id: 'request-1',
    accepted: [{ name: 'hen', job: 'extra/x86_64/hen' }],
    refused: [],
  });

  const settings = join(farm, 'packmill.yaml');
  writeFileSync(settings, readFileSync(settings, 'utf8').replace(address, join(folder, 'recipes')));
  const second = await startFarm();
  try {
    const reply = await second.service.schedule(request('request-1', 'hen'));
    expect(reply).toMatchObject({ plan: expect.any(Number), refused: [] });
    expect(second.service.job('extra/x86_64/hen')).toMatchObject({ state: 'ready', source: 'recipes' });
  } finally {
    await second.close();
  }
}, 60_000);

it('says after a restart, too, what of a request got no job', async () => {
  const first = await startFarm();
  const asked = request('request-2', 'egg', 'nosuch');
  const reply = await first.service.schedule(asked);
  expect(reply.accepted.map(({ name }) => name)).toEqual(['egg']);
  expect(reply.refused).toMatchObject([{ name: 'nosuch', code: 'SCH002' }]);
  // as if the manager had been killed between the plan and the answer
  first.farm.database.connection.exec("UPDATE requests SET reply = NULL WHERE id = 'request-2'");
  await first.close();

  const second = await startFarm();
  try {
    const again = await second.service.schedule(asked);
    expect(again.plan).toBe(reply.plan);
    expect(again.accepted).toEqual(reply.accepted);
    expect(again.refused.map(({ name }) => name)).toEqual(['nosuch']);
    // a member of a cycle alone waits for the other one, which the other plan has
    expect(second.service.job('extra/x86_64/egg')).toMatchObject({
      state: 'waiting',
      waitsFor: ['extra/x86_64/hen'],
    });
    const log = second.service.logRevision('egg')?.segments()[0] ?? '';
    expect(readFileSync(log, 'utf8')).toMatch(
      /^Added to build queue at .* UTC\. Waiting for builder\.\.\.\n$/,
    );
  } finally {
    await second.close();
  }
}, 60_000);

it('tries a request again when its source cannot be laid out for want of a usable disk', async () => {
  const settings = join(farm, 'packmill.yaml');
  const recipes = join(folder, 'git-recipes');
  cpSync(join(folder, 'recipes'), recipes, { recursive: true });
  const git = (...args: string[]): unknown => nobodysGit({ cwd: recipes }, ...args);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message', 'x');
  appendFileSync(settings, `  disk: { url: '${recipes}' }\n`);
  const sources = join(farm, 'sources', 'disk');
  mkdirSync(join(farm, 'sources'), { recursive: true });
  writeFileSync(sources, 'a file where the folder of the source has to be');
  const said: string[] = [];
  const manager = await startFarm((line) => {
    said.push(line);
    // heard after the first try: the next one finds the place free
    if (line.startsWith('recipe sources: SYS004')) rmSync(sources, { force: true });
  });
  try {
    const reply = await manager.service.schedule({ ...request('request-3', 'hen'), source: 'disk' });
    expect(reply).toMatchObject({ plan: expect.any(Number), refused: [] });
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^recipe sources: SYS004 /),
        'recipe sources: all well again',
      ]),
    );
  } finally {
    await manager.close();
  }
}, 60_000);

it('22.24 takes no range of commits twice that begins at the same commit, and says what it has of it', async () => {
  const recipes = join(folder, 'git-recipes');
  const git = (...args: string[]): string => nobodysGit({ cwd: recipes }, ...args);
  const [base, first, second] = ['0', '1', '2'].map((text) => {
    writeFileSync(join(recipes, 'egg', 'note'), text);
    git('add', '.');
    git('commit', '--quiet', '--message', text);
    return git('rev-parse', 'HEAD');
  }) as [string, string, string];
  const range = (id: string, since: string, commit: string) => ({
    ...request(id, 'egg'),
    ...{ source: 'disk', since, commit },
  });
  const started = await startFarm();
  const { service } = started;
  try {
    expect(await service.schedule({ ...range('range-no-0', base, first), target: 'extar' })).toMatchObject({
      refused: [{ code: 'SCH001' }],
    });
    const taken = await service.schedule(range('range-no-1', base, first));
    expect(taken.accepted).toHaveLength(1);
    expect(await service.schedule(range('range-no-2', base, second))).toEqual({
      ...{ id: 'range-no-2', accepted: [], refused: [] },
      coveredTo: first,
    });
    // a repetition is one
    expect(await service.schedule(range('range-no-1', base, first))).toMatchObject({ plan: taken.plan });
    expect((await service.schedule(range('range-no-3', first, second))).accepted).toHaveLength(1);
    expect(await service.schedule(range('range-no-2', base, second))).toMatchObject({ coveredTo: second });
    const known = { ...range('range-no-2', base, second), despite: second };
    expect((await service.schedule(known)).accepted).toHaveLength(1);
  } finally {
    await started.close();
  }
}, 60_000);

it('answers for many packages before they are queued, once it is known which of them get jobs', async () => {
  const lines: string[] = [];
  const manager = await startFarm((line) => lines.push(line));
  try {
    const lacking = Array.from({ length: 150 }, (_, number) => `lacking-${number}`);
    const asked = request('request-4', 'hen', 'egg', ...lacking);
    const early = await manager.service.schedule(asked, { early: true });
    expect(early.plan).toBeUndefined();
    expect(early.accepted.map(({ name }) => name)).toEqual(['hen', 'egg']);
    expect(early.refused.map(({ name }) => name)).toEqual(lacking);
    // the same request once more waits for the rest, and is told the same with the plan
    const whole = await manager.service.schedule(asked);
    expect(whole).toEqual({ ...early, plan: expect.any(Number) });
    expect(manager.service.job('extra/x86_64/hen')).toMatchObject({ source: 'recipes' });
    // who asked has heard of what is refused
    expect(lines.filter((line) => line.includes('accepted before'))).toEqual([]);
    // few packages are queued by the time that anybody is answered
    const few = await manager.service.schedule(request('request-5', 'hen'), { early: true });
    expect(few.plan).toEqual(expect.any(Number));
  } finally {
    await manager.close();
  }
}, 60_000);

it('writes the logs of many jobs that are replaced at once to their end', async () => {
  const many = join(folder, 'many');
  const names = Array.from({ length: 60 }, (_, number) => `many-${number}`);
  for (const name of names) {
    const at = join(many, name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'PKGBUILD'), `pkgname=${name}\npkgver=1\npkgrel=1\narch=(any)\n`);
    writeFileSync(
      join(at, '.SRCINFO'),
      `pkgbase = ${name}\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\npkgname = ${name}\n`,
    );
  }
  appendFileSync(join(farm, 'packmill.yaml'), `  many: { url: '${many}' }\n`);
  const manager = await startFarm();
  const logs: string[][] = [];
  try {
    const ask = (id: string) => manager.service.schedule({ ...request(id, ...names), source: 'many' });
    const first = await ask('request-6');
    expect(first.accepted).toHaveLength(60);
    const segments = names.map((name) => manager.service.logRevision(name)?.segments() ?? []);
    await ask('request-7');
    logs.push(...segments.map((paths) => [...paths]));
  } finally {
    await manager.close();
  }
  for (const paths of logs) {
    const text = paths.map((path) => readFileSync(path, 'utf8')).join('');
    expect(text).toMatch(
      /^Added to build queue at .* Waiting for builder\.\.\.\nThe build was canceled and replaced before execution: .*\n$/,
    );
  }
}, 60_000);
