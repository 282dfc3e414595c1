import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GraphParameter, GraphSignature } from '../../src/formats/python-graph/index.ts';
import { signatureChanges } from '../../src/python-symbols/index.ts';

type Row = Pick<GraphParameter, 'name' | 'kind' | 'defaultText'>;

const order = ['positional-only', 'positional-or-keyword', 'keyword-only'] as const;

/** Signatures that Python allows: kinds in their order, and no needed parameter behind one with a default. */
const signature: fc.Arbitrary<readonly Row[]> = fc
  .record({
    names: fc.shuffledSubarray(['a', 'b', 'c']),
    kinds: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    isOptional: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    many: fc.boolean(),
    any: fc.boolean(),
  })
  .map(({ names, kinds, isOptional, many, any }) => {
    const sorted = kinds.slice(0, names.length).sort();
    let isLate = false;
    const rows = names.map((name, at): Row => {
      const kind = order[sorted[at] as number] as Row['kind'];
      const isFree = isOptional[at] === true || (isLate && kind !== 'keyword-only');
      if (kind !== 'keyword-only') isLate = isFree;
      return { name, kind, defaultText: isFree ? '1' : null };
    });
    const cut = rows.findIndex(({ kind }) => kind === 'keyword-only');
    const star: Row[] = many ? [{ name: 'xs', kind: 'var-positional', defaultText: null }] : [];
    const stars: Row[] = any ? [{ name: 'ys', kind: 'var-keyword', defaultText: null }] : [];
    const at = cut < 0 ? rows.length : cut;
    return [...rows.slice(0, at), ...star, ...rows.slice(at), ...stars];
  });

const whole = (rows: readonly Row[]): GraphSignature => ({
  parameters: rows.map((row) => ({ ...row, defaultType: null, annotation: null })),
  returns: null,
  from: 'source',
});

it('a change breaks calls exactly when Python refuses one that it accepted', () => {
  const seed = Number(process.env.PACKMILL_TEST_SEED ?? 1);
  const pairs = fc.sample(fc.tuple(signature, signature), { numRuns: 1500, seed });
  const answers = JSON.parse(
    execFileSync('/usr/bin/python3', [`${import.meta.dirname}/accepted_calls.py`], {
      input: JSON.stringify(pairs),
      encoding: 'utf8',
    }),
  ) as boolean[];
  const ours = pairs.map(([before, after]) =>
    signatureChanges(whole(before), whole(after)).some(({ effect }) => effect === 'calls'),
  );
  const shown = (rows: readonly Row[]): string =>
    rows
      .map(({ name, kind, defaultText }) => `${kind} ${name}${defaultText === null ? '' : '=1'}`)
      .join(', ');
  const wrong = pairs.flatMap(([before, after], at) =>
    ours[at] === answers[at] ? [] : [`${shown(before)} -> ${shown(after)}: ${answers[at]}`],
  );
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(new Set(answers).size).toBe(2);
});
