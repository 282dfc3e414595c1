import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewCommit } from '../../src/git/index.ts';
import { file, robot, type ScratchRemote, scratchWithCommit } from './scratch-remote.ts';

let scratch: ScratchRemote;
let folder: string;
let base: string;
beforeEach(() => {
  ({ scratch, folder, base } = scratchWithCommit({
    'foo/PKGBUILD': 'pkgver=1\n',
    'foo/x/y': '',
    'bar/PKGBUILD': 'x\n',
  }));
});
afterEach(() => scratch.dispose());

const paths = (commit: string): readonly string[] =>
  scratch.git(folder, 'ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean);
const tree = (commit: string): string => scratch.git(folder, 'rev-parse', `${commit}^{tree}`);
const parents = (commit: string): string => scratch.git(folder, 'log', '-1', '--format=%P', commit);

describe('commits written without a checkout', () => {
  it('are pushed with a tag and an orphan branch at once, and the checkout follows', async () => {
    const copy = await scratch.open(folder);
    const [update = '', state = ''] = await copy.writeCommits(
      [
        { base, parents: [base], changes: [file('foo/PKGBUILD', 'pkgver=2\n')], message: 'update' },
        { base: undefined, parents: [], changes: [file('foo', 'A=1\n')], message: 'state' },
      ],
      robot,
    );
    expect(scratch.git(folder, 'status', '--porcelain')).toBe('');
    await copy.push(
      [
        { ref: 'refs/heads/main', to: update, expected: base },
        { ref: 'refs/heads/state', to: state, force: true, expected: null },
        { ref: 'refs/tags/scheduled', to: update, force: true },
      ],
      ['ci.skip'],
    );
    await copy.moveTo(update);
    await copy.setRef('refs/tags/scheduled', update);
    expect(await copy.changedFiles()).toEqual([]);
    expect(readFileSync(join(folder, 'foo/PKGBUILD'), 'utf8')).toBe('pkgver=2\n');
    expect(scratch.git(folder, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect([scratch.tip('refs/heads/main'), scratch.tip('refs/heads/state')]).toEqual([update, state]);
    const names = ['HEAD', 'refs/tags/scheduled', 'refs/remotes/origin/state', 'nothing', 'a\nb', ''];
    expect([...(await copy.resolve(names))]).toEqual([
      ['HEAD', update],
      ['refs/tags/scheduled', update],
      ['refs/remotes/origin/state', state],
    ]);
    expect(scratch.git(folder, 'for-each-ref', 'refs/packmill')).toBe('');
    expect(paths(state)).toEqual(['foo']);
    expect(parents(state)).toBe('');
  });

  it('hold every byte, executable bit, link and name as given', async () => {
    const copy = await scratch.open(folder);
    const bytes = Buffer.from([0, 13, 10, 255, 10]);
    const odd = [
      'a "b"',
      'tab\tnew\nline',
      'back\\slash',
      '-dash',
      'ümläut 😀',
      'b lank ',
      'x/.gitignore',
      "q'",
    ];
    const [commit = ''] = await copy.writeCommits(
      [
        {
          base: undefined,
          parents: [base],
          changes: [
            { path: 'bytes', bytes, mode: '100644' },
            file('run.sh', '#!/bin/sh\r\n', '100755'),
            file('link', '../away', '120000'),
            ...odd.map((name) => file(name, name)),
          ],
          message: 'feat: ümläut\n\nbody\n\n',
        },
      ],
      robot,
    );
    expect([...paths(commit)].sort()).toEqual(['bytes', 'run.sh', 'link', ...odd].sort());
    const [facts] = await copy.commitsBetween(undefined, commit);
    expect(facts).toEqual({
      id: commit,
      parents: [base],
      subject: 'feat: ümläut',
      message: 'feat: ümläut\n\nbody',
      authorName: 'Robot x',
      authorEmail: 'robot@localhost',
      committedMs: scratch.clock.nowMs(),
    });
    expect(scratch.git(folder, 'fsck', '--strict', commit)).toBe('');
    await copy.moveTo(commit);
    expect(readFileSync(join(folder, 'bytes'))).toEqual(bytes);
    expect(lstatSync(join(folder, 'run.sh')).mode & 0o111).toBe(0o111);
    expect(readlinkSync(join(folder, 'link'))).toBe('../away');
    const read = await copy.readFiles(commit, [...odd, 'nothing', 'x', 'bytes/y']);
    expect([...read].map(([path, content]) => [path, String(content)])).toEqual(
      odd.map((name) => [name, name]),
    );
  });

  it('may have any name that git takes', async () => {
    const copy = await scratch.open(folder);
    const part = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
      .filter((name) => !/[\0/]/.test(name) && !/^\.{1,2}$|^\.git$/i.test(name));
    const path = fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(path, fc.string(), async (name, message) => {
        const changes = [file(name, 'x', '100755')];
        const [commit = ''] = await copy.writeCommits(
          [{ base: undefined, parents: [], changes, message }],
          robot,
        );
        expect([...(await copy.entries(commit, '')).keys()]).toEqual([name]);
        expect(scratch.git(folder, 'ls-tree', '-r', '-z', '--name-only', commit)).toBe(`${name}\0`.trim());
      }),
      { numRuns: 25 },
    );
  });

  it('may build on earlier ones of the list, as parent, as base, and as base with another parent', async () => {
    const copy = await scratch.open(folder);
    const commits: readonly NewCommit[] = [
      {
        base,
        parents: [base],
        changes: [file('foo/a', '1'), { path: 'foo/x', removed: true }],
        message: '0',
      },
      { base: '#0', parents: ['#0'], changes: [file('foo/b', '2')], message: '1' },
      { base: '#1', parents: [base], changes: [file('foo/c', '3')], message: 'both in one' },
      {
        base: '#2',
        parents: [],
        changes: [{ path: 'bar', removed: true }],
        message: 'an orphan with all of it',
      },
      { base, parents: ['#2', '#3'], changes: [], message: 'a merge that takes nothing' },
    ];
    const ids = await copy.writeCommits(commits, robot);
    const [zero = '', one = '', two = '', three = '', four = ''] = ids;
    expect(ids.map(parents)).toEqual([base, zero, base, '', `${two} ${three}`]);
    expect(paths(zero)).toEqual(['bar/PKGBUILD', 'foo/PKGBUILD', 'foo/a']);
    expect(paths(one)).toEqual(['bar/PKGBUILD', 'foo/PKGBUILD', 'foo/a', 'foo/b']);
    expect(paths(two)).toEqual(['bar/PKGBUILD', 'foo/PKGBUILD', 'foo/a', 'foo/b', 'foo/c']);
    expect(paths(three)).toEqual(['foo/PKGBUILD', 'foo/a', 'foo/b', 'foo/c']);
    expect(tree(four)).toBe(tree(base));
  });

  it('S03 take the place of a commit whose parents they have', async () => {
    const copy = await scratch.open(folder);
    const head = scratch.commit(folder, { 'foo/PKGBUILD': 'pkgver=2\n' }, 'chore(packages): update packages');
    scratch.git(folder, 'push', '--quiet', 'origin', 'main');
    const [facts] = await copy.commitsBetween(undefined, head);
    const [amended = ''] = await copy.writeCommits(
      [
        {
          base: head,
          parents: facts?.parents ?? [],
          changes: [file('bar/PKGBUILD', 'y\n')],
          message: 'again',
        },
      ],
      robot,
    );
    await copy.push([{ ref: 'refs/heads/main', to: amended, force: true, expected: head }]);
    await copy.moveTo(amended);
    expect(scratch.git(folder, 'rev-list', '--count', 'origin/main')).toBe('2');
    expect(scratch.git(folder, 'show', 'main:foo/PKGBUILD')).toBe('pkgver=2');
    expect(scratch.git(folder, 'show', 'main:bar/PKGBUILD')).toBe('y');
  });

  it('have the same ids when they say the same at the same time', async () => {
    const copy = await scratch.open(folder);
    const commit: NewCommit = { base, parents: [base], changes: [file('foo/a', '1')], message: 'x' };
    const [first] = await copy.writeCommits([commit], robot);
    expect(await copy.writeCommits([{ ...commit, message: 'x\n' }], robot)).toEqual([first]);
    await scratch.clock.advance(1_000);
    expect(await copy.writeCommits([commit], robot)).not.toEqual([first]);
    expect(await copy.writeCommits([], robot)).toEqual([]);
  });

  it.each(['../x', '/x', 'a//b', 'a/./b', '.git/config', 'a/.GIT', '', 'a\0b'])(
    'cannot have a file %j',
    async (path) => {
      const copy = await scratch.open(folder);
      const commit: NewCommit = { base, parents: [base], changes: [file(path, '')], message: 'x' };
      await expect(copy.writeCommits([commit], robot)).rejects.toMatchObject({ problem: { code: 'GIT013' } });
    },
  );

  it('cannot begin with a commit that is not there', async () => {
    const copy = await scratch.open(folder);
    const commit: NewCommit = { base: 'nope', parents: [], changes: [], message: 'x' };
    await expect(copy.writeCommits([commit], robot)).rejects.toMatchObject({ problem: { code: 'GIT002' } });
  });
});

describe('a checkout that follows', () => {
  it('keeps what is changed in other files, and stays where the same files are changed', async () => {
    const copy = await scratch.open(folder);
    const [commit = ''] = await copy.writeCommits(
      [{ base, parents: [base], changes: [file('foo/PKGBUILD', '2'), file('foo/new', '2')], message: 'x' }],
      robot,
    );
    writeFileSync(join(folder, 'bar/PKGBUILD'), 'mine');
    writeFileSync(join(folder, 'notes'), 'mine');
    for (const name of ['foo/PKGBUILD', 'foo/new']) {
      writeFileSync(join(folder, name), 'mine');
      await expect(copy.moveTo(commit)).rejects.toMatchObject({ problem: { code: 'GIT008' } });
      expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
      scratch.git(folder, 'clean', '--quiet', '--force', 'foo');
      scratch.git(folder, 'checkout', '--quiet', 'HEAD', '--', 'foo');
    }
    expect(scratch.git(folder, 'rev-parse', 'HEAD')).toBe(base);
    await copy.moveTo(commit);
    expect(scratch.git(folder, 'rev-parse', 'main')).toBe(commit);
    expect([...(await copy.changedFiles())].sort()).toEqual(['bar/PKGBUILD', 'notes']);
    expect(readFileSync(join(folder, 'bar/PKGBUILD'), 'utf8')).toBe('mine');
  });

  it('keeps its line ends', async () => {
    scratch.git(folder, 'config', 'core.autocrlf', 'true');
    const copy = await scratch.open(folder);
    const [commit = ''] = await copy.writeCommits(
      [{ base, parents: [base], changes: [file('foo/PKGBUILD', 'a\nb\n')], message: 'x' }],
      robot,
    );
    await copy.moveTo(commit);
    expect(readFileSync(join(folder, 'foo/PKGBUILD'), 'utf8')).toBe('a\r\nb\r\n');
    expect(await copy.changedFiles()).toEqual([]);
  });
});
