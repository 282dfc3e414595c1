import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlainPath } from './plain-path.ts';

it('plain paths have parts that are names, and nothing else has', () => {
  for (const path of ['a', 'a/b.c', '..a/...', '.a', ' ', 'a\\..\\b'])
    expect(isPlainPath(path), path).toBe(true);
  const others = [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    './a',
    'a/.',
    '..',
    '../a',
    'a/../b',
    'a/..',
    'a\0',
    'a/\0/b',
  ];
  for (const path of others) expect(isPlainPath(path), path).toBe(false);
});

it('plain paths stay in any folder, and are what they are normalized to', () => {
  const part = fc.oneof(fc.constantFrom('', '.', '..', 'a', '...'), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const path = parts.join('/');
      const isNormal = join('/top', path) === `/top/${path}` && !path.endsWith('/');
      expect(isPlainPath(path)).toBe(isNormal && !path.includes('\0'));
    }),
  );
});
