import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { printSrcinfo, recipeFolders } from '../../tools/house/srcinfo.ts';
import { unchecked } from '../unchecked-recipe.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = recipeFolders(root);
const srcinfo = (folder: string): string => readFileSync(join(root, folder, '.SRCINFO'), 'utf8');
const values = (text: string, key: string): string[] =>
  [...text.matchAll(new RegExp(`^\\s*${key} = (.*)$`, 'gm'))].map((match) => match[1] ?? '');

describe('the recipes of this repository', () => {
  test.each(folders)('%s has the .SRCINFO that makepkg prints (npm run docs:srcinfo)', (folder) => {
    // those of testdata are checked where they are built
    const lines = folder.startsWith('testdata/') ? `\n${unchecked}\n` : '';
    expect(srcinfo(folder)).toBe(printSrcinfo(join(root, folder), lines));
  });

  test.each(folders)('%s has the sources it names, with their sums', (folder) => {
    const text = srcinfo(folder);
    const sums = values(text, 'sha256sums');
    for (const [index, source] of values(text, 'source').entries()) {
      if (source.includes('://')) {
        expect(sums[index]).toBe('SKIP');
        continue;
      }
      const digest = createHash('sha256')
        .update(readFileSync(join(root, folder, source)))
        .digest('hex');
      expect(sums[index], source).toBe(digest);
    }
  });
});

describe('the example recipes', () => {
  const examples = folders.filter((folder) => folder.startsWith('examples/'));
  const outputOf = new Map(
    examples.flatMap((folder) => {
      const text = srcinfo(folder);
      return [...values(text, 'pkgname'), ...values(text, 'provides')].map(
        (name) => [bare(name), folder] as const,
      );
    }),
  );
  const depth = (folder: string): number => {
    const text = srcinfo(folder);
    const needs = ['depends', 'makedepends', 'checkdepends'].flatMap((key) => values(text, key));
    const below = needs.flatMap((need) => outputOf.get(bare(need)) ?? []).filter((other) => other !== folder);
    return 1 + Math.max(0, ...below.map(depth));
  };

  test('are at least eight, in a chain of five', () => {
    expect(examples.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...examples.map(depth))).toBeGreaterThanOrEqual(5);
  });

  test('show what a farm meets: libraries, split packages, scripts, git sources, checks, .CI files', () => {
    const texts = examples.map(srcinfo);
    expect(texts.some((text) => values(text, 'pkgname').length > 1)).toBe(true);
    expect(texts.some((text) => /^\tarch = any$/m.test(text.split('\npkgname')[0] ?? ''))).toBe(true);
    expect(texts.some((text) => text.includes('git+https://'))).toBe(true);
    expect(texts.some((text) => values(text, 'checkdepends').length > 0)).toBe(true);
    expect(texts.some((text) => values(text, 'provides').some((name) => name.includes('.so=')))).toBe(true);
    expect(examples.some((folder) => existsSync(join(root, folder, '.CI', 'interfere.patch')))).toBe(true);
  });
});

function bare(need: string): string {
  return need.replace(/[<>=].*$/, '');
}
