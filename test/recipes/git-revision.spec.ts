import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitRevision } from '../../src/recipes/pkgbuild/note-materials.ts';

describe('the commit of a source, read without git', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-revision-'));
  const origin = join(folder, 'origin');
  const mirror = join(folder, 'mirror');
  const git = (...args: string[]): string => {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'init.defaultBranch=main'];
    const ran = spawnSync('git', [...who, ...args], { cwd: folder });
    if (ran.status !== 0) throw new Error(String(ran.stderr));
    return String(ran.stdout).trim();
  };
  beforeAll(() => {
    git('init', '-q', origin);
    for (const text of ['one', 'two']) {
      writeFileSync(join(origin, 'file'), text);
      git('-C', origin, 'add', 'file');
      git('-C', origin, 'commit', '-qm', text);
    }
    git('-C', origin, 'tag', 'light', 'HEAD~1');
    git('-C', origin, 'tag', '-a', '-m', 'x', 'heavy', 'HEAD~1');
    git('-C', origin, 'branch', 'side/way', 'HEAD~1');
    // as makepkg does
    git('clone', '-q', '--mirror', origin, mirror);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['branch=main', 'main'],
    ['branch=side/way', 'side/way'],
    ['tag=light', 'light'],
    ['tag=heavy', 'heavy^{commit}'],
    [undefined, 'HEAD'],
  ])('is what git says of %s', (fragment, revision) => {
    expect(gitRevision(mirror, fragment)).toBe(git('-C', mirror, 'rev-parse', revision));
  });

  it('is what a fragment states, when that is a whole one', () => {
    const commit = git('-C', mirror, 'rev-parse', 'HEAD~1');
    expect(gitRevision(mirror, `commit=${commit}`)).toBe(commit);
    expect(gitRevision(mirror, `commit=${commit.slice(0, 8)}`)).toBeUndefined();
  });

  it.each(['branch=nowhere', 'tag=../../HEAD', 'branch=a b', 'something=else'])(
    'is not known of %s',
    (fragment) => {
      expect(gitRevision(mirror, fragment)).toBeUndefined();
    },
  );
});
