import { type Condition, type Expression, group } from '../formats/gentoo/index.ts';
import type { Existence } from './table.ts';
import { chain, literal, printTexts } from './tree-expression.ts';

type Texts = readonly Expression<string>[];

/** Combinations in which the bits of `decided` are those of `value`. */
interface Cube {
  readonly decided: number;
  readonly value: number;
}

const bitCount = (number: number): number => {
  let count = 0;
  for (let rest = number; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/** All cubes that lie in a set and in no larger cube that does (Quine and McCluskey), widest first. */
function primeCubes(count: number, members: readonly number[]): Cube[] {
  const all = 2 ** count - 1;
  const primes: Cube[] = [];
  let level = new Map(members.map((value) => [`${all} ${value}`, { decided: all, value }]));
  while (level.size > 0) {
    const next = new Map<string, Cube>();
    const covered = new Set<string>();
    for (const [key, { decided, value }] of level) {
      for (let bit = 1; bit <= all; bit *= 2) {
        const other = `${decided} ${value ^ bit}`;
        if (!(decided & bit) || !level.has(other)) continue;
        covered.add(key);
        covered.add(other);
        const wider = { decided: decided & ~bit, value: value & ~bit };
        next.set(`${wider.decided} ${wider.value}`, wider);
      }
    }
    primes.push(...[...level].filter(([key]) => !covered.has(key)).map(([, cube]) => cube));
    level = next;
  }
  return primes.sort(
    (a, b) => bitCount(a.decided) - bitCount(b.decided) || a.decided - b.decided || a.value - b.value,
  );
}

/** Cubes that together are a set: those that alone have some member, then always the one that has most of what is left. */
function greedyCover(count: number, members: readonly number[]): Cube[] {
  const primes = primeCubes(count, members);
  const inside = (cube: Cube, one: number): boolean => (one & cube.decided) === cube.value;
  const having = new Map(members.map((one) => [one, primes.filter((cube) => inside(cube, one))]));
  const chosen = new Set([...having.values()].flatMap((cubes) => (cubes.length === 1 ? cubes : [])));
  let left = members.filter((one) => ![...chosen].some((cube) => inside(cube, one)));
  while (left.length > 0) {
    const gains = primes.map((cube) => left.filter((one) => inside(cube, one)).length);
    const best = primes[gains.indexOf(Math.max(...gains))];
    if (!best) break;
    chosen.add(best);
    left = left.filter((one) => !inside(best, one));
  }
  // What others have together is not needed any more.
  for (const cube of [...chosen].reverse()) {
    const others = [...chosen].filter((one) => one !== cube);
    if (members.every((one) => !inside(cube, one) || others.some((other) => inside(other, one))))
      chosen.delete(cube);
  }
  return primes.filter((cube) => chosen.has(cube));
}

/** The literals of a cube in the order of the flags. */
function cubeLiterals(flags: readonly string[], { decided, value }: Cube): Condition[] {
  return flags.flatMap((flag, index) => {
    const bit = 2 ** (flags.length - 1 - index);
    return decided & bit ? [{ flag, negated: (value & bit) === 0 }] : [];
  });
}

/**
 * A cover of the existing combinations, `|| ( ( ) ( ) )`, or a chain for each cube of what does not exist, whichever is shorter
 * (specification 7.4).
 */
export function coverOf({ flags, combinations }: Existence): Texts {
  const exists = new Set(combinations);
  const missing = Array.from({ length: 2 ** flags.length }, (_, one) => one).filter(
    (one) => !exists.has(one),
  );
  if (missing.length === 0) return [];
  const cubes = greedyCover(flags.length, combinations).map((cube) => cubeLiterals(flags, cube).map(literal));
  const [only = [], ...more] = cubes;
  const groups = cubes.map((items) => (items.length === 1 ? items : [group('all', items)]).at(0));
  const positive: Texts =
    more.length === 0
      ? only
      : [
          group(
            'any',
            groups.flatMap((one) => (one ? [one] : [])),
          ),
        ];
  const negative = greedyCover(flags.length, missing).flatMap((cube) => {
    const conditions = cubeLiterals(flags, cube);
    const last = conditions.at(-1);
    if (!last) return [];
    return chain(conditions.slice(0, -1), [literal({ ...last, negated: !last.negated })]);
  });
  return printTexts(negative).length <= printTexts(positive).length ? negative : positive;
}

/**
 * Exactly one, at most one, or at least one of the flags, or their opposites (specification 7.5); also a lone literal.
 * Undefined when the combinations are nothing of the kind.
 */
export function recognised({ flags, combinations }: Existence): Texts | undefined {
  const count = flags.length;
  if (combinations.length === 2 ** count) return [];
  if (count === 1) return [literal({ flag: flags[0] ?? '', negated: combinations[0] === 0 })];
  const total = combinations.length;
  const ones = (bit: number): number => combinations.filter((one) => one & bit).length;
  const bits = flags.map((_, index) => 2 ** (count - 1 - index));
  const items = (flip: number): Texts =>
    flags.map((flag, index) => literal({ flag, negated: (flip & (bits[index] ?? 0)) !== 0 }));
  if (total === 2 ** count - 1) {
    const exists = new Set(combinations);
    let missing = 0;
    while (exists.has(missing)) missing += 1;
    return [group('any', items(missing))];
  }
  if (count < 3 && total !== 2) return undefined;
  const flip = bits.reduce((found, bit) => (ones(bit) * 2 > total ? found | bit : found), 0);
  const sizes = combinations.map((one) => bitCount(one ^ flip));
  if (total === count && sizes.every((size) => size === 1)) return [group('one', items(flip))];
  if (total === count + 1 && sizes.every((size) => size <= 1)) return [group('at-most-one', items(flip))];
  return undefined;
}
