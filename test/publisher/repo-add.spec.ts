import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DatabaseEntry, readDatabase } from '../../src/formats/pacman/index.ts';
import { openTestFarm, type TestFarm } from './farm.ts';

const entriesOf = (path: string): Map<string, DatabaseEntry> => {
  const { entries, problems } = readDatabase(readFileSync(path), path);
  expect(problems).toEqual([]);
  return new Map(entries.map((entry) => [entry.name, entry]));
};

describe('a published database beside the one of repo-add', () => {
  let farm: TestFarm;
  let folder: string;
  let theirs: string;

  beforeAll(async () => {
    farm = await openTestFarm({ gnupg: true });
    const stubs = Array.from({ length: 40 }, (_, index) => ({ name: `plain-${index}`, contentBytes: 10 }));
    const rich = {
      name: 'rich+stuff',
      version: '2:1.0.r3.gabcdef-4',
      arch: 'x86_64',
      lines: [
        'group = base',
        'group = base-devel',
        'depend = glibc>=2.36',
        'depend = libfoo.so=1-64',
        'optdepend = python: for the    scripts',
        'makedepend = cmake',
        'checkdepend = check',
        'provides = rich=1.0',
        'conflict = rich-git',
        'replaces = poor',
        'backup = etc/rich.conf',
        'license = custom:Own  Words',
      ],
    };
    const request = { repo: 'local', arch: 'x86_64', reason: 'test' };
    const add = await Promise.all([...stubs, rich].map((stub) => farm.make(stub)));
    await farm.repositories.publish({ ...request, add });
    // A second one, so that entries come out of chunks that were copied and of some that were written anew.
    await farm.repositories.publish({
      ...request,
      add: [await farm.make({ name: 'plain-7', version: '2-1' })],
    });
    folder = join(farm.publicRoot, 'local', 'x86_64');
    theirs = join(farm.root, 'theirs');
    mkdirSync(theirs);
    const files = readdirSync(folder).filter((name) => name.includes('.pkg.tar.'));
    for (const name of files) copyFileSync(join(folder, name), join(theirs, name));
    const packages = files.filter((name) => !name.endsWith('.sig')).map((name) => join(theirs, name));
    execFileSync('repo-add', ['-q', join(theirs, 'local.db.tar.zst'), ...packages], { stdio: 'pipe' });
  });
  afterAll(() => farm.close());

  it.each(['db', 'files'])('has the same entries in .%s, with the signatures', (kind) => {
    const ours = entriesOf(join(folder, `local.${kind}`));
    const others = entriesOf(join(theirs, `local.${kind}`));
    expect([...ours.keys()].sort()).toEqual([...others.keys()].sort());
    for (const [name, entry] of others) expect(ours.get(name)).toEqual(entry);
    expect(ours.get('plain-7')?.desc).toContain('%PGPSIG%');
  });

  it('is a tar that bsdtar reads to its end', () => {
    const listed = execFileSync('bsdtar', ['-tf', join(folder, 'local.files')], { encoding: 'utf8' });
    expect(listed.split('\n').filter((line) => line.endsWith('/files'))).toHaveLength(41);
  });

  it('has a name for every package in the list that repo-add would have made', () => {
    const list = readFileSync(join(farm.publicRoot, 'local', 'pkgs.txt'), 'utf8')
      .trim()
      .split('\n');
    const tar = execFileSync('bsdtar', ['-tf', join(theirs, 'local.db')], { encoding: 'utf8' });
    const folders = tar.split('\n').filter((line) => line.endsWith('/'));
    expect(list).toEqual(folders.map((line) => line.slice(0, -1)).sort());
  });
});
