import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { symbolHash } from '../primitives/index.ts';
import { type AbiWorld, findBroken, type LibrarySide, orderUnits } from './abi-break.ts';

interface Sketch {
  readonly before: Readonly<Record<string, readonly string[] | undefined>>;
  readonly after: Readonly<Record<string, readonly string[] | undefined>>;
  /** By package: what it takes from each library. */
  readonly users: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly elsewhere?: readonly string[];
  readonly versioned?: boolean;
}

/** A world of one changed package `lib` and those who use its libraries. */
function worldOf({ before, after, users, elsewhere = [], versioned = false }: Sketch) {
  const sets: (readonly string[])[] = [];
  const numberOf = (symbols: readonly string[]): number => {
    const text = symbols.join();
    const known = sets.findIndex((one) => one.join() === text);
    return known >= 0 ? known : sets.push(symbols) - 1;
  };
  const sides = (libraries: Sketch['before']): readonly LibrarySide[] =>
    Object.entries(libraries).map(([name, symbols]) => ({
      ...{ name, machine: 6264, package: 'lib', versioned },
      set: symbols && numberOf(symbols),
    }));
  const world: AbiWorld = {
    needing: ({ name }) => Object.keys(users).filter((user) => users[user]?.[name]),
    taking: ({ name }) =>
      Object.entries(users).flatMap(([user, taken]) => {
        const symbols = taken[name];
        return symbols ? [{ package: user, symbols: Float64Array.from(symbols, symbolHash).sort() }] : [];
      }),
    standsElsewhere: ({ name }) => elsewhere.includes(name),
    symbolsOf: (set) => sets[set] ?? [],
  };
  return findBroken(sides(before), sides(after), world);
}

/** Who is broken, and by which symbols. */
const told = (sketch: Sketch): Record<string, readonly string[]> =>
  Object.fromEntries(
    worldOf(sketch).broken.map((one) => [one.package, one.causes.flatMap(({ symbols }) => symbols)]),
  );

const libs = (symbols: readonly string[]) => ({ 'libx.so.1': symbols });
const takes = (...symbols: string[]) => ({ 'libx.so.1': symbols });

describe('findBroken', () => {
  it('finds those alone who take a symbol that is gone', () => {
    const users = { one: takes('a'), both: takes('a', 'b'), none: takes() };
    expect(told({ before: libs(['a', 'b']), after: libs(['a', 'c']), users })).toEqual({ both: ['b'] });
  });

  it('finds all who need a library that is gone, whether they take anything or not', () => {
    const users = { one: takes('a'), none: takes() };
    const after = { 'libx.so.2': ['a'] };
    expect(told({ before: libs(['a']), after, users })).toEqual({ one: [], none: [] });
    expect(told({ before: libs(['a']), after, users, elsewhere: ['libx.so.1'] })).toEqual({});
  });

  it('breaks nobody by symbols that are added, or that nobody takes', () => {
    const users = { one: takes('a') };
    expect(told({ before: libs(['a', 'b']), after: libs(['a', 'c']), users })).toEqual({});
  });

  it('minds versions where the library defines them, and only names where it does not', () => {
    const users = { one: takes('f@V1'), plain: takes('f') };
    const before = libs(['f@V1']);
    expect(told({ before, after: libs(['f@V2']), users, versioned: true })).toEqual({ one: ['f@V1'] });
    expect(told({ before, after: libs(['f@V1', 'f@V2']), users, versioned: true })).toEqual({});
    expect(told({ before, after: libs(['f']), users })).toEqual({});
    expect(told({ before, after: libs(['g']), users })).toEqual({ one: ['f@V1'], plain: ['f'] });
  });

  it('claims nothing of a library whose symbols could not be read', () => {
    const sketch = { before: libs(['a']), after: { 'libx.so.1': undefined }, users: { one: takes('a') } };
    expect(told(sketch)).toEqual({});
    expect(worldOf(sketch).libraries).toMatchObject([{ fate: 'unknown' }]);
  });

  it('is what comparing set by set finds, for any symbols', () => {
    const symbols = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 });
    fc.assert(
      fc.property(symbols, symbols, fc.array(symbols, { maxLength: 6 }), (before, after, taken) => {
        const users = Object.fromEntries(taken.map((some, at) => [`u${at}`, takes(...some)]));
        const lost = before.filter((one) => !after.includes(one));
        const wanted = taken.flatMap((some, at): [string, string[]][] => {
          const hit = some.filter((one) => lost.includes(one)).sort();
          return hit.length > 0 ? [[`u${at}`, hit]] : [];
        });
        expect(told({ before: libs(before), after: libs(after), users })).toEqual(Object.fromEntries(wanted));
      }),
    );
  });
});

describe('orderUnits', () => {
  it('puts what is needed first, and tells what comes before what', () => {
    const units = orderUnits(
      ['app', 'mid', 'other'],
      [
        ['app', 'mid'],
        ['app', 'outside'],
        ['mid', 'mid'],
      ],
    );
    expect(units).toEqual([
      { base: 'mid', after: [] },
      { base: 'app', after: ['mid'] },
      { base: 'other', after: [] },
    ]);
  });

  it('places every member of a circle once, with arrows that lead forward alone', () => {
    const name = fc.constantFrom(...'abcdef');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 20 }), (needs) => {
        const units = orderUnits([...'abcdef'], needs);
        expect(units.map(({ base }) => base).toSorted()).toEqual([...'abcdef']);
        const seen = new Set<string>();
        for (const { base, after } of units) {
          for (const one of after) expect(seen.has(one)).toBe(true);
          seen.add(base);
        }
      }),
    );
  });
});
