import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareVersions } from '../../src/formats/pacman/index.ts';

type Pair = readonly [string, string];

/** What the real program says of many pairs: xargs starts it once for each. */
function realVercmp(pairs: readonly Pair[]): readonly number[] {
  const input = pairs.map(([a, b]) => `${a}\0${b}\0`).join('');
  const result = spawnSync('xargs', ['-0', '-n', '2', 'vercmp'], { input, encoding: 'utf8' });
  expect(result.status, result.stderr).toBe(0);
  return result.stdout.trim().split('\n').map(Number);
}

function expectSameOrder(pairs: readonly Pair[]): void {
  const ours = pairs.map(([a, b]) => `'${a}' '${b}' ${compareVersions(a, b)}`);
  const theirs = realVercmp(pairs).map(
    (order, index) => `'${pairs[index]?.[0]}' '${pairs[index]?.[1]}' ${order}`,
  );
  expect(ours).toEqual(theirs);
}

const nasty = [
  ...[
    '',
    '0',
    '00',
    '1',
    '01',
    '1.0',
    '1.0.',
    '1.0..',
    '1..0',
    '.1',
    '..1',
    'a',
    'A',
    'a1',
    '1a',
    '1.a',
    '1a1',
    '1.0a',
  ],
  ...[
    '1.0rc1',
    '1.0-rc1',
    '1.0-1',
    '1.0-1.1',
    '1.0-01',
    '1.0-',
    '-1',
    '1-',
    '--',
    ':',
    ':1',
    '0:1',
    '00:1',
    '1:',
    '1:1',
  ],
  ...[
    '1:1-1',
    '1a:1',
    '1:1:1',
    '1.0~rc',
    '1.0_1',
    '1.0+git',
    '1.0+git1',
    '20240101',
    '99999999999999999999999',
    'é',
    '1é',
  ],
  ...[
    '1.é',
    '1é1',
    '1_1',
    '1__1',
    '1.0.a',
    '1.0.0',
    '2-1-1',
    'r12.abcdef',
    'r9.fedcba',
    '1\n2',
    '1 2',
    '~',
    '+',
    '1~',
  ],
];

it('orders every pair of a nasty table as vercmp does', () => {
  const pairs = nasty.flatMap((a) => nasty.map((b): Pair => [a, b]));
  expectSameOrder(pairs);
});

it('orders generated versions as vercmp does', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0019ab.-:_+~Z'), maxLength: 8 }),
    fc
      .tuple(fc.nat(3), fc.nat(30), fc.nat(30), fc.constantFrom('', 'a', 'rc1', '.r3.gabc'), fc.nat(3))
      .map(
        ([epoch, major, minor, tail, release]) =>
          `${epoch ? `${epoch}:` : ''}${major}.${minor}${tail}-${release}`,
      ),
    fc.string({ maxLength: 6 }).filter((t) => !t.includes('\0') && t !== '-h' && t !== '--help'),
  );
  const pairs = fc.sample(fc.tuple(text, text), { numRuns: 1500, seed: 20260801 }) as Pair[];
  expectSameOrder(pairs);
});
