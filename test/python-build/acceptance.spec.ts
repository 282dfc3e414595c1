import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** How many checks each part of the table of the specification (12) has. */
const parts = { A: 13, B: 21, C: 6, D: 13, E: 5, F: 10 } as const;

/** Where tests of this table are: other specifications have numbers of the same form. */
const places = [
  ...['src/formats/python', 'src/formats/python-graph', 'src/formats/pyresources', 'src/python-symbols'],
  ...[
    'src/python-build',
    'src/python-corpora',
    'src/python-resources',
    'test/python-build',
    'test/python-corpora',
  ],
  ...['test/incremental', 'test/python-explorer', 'test/python-resources', 'test/python-symbols'],
];

/** Files with tests, this one left out. */
function specs(place: string): readonly string[] {
  if (statSync(join(top, place), { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(join(top, place), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts') && name !== 'acceptance.spec.ts')
    .map((name) => join(top, place, name));
}

/** Numbers that a title begins with: `A3 and A4: ...`, `E1, E5: ...`, `B5 has ...`. */
function numbersOf(title: string): readonly string[] {
  const [lead = ''] = /^(?:[A-F]\d+(?:, | and |:? ))+/.exec(title) ?? [];
  return lead.match(/[A-F]\d+/g) ?? [];
}

it('12: each acceptance check of the table is the beginning of the title of a test', () => {
  const found = new Set<string>();
  for (const file of places.flatMap(specs)) {
    // of `it.each(...)(title`, too; a test that may be left out is none
    const titles = readFileSync(file, 'utf8').matchAll(
      /(?<!\.(?:skip|run)If\([^()]*\))\(\s*(['"`])((?:(?!\1).)+)\1,/g,
    );
    for (const [, , title = ''] of titles) for (const number of numbersOf(title)) found.add(number);
  }
  const wanted = Object.entries(parts).flatMap(([part, count]) =>
    Array.from({ length: count }, (_, at) => `${part}${at + 1}`),
  );
  expect(wanted.filter((number) => !found.has(number))).toEqual([]);
  // a number that the table does not have is a mistake in a title
  expect([...found].filter((number) => !wanted.includes(number))).toEqual([]);
});
