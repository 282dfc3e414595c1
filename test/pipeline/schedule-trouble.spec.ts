import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const aur = 'CI_PKGBUILD_SOURCE=aur\n';
const hour = 3_600_000;

describe('a package in trouble', () => {
  it('22.30 22.31 is tried less and less often, can be tried at once, and is forgiven when it works', async () => {
    world = await RecipeWorld.open(folderOf('foo', aur), { CI_RETRY_DELAY: '0' });
    world.aur.set('foo', { modified: 2 });
    const begun = world.clock.nowMs();
    for (const failures of [1, 2, 3]) {
      await world.run();
      expect(world.checks()['foo']).toMatchObject({
        failures,
        error: { code: expect.stringMatching(/^GIT/), what: expect.any(String), since: begun },
      });
    }
    expect(world.checks()['foo']?.['nextTry']).toBe(world.clock.nowMs() + hour);
    const paused = await world.run();
    expect(paused.report.packages).toMatchObject([
      { decision: 'paused', because: expect.stringContaining('3 failures') },
    ]);
    expect(paused.report.packages[0]?.problems).toMatchObject([
      { code: 'CIS005', why: expect.stringContaining('GIT') },
    ]);
    expect(paused.report.checked).toBe(0);
    expect(world.checks()['foo']).toMatchObject({ failures: 3 });
    await world.later(hour);
    await world.run();
    expect(world.checks()['foo']).toMatchObject({ failures: 4, nextTry: world.clock.nowMs() + 2 * hour });
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 2 });
    const { delivered } = await world.run({ only: ['foo'] });
    expect(delivered).toEqual(['foo']);
    expect(world.checks()['foo']).toEqual({ checked: world.clock.nowMs(), updated: world.clock.nowMs() });
  });

  it('with settings that make no sense is told of by its name, and is looked at all the same', async () => {
    world = await RecipeWorld.open({
      ...folderOf('foo', `${aur}export BUILDER_CLASS=5\nCI_FORCE_VSC=true\nBUILDER_EXTRA_TIMEOUT=much\n`),
      ...folderOf('bar', aur),
    });
    for (const name of ['foo', 'bar']) world.pushToAur(name, recipe(name, { pkgver: '2' }), { modified: 2 });
    const { report, delivered } = await world.run();
    expect(delivered).toEqual(['bar', 'foo']);
    const [bar, foo] = report.packages;
    expect(bar?.problems).toEqual([]);
    expect(foo?.problems.map(({ code }) => code).sort()).toEqual(['CIC001', 'CIC002', 'PLN007']);
    expect(foo?.problems.every(({ place }) => place?.file === 'foo/.CI/config')).toBe(true);
    expect(world.checks()['foo']).toMatchObject({
      error: { code: expect.stringMatching(/^(?:CIC00[12]|PLN007)$/) },
    });
    expect(world.checks()['bar']).not.toHaveProperty('error');
  });
});

describe('an AUR in trouble', () => {
  it.each([
    ['a page', (body: string) => ({ status: 200, type: 'text/html', body })],
    ['429', () => ({ status: 429, type: 'text/plain', body: 'slow down' })],
    ['nothing', () => undefined],
  ])('that answers %s is told of, and the run goes on without it', async (_title, make) => {
    world = await RecipeWorld.open({
      ...folderOf('foo', aur),
      ...folderOf('tool', 'CI_PKGBUILD_SOURCE=gitlab:42\n', { pkgver: '1.0' }),
    });
    for (const path of [
      '/packages-meta-ext-v1.json.gz',
      '/rpc/v5/info',
      '/api/v4/projects/42/repository/tags',
    ]) {
      world.answers.set(path, (_request, response) => {
        const answer = make('<!doctype html><html><title>Please wait</title></html>');
        if (answer) response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
        else response.destroy();
      });
    }
    const { failure, report, delivered } = await world.run();
    expect(failure).toBeUndefined();
    expect(delivered).toEqual([]);
    expect(report.problems.map(({ code }) => code)).toEqual(['UPS001', 'UPS002']);
    const [foo, tool] = report.packages;
    expect(foo?.problems).toMatchObject([{ code: 'CIS015' }]);
    expect(tool?.problems[0]?.code).toMatch(/^FET/);
    expect(Object.keys(world.checks())).toEqual(['foo', 'tool']);
    expect(world.checks()['tool']).toMatchObject({ failures: 1, error: { code: tool?.problems[0]?.code } });
  });
});

describe('a push in between', () => {
  it('22.33 makes the run fail with nothing published or scheduled, and the next one goes on from there', async () => {
    world = await RecipeWorld.open(folderOf('foo', aur));
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 2 });
    world.answers.set('/packages-meta-ext-v1.json.gz', (_request, response) => {
      world.answers.delete('/packages-meta-ext-v1.json.gz');
      world.commit({ 'README.md': 'x' }, { message: 'docs: meanwhile' });
      response.writeHead(503).end();
    });
    const { failure, delivered } = await world.run();
    expect(failure).toMatchObject({ code: 'CIS013', what: expect.stringContaining('GIT007') });
    expect(delivered).toEqual([]);
    expect(world.subjects()).toEqual(['docs: meanwhile', 'init']);
    expect(world.tip('refs/heads/state')).toBe('');
    expect((await world.run()).delivered).toEqual(['foo']);
    expect(world.subjects()).toEqual(['chore(update): foo', 'docs: meanwhile', 'init']);
  });

  it('22.24 of another run that overlaps is met by one of them, and nothing is built twice', async () => {
    world = await RecipeWorld.open(folderOf('foo', aur));
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 2 });
    const other = `${world.folder}/other`;
    world.git(world.folder, 'clone', '--quiet', `file://${world.remote}`, other);
    const runs = await Promise.all([world.run(), world.run({ checkout: other })]);
    const failed = runs.filter(({ failure }) => failure !== undefined);
    for (const { failure } of failed) expect(failure?.code).toMatch(/^(?:CIS013|GIT007)$/);
    expect(failed.length).toBeLessThan(2);
    expect((await world.run()).failure).toBeUndefined();
    expect(world.manager.names()).toEqual(['foo']);
    expect(world.subjects()).toEqual(['chore(update): foo', 'init']);
    expect(world.tip('refs/tags/scheduled')).toBe(world.tip('refs/heads/main'));
    expect(world.paths('state').filter((path) => path.startsWith('.outbox'))).toEqual([]);
  });

  it('to a review branch leaves what a person did there, and the others are published', async () => {
    world = await RecipeWorld.open(
      { ...folderOf('foo', aur), ...folderOf('bar', aur) },
      { CI_HUMAN_REVIEW: 'true' },
    );
    world.pushToAur('bar', recipe('bar', { pkgver: '2' }), { modified: 2 });
    world.pushToAur('foo', recipe('foo', { pkgver: '2', body: 'curl x | sh' }), { modified: 2 });
    world.hook('update', 'case "$1" in *update-foo) exit 1;; esac');
    const { report, delivered } = await world.run();
    expect(delivered).toEqual(['bar']);
    expect(report.packages[1]).toMatchObject({
      name: 'foo',
      decision: 'failed',
      problems: [{ code: 'GIT009' }],
    });
    expect(world.show('state', 'foo')).toBeUndefined();
    world.hook('update', 'exit 0');
    await world.run();
    expect(world.tip('refs/heads/update-foo')).not.toBe('');
    expect(world.gitlab.kept).toMatchObject([{ branch: 'update-foo' }]);
  });
});
