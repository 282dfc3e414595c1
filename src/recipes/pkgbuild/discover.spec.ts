import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover } from './index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packmill-discover-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** An empty file with the folders above it. */
function touch(path: string): void {
  const full = join(root, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, '');
}
const found = (...paths: string[]) => discover(paths.map((path) => join(root, path)));
const facts = (...paths: string[]) => found(...paths).problems.map(({ code, what }) => `${code} ${what}`);

describe('discover', () => {
  it('takes a folder with a PKGBUILD as one recipe', () => {
    touch('hello/PKGBUILD');
    touch('hello/sub/PKGBUILD');
    expect(found('hello')).toEqual({ folders: [join(root, 'hello')], problems: [] });
  });

  it('finds folders directly below, sorted, without dots in front and links (N01)', () => {
    for (const name of ['c', 'a', '.x', 'B', 'deep/er']) touch(`${name}/PKGBUILD`);
    symlinkSync('a', join(root, 'b'));
    expect(found('.').folders).toEqual(['B', 'a', 'c'].map((name) => join(root, name)));
  });

  it('reports a folder without PKGBUILD when it looks like a package', () => {
    touch('good/PKGBUILD');
    touch('described/.SRCINFO');
    touch('managed/.CI/config');
    touch('docs/readme.md');
    expect(facts('.')).toEqual(["PLN002 'described' has no PKGBUILD", "PLN002 'managed' has no PKGBUILD"]);
  });

  it('names a recipe once however often its path is given', () => {
    touch('a/PKGBUILD');
    expect(found('a', '.', 'a/').folders).toEqual([join(root, 'a')]);
  });

  it('says what is wrong with a path that leads to no recipes', () => {
    touch('file');
    touch('empty/readme.md');
    expect(facts('none', 'file', 'empty', 'file/below')).toEqual([
      `PLN001 '${root}/none' does not exist`,
      `PLN001 '${root}/file' is not a folder`,
      `PLN001 '${root}/empty' holds no recipes`,
      `PLN001 '${root}/file/below' does not exist`,
    ]);
    expect(found('none').problems[0]?.blame).toBe('usage');
  });
});
