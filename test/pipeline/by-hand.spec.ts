import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readVersionRows } from '../../src/formats/pkgbuild-repo/index.ts';
import { RecipeClones } from '../../src/git/index.ts';
import { addPackages, bumpPackages, dropPackages, readAdditions } from '../../src/pipeline/index.ts';
import { recipeFiles } from '../service/recipe-files.ts';
import { PipelineFixture } from './pipeline-fixture.ts';

describe('changes by hand', () => {
  let world: PipelineFixture;
  beforeEach(() => {
    world = new PipelineFixture({
      'foo/.CI/config': '# ours\nMY_OWN=1\nCI_PACKAGE_BUMP=2.0-3/7\n',
      'baz/PKGBUILD': 'x',
      'baz/a/b': 'x',
      '.ci/config': 'GIT_AUTHOR_NAME=Robot\nCI_RETRY_DELAY=0\nCI_REBUILD_BLACKLIST=glibc\n',
    });
    world.looked();
  });
  afterEach(() => world.dispose());

  const show = (path: string): string => world.remote.git(world.remote.bare, 'show', `main:${path}`);
  const message = (): string => world.remote.git(world.remote.bare, 'log', '-1', '--format=%an|%B', 'main');
  const context = () => world.context({}, { folder: world.desk });

  describe('bump', () => {
    const published = async () => readVersionRows('foo:2.0-3.4\nbaz:1:2.0-1\n');

    it('K02 K03 raises what is published, keeps the file as it is, and pushes one commit', async () => {
      const done = await bumpPackages(await context(), 'foo baz', { published, dryRun: false });
      expect(done.bumped).toEqual([
        { name: 'foo', value: '2.0-3/8' },
        { name: 'baz', value: '1:2.0-1/1' },
      ]);
      expect(show('foo/.CI/config')).toBe('# ours\nMY_OWN=1\nCI_PACKAGE_BUMP=2.0-3/8');
      expect(show('baz/.CI/config')).toBe('CI_PACKAGE_BUMP=1:2.0-1/1');
      expect(message()).toBe('Robot|chore(bump): foo, baz');
      // the checkout followed, so that the next change begins there
      expect(readFileSync(join(world.desk, 'baz/.CI/config'), 'utf8')).toBe('CI_PACKAGE_BUMP=1:2.0-1/1\n');
    });

    it('K06 warns of a package that is not published and bumps the others', async () => {
      const done = await bumpPackages(await context(), 'bar foo', { published, dryRun: false });
      expect(done.bumped.map(({ name }) => name)).toEqual(['foo']);
      expect(world.codes).toEqual(['CIC019']);
    });

    it('pushes nothing in a dry run', async () => {
      const before = world.remote.tip('refs/heads/main');
      const done = await bumpPackages(await context(), 'all', { published, dryRun: true });
      expect(done).toMatchObject({ commit: undefined, bumped: [{ name: 'baz' }, { name: 'foo' }] });
      expect(world.remote.tip('refs/heads/main')).toBe(before);
    });

    it('is scheduled by the push that follows, like any other', async () => {
      await bumpPackages(await context(), 'foo', { published, dryRun: false });
      await world.onCommit();
      expect(world.manager.scheduled).toEqual(['foo']);
    });
  });

  describe('drop', () => {
    it('removes folders in one commit, warns of others, and cleans up afterwards', async () => {
      const done = await dropPackages(await context(), 'baz fooo all', { dryRun: false });
      expect(done.dropped).toEqual(['baz']);
      expect(world.problems.map(({ code, next }) => [code, next])).toEqual([
        ['CIC020', "Did you mean 'foo'?"],
        ['CIC020', expect.any(String)],
      ]);
      expect(message()).toBe('Robot|chore(drop): baz');
      expect(existsSync(join(world.desk, 'baz'))).toBe(false);
      expect(await world.onCommit()).toMatchObject({ removed: ['baz'], packages: [] });
    });

    it('refuses to work on an old commit', async () => {
      const old = await context();
      const other = world.remote.clone('other');
      world.remote.commit(other, { 'new/PKGBUILD': 'x' });
      world.remote.git(other, 'push', '--quiet');
      await expect(dropPackages(old, 'baz', { dryRun: false })).rejects.toMatchObject({
        problem: { code: 'CIC033' },
      });
    });
  });

  describe('add', () => {
    /** A recipe of its own in a repository below the fixture's folder. */
    const recipe = (name: string, files: Record<string, string>): string => {
      const { remote } = world;
      const bare = join(remote.folder, 'aur', `${name}.git`);
      remote.git(remote.folder, 'init', '--quiet', '--bare', '--initial-branch=master', bare);
      const work = join(remote.folder, `work-${name}`);
      remote.git(remote.folder, 'clone', '--quiet', bare, work);
      remote.commit(work, files);
      remote.git(work, 'push', '--quiet', 'origin', 'HEAD:master');
      return `file://${bare}`;
    };
    const clones = new RecipeClones();
    afterAll(() => clones.close());
    const options = () => ({
      clones,
      scratch: mkdtempSync(join(world.remote.folder, 'scratch-')),
      ...{ origin: 'github/5678', reason: 'request', offered: undefined, dryRun: false },
    });

    it('clones, formats, writes where it is from and who asked, and pushes one commit', async () => {
      const url = recipe('new', {
        ...recipeFiles('new', {}, '   echo hi'),
        '.gitignore': '*.log',
        '.CI/prepare': 'rm',
      });
      world.push({ '.ci/config': `CI_AUR_GIT_URL=file://${world.remote.folder}/aur/{pkgbase}.git\n` });
      recipe('second', recipeFiles('second', {}, ''));
      const words = [`new/${url}`, 'second/aur'];
      const done = await addPackages(await context(), readAdditions(words), options());
      expect(done.added).toEqual(['new', 'second']);
      expect(world.codes).toEqual([]);
      const files = world.remote.git(world.remote.bare, 'ls-tree', '-r', '--name-only', 'main', 'new/');
      expect(files.split('\n')).toEqual(['new/.CI/config', 'new/.CI/info', 'new/.SRCINFO', 'new/PKGBUILD']);
      expect(show('new/.CI/config')).toBe(`CI_PKGBUILD_SOURCE=${url}`);
      expect(show('second/.CI/config')).toBe('CI_PKGBUILD_SOURCE=aur');
      expect(show('new/.CI/info')).toBe('REQ_ORIGIN=github/5678\nREQ_REASON=request');
      expect(show('new/PKGBUILD')).toMatch(/^echo hi$/m);
      expect(message()).toMatch(/\|feat\(add\): new, second$/);
      await world.onCommit();
      expect(world.manager.scheduled).toEqual(['new', 'second']);
    });

    it('leaves alone what is here, reports what cannot be had, and adds the rest', async () => {
      const url = recipe('new', recipeFiles('new', {}, ''));
      const empty = recipe('empty', { 'README.md': 'no recipe' });
      const broken = recipe('broken', { PKGBUILD: 'build() {\n' });
      const other = recipe('other', recipeFiles('original', {}, ''));
      const words = [
        `foo/${url}`,
        `gone/file://${world.remote.folder}/nowhere.git`,
        `empty/${empty}`,
        `broken/${broken}`,
        `other/${other}`,
      ];
      const done = await addPackages(await context(), readAdditions([...words, `new/${url}`]), options());
      expect(done.added).toEqual(['new']);
      expect(world.problems.map(({ code, place }) => [code, place?.file])).toEqual([
        ['CIC021', 'foo'],
        ['CIC022', 'gone'],
        ['CIC022', 'empty'],
        ['CIC022', 'broken'],
        // a folder of another name than its pkgbase would build nothing that stays
        ['CIC022', 'other'],
      ]);
      expect(world.told.filter((line) => line.startsWith('gone: '))).toHaveLength(1);
    });

    it('names dependencies that are neither here nor in a database', async () => {
      const url = recipe('new', recipeFiles('new', { depends: ['glibc', 'libmissing', 'foo'] }, ''));
      const offered = async () => new Set(['glibc']);
      const given = { ...options(), offered, dryRun: true };
      const done = await addPackages(await context(), readAdditions([`new/${url}`]), given);
      expect(done).toMatchObject({ missing: [{ name: 'libmissing', neededBy: 'new' }], commit: undefined });
      expect(world.codes).toEqual(['CIC026']);
    });

    it.each([
      ...['foo', 'Foo/aur', 'foo/', 'foo/ext::sh -c x', '/aur'],
      'foo/https://evil.example?@github.com/owner/x.git',
      'foo/https://evil.example#@github.com/owner/x.git',
      'foo/https://evil.example\\@github.com/owner/x.git',
    ])('does not understand %s', (word) => {
      expect(() => readAdditions([word])).toThrow(/CIC025/);
    });
  });
});
