import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MatrixFacts, MatrixRow } from './matrix-facts.ts';
import type { MatrixPattern } from './matrix-patterns.ts';
import { readFilter, summarizeMatrix, useMatrix } from './use-matrix.ts';

const object = (name: string, size = 100) => ({ sha512: name.padEnd(128, '0'), size, name });

const facts = (flags: readonly string[], rows: readonly MatrixRow[], more: Partial<MatrixFacts> = {}) => ({
  cpv: 'app-misc/demo-1.0',
  origin: 'app-misc/demo-1.0',
  flags,
  defaults: [],
  pinned: new Map<string, boolean>(),
  dropped: [],
  partFlags: { splitdebug: 'splitdebug' },
  rows,
  demands: undefined,
  ...more,
});

const subsets = (flags: readonly string[]): string[][] =>
  Array.from({ length: 2 ** flags.length }, (_, one) =>
    flags.filter((_flag, index) => (one >>> (flags.length - 1 - index)) & 1),
  );

const fits = ({ on, off }: Pick<MatrixPattern, 'on' | 'off'>, use: readonly string[]): boolean =>
  on.every((flag) => use.includes(flag)) && off.every((flag) => !use.includes(flag));

describe('the USE matrix', () => {
  it('groups combinations by content, and says what sharing saves', () => {
    const rows = subsets(['alpha', 'doc']).map((use) => ({
      use,
      parts: {
        main: object(use.includes('alpha') ? 'with' : 'without', 1000),
        ...(use.includes('doc') ? { splitdebug: object('debug', 50) } : {}),
      },
      build: { path: `demo-${use.join('-')}`, buildId: use.length, builtMs: 5 },
    }));
    const matrix = useMatrix(facts(['alpha', 'doc'], rows));
    expect(matrix.counts).toEqual({ built: 4, missing: 0, forbidden: 0 });
    expect(matrix.parts).toEqual([
      {
        ...{ part: 'main', flag: null, objects: 2, combinations: 4, neutral: ['doc'] },
        ...{ keptBytes: 2000, savedBytes: 2000 },
      },
      {
        ...{ part: 'splitdebug', flag: 'splitdebug', objects: 1, combinations: 2, neutral: ['alpha'] },
        ...{ keptBytes: 50, savedBytes: 50 },
      },
    ]);
    expect([matrix.keptBytes, matrix.savedBytes]).toEqual([2050, 2050]);
    expect(matrix.flags.map(({ changes }) => changes)).toEqual([['main'], ['splitdebug']]);
    expect(matrix.contents).toHaveLength(4);
    expect(matrix.contents[3]).toMatchObject({
      combinations: 1,
      objects: [
        { part: 'main', number: 2, combinations: 2 },
        { part: 'splitdebug', number: 1, combinations: 2 },
      ],
      patterns: [{ on: ['alpha', 'doc'], off: [], combinations: 1, first: ['alpha', 'doc'] }],
      builds: [{ use: ['alpha', 'doc'], buildId: 2, path: 'demo-alpha-doc' }],
    });
  });

  it('tells what is missing from what the ebuild forbids, and asks pinned flags as they are', () => {
    const rows = [{ use: ['a'], parts: { main: object('a') } }];
    const pinned = new Map([['ssl', true]]);
    const demands = '^^ ( a b ) ssl? ( !c )';
    const matrix = useMatrix(facts(['a', 'b', 'c'], rows, { demands, pinned }));
    expect(matrix.counts).toEqual({ built: 1, missing: 1, forbidden: 6 });
    // what is forbidden is nobody's, so that few words tell what is missing
    expect(matrix.missing).toEqual([{ on: [], off: ['a'], combinations: 1, first: ['b'] }]);
    expect(useMatrix(facts(['a', 'b', 'c'], rows, { pinned })).counts).toEqual({
      ...{ built: 1, missing: 7, forbidden: 0 },
    });
    const choose = (...wish: string[]) => {
      const all = facts(['a', 'b', 'c'], rows, { demands, pinned });
      return useMatrix(all, readFilter(all, wish)).choice;
    };
    expect(choose('a', '-b')).toBeNull();
    expect(choose('a', '-b', '-c')).toEqual({ use: ['a'], state: 'built', nearest: [] });
    expect(choose('-a', 'b', '-c')).toMatchObject({
      use: ['b'],
      state: 'missing',
      nearest: [{ use: ['a'], turnOn: ['a'], turnOff: ['b'] }],
    });
    expect(choose('a', '!b', '+c')?.state).toBe('forbidden');
  });

  it('keeps 1024 combinations of which three flags matter to eight lines, and to fewer with a filter', () => {
    const flags = Array.from({ length: 10 }, (_, index) => `flag${index}`);
    const rows = subsets(flags).map((use) => {
      const deciding = use.filter((flag) => ['flag1', 'flag4', 'flag9'].includes(flag));
      return { use, parts: { main: object(`m${deciding.join('')}`) } };
    });
    const all = facts(flags, rows);
    const matrix = useMatrix(all);
    expect(matrix.contents.flatMap(({ patterns }) => patterns)).toHaveLength(8);
    expect(matrix.flags.filter(({ changes }) => changes.length === 0)).toHaveLength(7);
    expect(JSON.stringify(matrix).length).toBeLessThan(150_000);
    const narrow = useMatrix(all, readFilter(all, ['flag4', '-flag1', 'flag0', '-unknown']));
    expect(narrow.filter).toEqual({ on: ['flag0', 'flag4'], off: ['flag1'] });
    expect(narrow.counts.built).toBe(128);
    expect(narrow.contents.map(({ patterns }) => patterns)).toEqual([
      [{ on: [], off: ['flag9'], combinations: 64, first: ['flag0', 'flag4'] }],
      [{ on: ['flag9'], off: [], combinations: 64, first: ['flag0', 'flag4', 'flag9'] }],
    ]);
    // the whole table still says what is shared
    expect(narrow.parts).toEqual(matrix.parts);
    expect(summarizeMatrix(all)).toEqual({
      ...{ flags: 10, built: 1024, missing: 0, objects: 8, keptBytes: 800 },
      ...{ savedBytes: 101_600, newestMs: null },
    });
  });

  it('lists the first 200 of very many contents, and says how many are left', () => {
    const flags = Array.from({ length: 10 }, (_, index) => `flag${index}`);
    const rows = subsets(flags).map((use) => ({ use, parts: { main: object(`m${use.join('')}`) } }));
    const matrix = useMatrix(facts(flags, rows));
    expect([matrix.contents.length, matrix.contentsLeft]).toEqual([200, 824]);
  });

  it('has one line for a package without flags, and none for one without builds', () => {
    const one = useMatrix(facts([], [{ use: [], parts: { main: object('x') } }]));
    expect(one.contents).toHaveLength(1);
    expect(one.contents[0]?.patterns).toEqual([{ on: [], off: [], combinations: 1, first: [] }]);
    expect(one.choice).toEqual({ use: [], state: 'built', nearest: [] });
    const none = useMatrix(facts(['a'], []));
    expect([none.contents, none.counts.missing]).toEqual([[], 2]);
  });

  it('has patterns that cover each combination once, and that of no other content, for any table and filter', () => {
    const table = fc.record({
      count: fc.integer({ min: 0, max: 5 }),
      values: fc.array(fc.option(fc.integer({ min: 0, max: 3 })), { minLength: 32, maxLength: 32 }),
      wish: fc.array(fc.constantFrom('a', 'b', '-c', '-d', 'e', '-a'), { maxLength: 3 }),
      demands: fc.constantFrom(undefined, '', 'a? ( b )', '^^ ( a b c )', '|| ( d !e )'),
    });
    fc.assert(
      fc.property(table, ({ count, values, wish, demands }) => {
        const flags = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
        const rows = subsets(flags).flatMap((use, index) => {
          const value = values[index];
          if (value === null || value === undefined) return [];
          return [{ use, parts: { main: object(`m${value % 2}`), splitdebug: object(`s${value}`) } }];
        });
        const all = facts(flags, rows, { demands });
        const matrix = useMatrix(all, readFilter(all, wish));
        const inside = subsets(flags).filter((use) => fits(matrix.filter, use));
        const built = inside.filter((use) => rows.some((row) => row.use.join() === use.join()));
        expect(matrix.counts.built).toBe(built.length);
        for (const use of built) {
          const row = rows.find((one) => one.use.join() === use.join());
          const found = matrix.contents.filter(({ patterns }) => patterns.some((one) => fits(one, use)));
          expect(found).toHaveLength(1);
          expect(found[0]?.objects.map(({ sha512 }) => sha512)).toEqual(
            [row?.parts.main.sha512, row?.parts.splitdebug?.sha512].filter(Boolean),
          );
          expect(matrix.missing.some((one) => fits(one, use))).toBe(false);
        }
        const patterns = [...matrix.contents.flatMap((one) => one.patterns), ...matrix.missing];
        for (const use of inside)
          expect(patterns.filter((one) => fits(one, use)).length).toBeLessThanOrEqual(1);
        // what is listed as missing is in a row of its own
        if (demands === undefined)
          for (const use of inside.filter((one) => !built.includes(one)))
            expect(matrix.missing.some((one) => fits(one, use))).toBe(true);
        const listed = matrix.missing.reduce((sum, { combinations }) => sum + combinations, 0);
        expect(listed).toBe(matrix.counts.missing);
        expect(built.length + listed + (matrix.counts.forbidden ?? 0)).toBe(inside.length);
        const shuffled = useMatrix({ ...all, rows: rows.toReversed() }, matrix.filter);
        expect(shuffled).toEqual(matrix);
      }),
    );
  });
});
