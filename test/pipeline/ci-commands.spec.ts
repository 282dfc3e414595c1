import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecipeSketch, recipeFiles } from '../service/recipe-files.ts';
import { ServiceFixture } from '../service/service-fixture.ts';
import type { Ended } from '../service/started-program.ts';

/** A recipe repository with a bare remote, whose pipelines run as commands beside a farm at work. */
describe('packmill ci', () => {
  let farm: ServiceFixture;
  let desk: string;
  let bare: string;
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-C', cwd, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      encoding: 'utf8',
    }).trim();
  const push = (files: Readonly<Record<string, string>>, message: string): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(desk, path)), { recursive: true });
      writeFileSync(join(desk, path), text);
    }
    git(desk, 'add', '--all');
    git(desk, 'commit', '--quiet', '--allow-empty', '--message', message);
    git(desk, 'push', '--quiet', 'origin', 'HEAD:main');
    return git(desk, 'rev-parse', 'HEAD');
  };
  const recipe = (name: string, sketch: RecipeSketch = {}): Record<string, string> =>
    Object.fromEntries(
      Object.entries(recipeFiles(name, sketch, '')).map(([path, text]) => [`${name}/${path}`, text]),
    );
  const tag = (): string => git(bare, 'for-each-ref', '--format=%(objectname)', 'refs/tags/scheduled');
  const ci = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    farm.run(['ci', ...args, '--repository', desk], environment);

  beforeAll(async () => {
    farm = await ServiceFixture.make();
    bare = join(farm.folder, 'remote.git');
    desk = join(farm.folder, 'desk');
    git(farm.folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare);
    git(farm.folder, 'clone', '--quiet', bare, desk);
    farm.settings('', `recipes: { url: ${bare} }`);
    push(
      { ...recipe('foo'), ...recipe('bar'), '.ci/config': 'BUILD_REPO=demo\nREPO_NAME=recipes\n' },
      'init',
    );
    await farm.up(1);
  });
  afterAll(() => farm.dispose());

  it('says what add, bump and drop would do in a dry run, and does nothing', async () => {
    const before = git(bare, 'rev-parse', 'main');
    const source = join(farm.folder, 'new.git');
    git(farm.folder, 'init', '--quiet', '--initial-branch=main', source);
    for (const [path, text] of Object.entries(recipeFiles('new', {}, '')))
      writeFileSync(join(source, path), text);
    git(source, 'add', '--all');
    git(source, 'commit', '--quiet', '--message', 'x');
    const said = async (...args: string[]): Promise<string> => (await ci([...args, '--dry-run'])).stdout;
    expect(await said('add', `new/file://${source}`)).toBe('would add new\n');
    expect(await said('drop', 'foo')).toBe('would drop foo\n');
    expect(git(bare, 'rev-parse', 'main')).toBe(before);
  });

  it('schedules a push with the manager, which builds that commit, and cleans up after a drop', async () => {
    const first = push({}, 'feat: all of it [deploy all]');
    const done = await ci(['on-commit', '--json']);
    expect(done).toMatchObject({ code: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({
      ...{ outcome: 'scheduled', commit: first, scheduled: first },
      packages: [{ name: 'bar' }, { name: 'foo' }],
    });
    expect(tag()).toBe(first);
    await farm.watch.moved('foo', 'succeeded');
    await farm.watch.moved('bar', 'succeeded');
    await farm.hasPublished('bar');
    await farm.hasPublished('foo');
    const dropped = await ci(['drop', 'bar']);
    expect(dropped).toMatchObject({ code: 0, stdout: 'dropped bar\n' });
    // written long before it is pushed: what was deployed in between goes, too
    const longAgo = { ...process.env, GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z' };
    const amend = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '--amend', '--no-edit'];
    execFileSync('git', ['-C', desk, ...amend], { env: longAgo, stdio: 'ignore' });
    git(desk, 'push', '--quiet', '--force', 'origin', 'HEAD:main');
    const cleaned = await ci(['on-commit']);
    expect(cleaned).toMatchObject({ code: 0, stdout: 'removed bar\n' });
    expect(tag()).toBe(git(desk, 'rev-parse', 'HEAD'));
    expect(farm.published()).toEqual(['foo-1.0-1']);
  });

  it('hands over in two jobs, and tells in between what waits', async () => {
    const before = tag();
    push(recipe('foo', { version: '1.1' }), 'chore(update): foo');
    expect(await ci(['on-commit', '--hand-over'])).toMatchObject({ code: 0, stdout: 'waiting foo\n' });
    expect(tag()).toBe(before);
    const status = await ci(['status']);
    expect(status.stdout).toMatch(/on-commit has to run first\nwaiting ci-[0-9a-f]{32}: 1 packages/);
    const delivered = await ci(['deliver']);
    expect(delivered).toMatchObject({ code: 0, stdout: expect.stringMatching(/^delivered ci-/) });
    expect(tag()).toBe(git(desk, 'rev-parse', 'HEAD'));
    expect((await ci(['status'])).stdout).toContain('everything is looked at');
    await farm.watch.moved('foo', 'succeeded');
  });

  it('ends with 3 when the manager cannot be reached, and keeps the request', async () => {
    push(recipe('foo', { version: '1.2' }), 'chore(update): foo');
    const away = { PACKMILL_MANAGER: 'http://127.0.0.1:1', PACKMILL_TOKEN: 'x' };
    const done = await ci(['on-commit'], away);
    expect(done).toMatchObject({ code: 3, stdout: 'waiting foo\n' });
    expect(done.stderr).toContain('CIC015');
    const again = await ci(['on-commit']);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('scheduled 1 of 1') });
    expect(tag()).toBe(git(desk, 'rev-parse', 'HEAD'));
    expect((await ci(['status'])).stdout).not.toContain('waiting');
  });

  it('ends with 2 when nobody said where the manager is (CIC023)', async () => {
    const done = await farm.run(
      ['ci', 'schedule', 'foo', '--repository', desk, '--farm', join(farm.folder, 'elsewhere')],
      {},
    );
    expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining('CIC023') });
    const waiting = await ci(['status']);
    const id = /waiting (ci-\S+):/.exec(waiting.stdout)?.[1] as string;
    expect(await ci(['deliver', '--discard', id])).toMatchObject({ code: 0 });
  });

  it('says that target and source look swapped (decision 1), and keeps the request', async () => {
    // a farm in which the name of the source is that of a target
    push({ '.ci/config': 'BUILD_REPO=recipes\nREPO_NAME=demo\n' }, 'ci(config): a slip');
    const done = await ci(['schedule', 'foo']);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('CIC017');
    expect(done.stderr).toContain("no target 'recipes' (BUILD_REPO), but one called 'demo' (REPO_NAME)");
    const id = /hand-over '?(ci-[0-9a-f]+)/.exec(done.stderr)?.[1] as string;
    expect(await ci(['deliver', '--discard', id])).toMatchObject({ code: 0 });
    push({ '.ci/config': 'BUILD_REPO=demo\nREPO_NAME=recipes\n' }, 'ci(config): mended');
  });

  it('refuses a folder that is no checkout, and one without a commit', async () => {
    const empty = join(farm.folder, 'empty');
    mkdirSync(empty);
    expect(await farm.run(['ci', 'status', '--repository', empty])).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('GIT010') },
    });
    git(empty, 'init', '--quiet');
    expect(await farm.run(['ci', 'status', '--repository', empty])).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('CIC024') },
    });
  });
});
