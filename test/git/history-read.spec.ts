import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewCommit, TreeChange } from '../../src/git/index.ts';
import { file, robot, ScratchRemote } from './scratch-remote.ts';
import { manyRecipes } from './scratch-repository.ts';

let scratch: ScratchRemote;
let folder: string;
beforeEach(() => {
  scratch = new ScratchRemote();
  folder = scratch.clone('one');
});
afterEach(() => scratch.dispose());

const kinds: Readonly<Record<string, TreeChange['kind']>> = {
  A: 'added',
  D: 'deleted',
  M: 'changed',
  T: 'changed',
};

/** The same from git-diff-tree(1). */
function changesOfGit(before: string, after: string): readonly TreeChange[] {
  const fields = scratch
    .git(folder, 'diff-tree', '-r', '-z', '--no-renames', '--name-status', before, after)
    .split('\0');
  const changes: TreeChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    changes.push({ path: fields[index + 1] ?? '', kind: kinds[fields[index] ?? ''] ?? 'changed' });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe('changes between two commits', () => {
  it('F05 have a renamed folder as deleted and added, and odd names as they are', async () => {
    const odd = { 'ü/PKGBUILD': '1', 'a "q"/x\ty': '1', '-x/\\': '1', 'new\nline/f': '1' };
    const first = scratch.commit(folder, {
      ...odd,
      'bar/PKGBUILD': 'long enough to be seen as moved\n',
      same: '',
    });
    scratch.git(folder, 'mv', 'bar', 'baz');
    for (const name of Object.keys(odd)) writeFileSync(join(folder, name), '2');
    const second = scratch.commit(folder, {});
    const copy = await scratch.open(folder);
    expect(await copy.changesBetween(first, second)).toEqual([
      { path: '-x/\\', kind: 'changed' },
      { path: 'a "q"/x\ty', kind: 'changed' },
      { path: 'bar/PKGBUILD', kind: 'deleted' },
      { path: 'baz/PKGBUILD', kind: 'added' },
      { path: 'new\nline/f', kind: 'changed' },
      { path: 'ü/PKGBUILD', kind: 'changed' },
    ]);
  });

  it('see modes, links, submodules, and files that become folders', async () => {
    const first = scratch.commit(folder, { 'a/run': '', 'a/b': '', 'a/c/d': '', link: 'x' });
    chmodSync(join(folder, 'a/run'), 0o755);
    rmSync(join(folder, 'link'));
    symlinkSync('a', join(folder, 'link'));
    rmSync(join(folder, 'a/b'));
    rmSync(join(folder, 'a/c'), { recursive: true });
    mkdirSync(join(folder, 'a/b'));
    writeFileSync(join(folder, 'a/b/x'), '');
    writeFileSync(join(folder, 'a/c'), '');
    scratch.git(folder, 'update-index', '--add', '--cacheinfo', `160000,${first},sub`);
    scratch.git(folder, 'add', 'a', 'link');
    scratch.git(folder, 'commit', '--quiet', '--message', 'x');
    const copy = await scratch.open(folder);
    const changes = await copy.changesBetween(first, 'HEAD');
    expect(changes).toEqual([
      { path: 'a/b', kind: 'deleted' },
      { path: 'a/b/x', kind: 'added' },
      { path: 'a/c', kind: 'added' },
      { path: 'a/c/d', kind: 'deleted' },
      { path: 'a/run', kind: 'changed' },
      { path: 'link', kind: 'changed' },
      { path: 'sub', kind: 'added' },
    ]);
    expect(changes).toEqual(changesOfGit(first, 'HEAD'));
    expect([...(await copy.list('HEAD', ''))]).toEqual([
      ['a', 'folder'],
      ['link', 'link'],
      ['sub', 'submodule'],
    ]);
    expect([...(await copy.readFolder('HEAD', '')).keys()].sort()).toEqual(['a/b/x', 'a/c', 'a/run', 'link']);
    expect((await copy.entries('HEAD', 'a')).get('a/run')?.mode).toBe('100755');
    expect((await copy.list('HEAD', 'nothing')).size + (await copy.list('HEAD', 'link')).size).toBe(0);
  });

  it('are those that git finds, whatever happened in between', async () => {
    const copy = await scratch.open(folder);
    const name = fc.constantFrom('a', 'b', 'a.x', 'a-', 'a0', 'ü');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const mode = fc.constantFrom('100644' as const, '100755' as const, '120000' as const);
    const files = fc.array(fc.tuple(path, fc.constantFrom('1', '2'), mode), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(files, files, async (before, after) => {
        const commitOf = (entries: typeof before): NewCommit => ({
          ...{ base: undefined, parents: [], message: 'x' },
          changes: entries.map(([where, text, how]) => file(where, text, how)),
        });
        const [one = '', two = ''] = await copy.writeCommits([commitOf(before), commitOf(after)], robot);
        expect(await copy.changesBetween(one, two)).toEqual(changesOfGit(one, two));
      }),
      { numRuns: 25 },
    );
  });

  it('F08 are all files for a first commit, and those against the first parent for a merge', async () => {
    const first = scratch.commit(folder, { 'foo/PKGBUILD': '1', README: '' });
    scratch.git(folder, 'checkout', '--quiet', '-b', 'side');
    scratch.commit(folder, { 'side/PKGBUILD': '1' });
    scratch.git(folder, 'checkout', '--quiet', 'main');
    const second = scratch.commit(folder, { 'bar/PKGBUILD': '1' });
    scratch.git(folder, 'merge', '--quiet', '--no-ff', '--message', 'merged', 'side');
    const copy = await scratch.open(folder);
    expect((await copy.changesBetween(undefined, first)).map(({ path }) => path)).toEqual([
      'README',
      'foo/PKGBUILD',
    ]);
    expect(await copy.changesBetween(undefined, second)).toEqual([{ path: 'bar/PKGBUILD', kind: 'added' }]);
    expect(await copy.changesBetween(undefined, 'HEAD')).toEqual([{ path: 'side/PKGBUILD', kind: 'added' }]);
    const subjects = (await copy.commitsBetween(second, 'HEAD')).map(({ subject }) => subject);
    expect(subjects).toEqual(['merged', 'x']);
    expect(await copy.commitsBetween('HEAD', 'HEAD')).toEqual([]);
    await expect(copy.changesBetween('nope', 'HEAD')).rejects.toMatchObject({ problem: { code: 'GIT002' } });
  });
});

describe('commits between two others', () => {
  it('are the same as those of git where the base is on another branch', async () => {
    const base = scratch.commit(folder, { a: '1' });
    const old = scratch.commit(folder, { a: '2' }, 'replaced');
    scratch.git(folder, 'reset', '--quiet', '--hard', base);
    const forced = scratch.commit(
      folder,
      { a: '3' },
      'forced [deploy foo]\nsecond line\n\nbody [deploy bar]',
    );
    const copy = await scratch.open(folder);
    const [commit, ...others] = await copy.commitsBetween(old, forced);
    expect(others).toEqual([]);
    expect(commit?.subject).toBe('forced [deploy foo] second line');
    expect(commit?.message).toBe('forced [deploy foo]\nsecond line\n\nbody [deploy bar]');
    expect([await copy.isAncestor(old, forced), await copy.isAncestor(base, forced)]).toEqual([false, true]);
    expect(await copy.isAncestor('0123456789012345678901234567890123456789', forced)).toBe(false);
    scratch.git(folder, 'push', '--quiet', 'origin', 'main', `${base}:refs/heads/side/x`);
    expect([await copy.isOnBranch(forced), await copy.isOnBranch(base)]).toEqual([true, true]);
    expect([await copy.isOnBranch(old), await copy.isOnBranch('nope')]).toEqual([false, false]);
  });

  it('have their words in UTF-8 whatever they were written in, signatures left out', async () => {
    scratch.commit(folder, { a: '1' });
    const tree = scratch.git(folder, 'rev-parse', 'HEAD^{tree}');
    const head = `tree ${tree}\nauthor M\xfcller <m@x> 1700000000 +0200\ncommitter M\xfcller <m@x> 1700000001 +0200\n`;
    const signature =
      'gpgsig -----BEGIN PGP SIGNATURE-----\n \n parent of nothing\n -----END PGP SIGNATURE-----\n';
    const raw = Buffer.from(`${head}encoding ISO-8859-1\n${signature}\n\xfcber\n`, 'latin1');
    const id = scratch.gitWithInput(folder, raw, 'hash-object', '-t', 'commit', '-w', '--stdin');
    const copy = await scratch.open(folder);
    const [commit] = await copy.commitsBetween(undefined, id);
    expect(commit).toMatchObject({
      parents: [],
      message: 'über',
      authorName: 'Müller',
      committedMs: 1_700_000_001_000,
    });
  });

  it('are many', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => [
      `commit refs/heads/main\ncommitter t <t@x> ${1_700_000_000 + index} +0000\ndata <<E\nnumber ${index}\nE\n`,
      `M 644 inline p${index}/PKGBUILD\ndata 1\nx\n`,
    ]);
    scratch.gitWithInput(folder, rows.flat().join(''), 'fast-import', '--quiet');
    const copy = await scratch.open(folder);
    const commits = await copy.commitsBetween('main~250', 'main');
    expect(commits.map(({ subject }) => subject)).toEqual(
      Array.from({ length: 250 }, (_, index) => `number ${299 - index}`),
    );
    expect(await copy.changesBetween('main~250', 'main')).toHaveLength(250);
  });
});

describe('a repository of real size', () => {
  it('is read whole, in any order, by many at once', async () => {
    scratch.gitWithInput(folder, manyRecipes(2_500), 'fast-import', '--quiet');
    const copy = await scratch.open(folder);
    const top = await copy.list('main', '');
    expect(top.size).toBe(2_500);
    const wanted = [...top.keys()].map((name) => `${name}/.SRCINFO`);
    const [sources, all, one, commits] = await Promise.all([
      copy.readFiles('main', wanted),
      copy.readFolder('main', ''),
      copy.readFiles('main', ['package-7/PKGBUILD', 'package-7/nothing', 'nothing/PKGBUILD']),
      copy.resolve(['main', 'nothing', 'HEAD']),
    ]);
    expect([...sources.keys()]).toEqual(wanted);
    expect(all.size).toBe(10_000);
    for (const [path, bytes] of sources) expect(bytes).toEqual(all.get(path));
    expect([...one.keys()]).toEqual(['package-7/PKGBUILD']);
    expect(String(one.get('package-7/PKGBUILD'))).toContain('pkgver=1.7\n');
    expect([...commits.keys()]).toEqual(['main', 'HEAD']);
  });

  it('says so when a part of it is missing, and goes on once it is there', async () => {
    const commit = scratch.commit(folder, { 'foo/PKGBUILD': 'only here' });
    const id = scratch.git(folder, 'rev-parse', 'HEAD:foo');
    const path = join(folder, '.git/objects', id.slice(0, 2), id.slice(2));
    const bytes = readFileSync(path);
    rmSync(path);
    const copy = await scratch.open(folder);
    await expect(copy.readFolder(commit, '')).rejects.toMatchObject({ problem: { code: 'GIT012' } });
    writeFileSync(path, bytes);
    expect([...(await copy.readFolder(commit, '')).keys()]).toEqual(['foo/PKGBUILD']);
  });

  it('can be asked again after it was closed', async () => {
    const commit = scratch.commit(folder, { a: '1' });
    const copy = await scratch.open(folder);
    await copy.close();
    expect((await copy.resolve(['HEAD'])).get('HEAD')).toBe(commit);
    await copy.close();
    expect(String((await copy.readFiles('HEAD', ['a'])).get('a'))).toBe('1');
  });
});
