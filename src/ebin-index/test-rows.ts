import { createHash } from 'node:crypto';
import type { IndexedObject, TableRow } from './input.ts';

/** An object whose content is a word, for tests. */
export function objectFor(word: string, part = 'main', pf = 'demo-1.0'): IndexedObject {
  const digest = (algorithm: string): string => createHash(algorithm).update(word).digest('hex');
  const sha512 = digest('sha512');
  return {
    canonical: sha512,
    sha512,
    blake2b: digest('blake2b512'),
    size: word.length + 1,
    name: `${pf}-${part}-${sha512.slice(0, 16)}.tar.xz`,
  };
}

/** A row that has for each class the object of a word. */
export function rowFor(use: readonly string[], words: Readonly<Record<string, string>>): TableRow {
  const parts = Object.fromEntries(
    Object.entries(words).map(([part, word]) => [part, objectFor(`${part} ${word}`, part)]),
  );
  return { use, build: `demo-1.0-${use.join('-')}`, parts };
}
