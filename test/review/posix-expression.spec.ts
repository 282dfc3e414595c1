import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PosixExpression } from '../../src/review/posix-expression.ts';

/** What `[[ line =~ expression ]]` says of each pair: 0 it matches, 1 it does not, 2 it is no expression. */
function bashSays(pairs: readonly (readonly [string, string])[]): readonly number[] {
  const script = 'while IFS= read -r e && IFS= read -r l; do [[ $l =~ $e ]]; echo $?; done';
  const result = spawnSync('bash', ['--norc', '-c', script], {
    input: pairs.map(([expression, line]) => `${expression}\n${line}\n`).join(''),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
  });
  if (result.error) throw result.error;
  return result.stdout.trim().split('\n').map(Number);
}

describe('extended regular expressions, compared with those of Bash', () => {
  it('match the same lines', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '[[:alpha:]]',
      '\\.',
      '\\(',
      '(a|b)',
      '(ab)',
      '[a-c]',
      'é',
    );
    const repeat = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{2,}');
    const row = fc
      .array(fc.tuple(atom, repeat), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.flat().join(''));
    const expression = fc
      .tuple(
        fc.constantFrom('', '^'),
        fc.array(row, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '$'),
      )
      .map(([begin, rows, end]) => `${begin}${rows.join('|')}${end}`);
    const line = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '(', ' x', 'é'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(expression, line), { minLength: 100, maxLength: 100 }), (pairs) => {
        const theirs = bashSays(pairs);
        for (const [index, [text, subject]] of pairs.entries()) {
          const read = PosixExpression.read(text);
          const ours = typeof read === 'string' ? 2 : read.matches(subject) ? 0 : 1;
          expect([text, subject, ours]).toEqual([text, subject, theirs[index]]);
        }
      }),
      { numRuns: 20 },
    );
  });
});
