import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const aur = 'CI_PKGBUILD_SOURCE=aur\n';

/** A world where `foo` has an update waiting in the AUR and its old version has been noted. */
async function withUpdate(
  settings: Readonly<Record<string, string>> = {},
  config = aur,
): Promise<RecipeWorld> {
  const made = await RecipeWorld.open(folderOf('foo', config), settings);
  made.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 200 });
  return made;
}

describe('the guard of the regular run', () => {
  it('G01 ends it where no tag says that the newest commit was evaluated', async () => {
    world = await withUpdate();
    world.git(world.remote, 'update-ref', '-d', 'refs/tags/scheduled');
    const missing = await world.run();
    expect(missing.failure).toMatchObject({
      code: 'CIS001',
      severity: 'error',
      what: expect.stringContaining('previous on-commit pipeline did not run successfully'),
    });
    world.git(world.remote, 'update-ref', 'refs/tags/scheduled', 'refs/heads/main');
    world.commit({ 'README.md': 'x' }, { message: 'docs: say x', isEvaluated: false });
    const behind = await world.run();
    expect(behind.failure).toMatchObject({
      code: 'CIS001',
      why: expect.stringMatching(/[0-9a-f]{7} docs: say x/),
    });
    expect(world.tip('refs/heads/state')).toBe('');
    expect(world.subjects()[0]).toBe('docs: say x');
  });

  it('G02 still ends it after a further commit, until the message is corrected and pushed by force', async () => {
    world = await withUpdate();
    world.commit({ 'foo/x': '1' }, { message: 'fix: foo [deploy fooo]', isEvaluated: false });
    await expect(world.onCommit()).rejects.toMatchObject({ problem: { code: 'CIC004' } });
    world.commit({ 'foo/y': '1' }, { message: 'fix: more', isEvaluated: false });
    await expect(world.onCommit()).rejects.toMatchObject({ problem: { code: 'CIC004' } });
    expect((await world.run()).failure?.code).toBe('CIS001');
    world.git(world.desk, 'reset', '--quiet', '--soft', 'HEAD~2');
    world.commit({}, { message: 'fix: foo [deploy foo]', isEvaluated: false, force: true });
    await world.onCommit();
    const { failure, delivered } = await world.run();
    expect(failure).toBeUndefined();
    expect(delivered).toEqual(['foo']);
  });

  it('does not count for named packages and where a test of the repository says so, and then leaves the tag', async () => {
    world = await withUpdate();
    const evaluated = world.tip('refs/tags/scheduled');
    world.commit({ 'README.md': 'x' }, { isEvaluated: false });
    expect((await world.run({ only: ['foo'] })).delivered).toEqual(['foo']);
    expect(world.tip('refs/tags/scheduled')).toBe(evaluated);
    const skipped = await world.run({ variables: { SKIP_ON_COMMIT_CHECK: 'true' } });
    expect(skipped.failure).toBeUndefined();
    expect(world.tip('refs/tags/scheduled')).toBe(evaluated);
  });
});

describe('branch state', () => {
  it('S01 is made by the first run, and always has one commit', async () => {
    world = await withUpdate();
    await world.run();
    expect(world.subjects('state')).toEqual(['chore(state): update state']);
    expect(world.paths('state')).toEqual(['.checks.json', '.commit', 'foo']);
    await world.later(3_600_000);
    await world.run();
    expect(world.subjects('state')).toHaveLength(1);
  });

  it('S02 does not count after a force push: commits are noted again, and nothing is built for it', async () => {
    world = await RecipeWorld.open();
    const source = 'upstream/foo';
    const old = world.pushUpstream(source, {});
    const url = world.urlOf(source);
    world.commit(folderOf('foo-git', 'CI_PKGBUILD_SOURCE=custom\n', { sources: [`git+${url}`] }));
    await world.run();
    expect(world.show('state', 'foo-git')).toBe(`CI_GIT_COMMIT=${old}\n`);
    world.git(world.desk, 'commit', '--quiet', '--amend', '--message', 'rewritten');
    world.commit({}, { message: 'on top of another history', force: true });
    const now = world.pushUpstream(source, {});
    const { report, delivered } = await world.run();
    expect(report.problems).toMatchObject([
      { code: 'CIS002', what: expect.stringContaining('is on no branch') },
    ]);
    expect(delivered).toEqual([]);
    expect(world.show('state', 'foo-git')).toBe(`CI_GIT_COMMIT=${now}\n`);
  });

  it('that was written by hand is read as far as it makes sense', async () => {
    world = await withUpdate();
    await world.run();
    const other = `${world.folder}/by-hand`;
    world.git(world.folder, 'clone', '--quiet', '--branch=state', world.urlOf('remote.git'), other);
    writeFileSync(`${other}/foo`, 'CI_PKGBUILD_TIMESTAMP=soon\nwhat is this\n');
    writeFileSync(`${other}/.checks.json`, '<html>');
    writeFileSync(`${other}/Not A Package`, 'x');
    world.git(other, 'add', '--all');
    world.git(other, 'commit', '--quiet', '--message', 'by hand');
    world.git(other, 'push', '--quiet', 'origin', 'HEAD:state');
    const { report } = await world.run();
    expect(report.problems.map(({ code }) => code)).toEqual(
      Array.from({ length: report.problems.length }, () => 'CIC016'),
    );
    expect(report.problems.length).toBeGreaterThanOrEqual(3);
    expect(world.paths('state')).toEqual(['.checks.json', '.commit', 'foo']);
    expect(world.show('state', 'foo')).toContain('CI_PKGBUILD_TIMESTAMP=200\n');
  });
});

describe('the commit of a run', () => {
  it('S03 amends the last automatic one where that is wished for', async () => {
    world = await withUpdate({ CI_OVERWRITE_COMMITS: 'true' });
    world.service = 'github';
    await world.run();
    const first = 'chore(packages): update packages [skip ci]';
    expect(world.subjects()).toEqual([first, 'init']);
    world.pushToAur('foo', recipe('foo', { pkgver: '3' }), { modified: 300 });
    const { delivered } = await world.run();
    expect(world.subjects()).toEqual([first, 'init']);
    expect(world.show('main', 'foo/PKGBUILD')).toContain('pkgver=3');
    expect(world.tip('refs/tags/scheduled')).toBe(world.tip('refs/heads/main'));
    expect(delivered).toEqual(['foo']);
  });

  it.each([
    ['S04 is a new one on top of other words', 'chore(packages): update packages (2)', 'robot@localhost'],
    ['is a new one on top of that of a person', 'chore(packages): update packages', 't@localhost'],
  ])('%s', async (_title, message, email) => {
    world = await withUpdate({ CI_OVERWRITE_COMMITS: 'true' });
    world.commit({ 'README.md': 'x' }, { message });
    world.git(
      world.desk,
      '-c',
      `user.email=${email}`,
      'commit',
      '--quiet',
      '--amend',
      '--no-edit',
      '--reset-author',
    );
    world.git(world.desk, 'push', '--quiet', '--force', 'origin', 'HEAD:main', 'HEAD:refs/tags/scheduled');
    const { problems } = await world.run();
    expect(world.subjects()).toEqual(['chore(packages): update packages', message, 'init']);
    expect(problems.map(({ code }) => code)).toEqual(email === 'robot@localhost' ? [] : ['CIS007']);
  });

  it('is a new one while an open review grows from the last', async () => {
    world = await withUpdate({ CI_OVERWRITE_COMMITS: 'true' });
    await world.run();
    world.git(world.remote, 'branch', 'update-bar', 'main');
    world.pushToAur('foo', recipe('foo', { pkgver: '3' }), { modified: 300 });
    await world.run();
    expect(world.subjects()).toHaveLength(3);
  });

  it('K07 names up to four packages in its subject, and more in its body', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    world = await RecipeWorld.open(Object.assign({}, ...names.map((name) => folderOf(name, aur))));
    for (const name of names) world.pushToAur(name, recipe(name, { pkgver: '2' }), { modified: 2 });
    await world.run();
    expect(world.git(world.remote, 'log', '-1', '--format=%B', 'main')).toBe(
      'chore(update): packages (5)\n\nchanged: a, b, c, d, e',
    );
    for (const name of names.slice(1)) world.pushToAur(name, recipe(name, { pkgver: '3' }), { modified: 3 });
    await world.run();
    expect(world.subjects()[0]).toBe('chore(update): b, c, d, e');
  });
});

describe('what a run asks of the manager', () => {
  it('P07 waits on branch state while the manager is not there, and is delivered once by the next run', async () => {
    world = await withUpdate();
    world.manager.isDown = true;
    const before = world.tip('refs/tags/scheduled');
    const { report } = await world.run();
    expect(report).toMatchObject({ outcome: 'waiting', outOfReach: { code: 'SCH005' } });
    expect(world.subjects()[0]).toBe('chore(update): foo');
    expect(world.tip('refs/tags/scheduled')).toBe(before);
    const still = await world.run();
    expect(still.report).toMatchObject({ outcome: 'waiting' });
    world.manager.isDown = false;
    const third = await world.run();
    expect(third.delivered).toEqual(['foo']);
    expect(world.tip('refs/tags/scheduled')).toBe(world.tip('refs/heads/main'));
    expect(world.paths('state').filter((path) => path.startsWith('.outbox'))).toEqual([]);
    expect((await world.run()).delivered).toEqual([]);
  });

  it('only waits with --hand-over, and a commit that builds nothing keeps its place behind it', async () => {
    world = await withUpdate();
    world.commit(folderOf('bar', `${aur}CI_ON_TRIGGER=daily\n`));
    world.pushToAur('bar', recipe('bar'), { modified: 1 });
    await world.run({ handOver: true });
    expect(world.manager.documents.size).toBe(0);
    world.pushToAur('bar', recipe('bar', { pkgver: '2' }), { modified: 2 });
    await world.run({ handOver: true });
    expect(world.subjects().slice(0, 2)).toEqual(['chore(update): bar', 'chore(update): foo']);
    const { failure, delivered } = await world.run();
    expect(failure).toBeUndefined();
    expect(delivered).toEqual(['foo']);
    expect(world.tip('refs/tags/scheduled')).toBe(world.tip('refs/heads/main'));
    expect((await world.run()).failure).toBeUndefined();
  });

  it('22.33 comes after the push: a push that is refused schedules nothing', async () => {
    world = await withUpdate();
    world.hook('pre-receive', 'exit 1');
    const { failure, delivered } = await world.run();
    expect(failure).toMatchObject({ code: 'CIS013', what: expect.stringContaining('GIT009') });
    expect(delivered).toEqual([]);
    expect(world.tip('refs/heads/state')).toBe('');
    expect(world.subjects()).toEqual(['init']);
  });

  it('is nothing in a dry run, which decides and writes nothing at all', async () => {
    world = await withUpdate();
    const refs = world.git(world.remote, 'for-each-ref');
    const { report, delivered, told } = await world.run({ dryRun: true });
    expect(report.packages).toMatchObject([{ name: 'foo', decision: 'commit' }]);
    expect(told.join('\n')).toContain('foo: ');
    expect(delivered).toEqual([]);
    expect(world.git(world.remote, 'for-each-ref')).toBe(refs);
    expect(world.git(world.checkout, 'status', '--porcelain')).toBe('');
  });

  it('names the newest commit when somebody pushed since the checkout was made', async () => {
    world = await withUpdate();
    const old = world.git(world.checkout, 'rev-parse', 'HEAD');
    world.commit({ 'README.md': 'x' });
    const run = await world.run({ isStale: true });
    expect(run.failure).toBeUndefined();
    expect(world.subjects().slice(0, 2)).toEqual(['chore(update): foo', 'x']);
    expect(world.git(world.checkout, 'rev-parse', 'HEAD')).not.toBe(old);
  });
});
