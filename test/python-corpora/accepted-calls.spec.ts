import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ArgSpec } from '../../src/formats/pyresources/index.ts';
import { accepts } from '../../src/python-corpora/pooled-calls.ts';

const kinds = ['positional-only', 'positional-or-keyword', 'keyword-only'] as const;
const names = ['a', 'b', 'c'];

type Row = readonly [name: string, kind: string];
type Pair = readonly [rows: readonly Row[], places: number, keywords: readonly string[]];

/** A signature that Python allows, and a call. */
const pair: fc.Arbitrary<Pair> = fc
  .record({
    own: fc.shuffledSubarray(names),
    drawn: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    many: fc.boolean(),
    any: fc.boolean(),
    places: fc.nat(4),
    keywords: fc.subarray([...names, 'zz']),
  })
  .map(({ own, drawn, many, any, places, keywords }) => {
    const sorted = drawn.slice(0, own.length).sort();
    const rows = own.map((name, at): Row => [name, kinds[sorted[at] as number] as string]);
    const cut = rows.findIndex(([, kind]) => kind === 'keyword-only');
    const at = cut < 0 ? rows.length : cut;
    const all: Row[] = [
      ...rows.slice(0, at),
      ...(many ? [['xs', 'var-positional'] as const] : []),
      ...rows.slice(at),
    ];
    return [any ? [...all, ['ys', 'var-keyword']] : all, places, keywords];
  });

const argSpecOf = (rows: readonly Row[]): ArgSpec => ({
  args: rows
    .filter(([, kind]) => !kind.startsWith('var-'))
    .map(([name, kind]) => ({
      ...{ name, defaultType: '', defaultValue: '', types: [], annotation: '' },
      ...{ keywordOnly: kind === 'keyword-only', positionalOnly: kind === 'positional-only' },
    })),
  vararg: rows.some(([, kind]) => kind === 'var-positional') ? 'xs' : '',
  kwarg: rows.some(([, kind]) => kind === 'var-keyword') ? 'ys' : '',
  ...{ returns: '', origin: 'source' },
});

it('a call is accepted exactly when Python carries it out', () => {
  const seed = Number(process.env['PACKMILL_TEST_SEED'] ?? 1);
  const pairs = fc.sample(pair, { numRuns: 3000, seed });
  const answers = JSON.parse(
    execFileSync('/usr/bin/python3', [`${import.meta.dirname}/carried_out.py`], {
      input: JSON.stringify(pairs),
      encoding: 'utf8',
    }),
  ) as boolean[];
  const wrong = pairs.filter(([rows, places, keywords], at) => {
    const call = {
      count: 1,
      positional: Array.from({ length: places }, () => []),
      keywords: new Map(keywords.map((name) => [name, []] as const)),
    };
    return accepts(argSpecOf(rows), call) !== answers[at];
  });
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(new Set(answers).size).toBe(2);
});
