import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowFor } from '../../test/ebin-index/sample.ts';
import { isUnreadable, readText, requiredUseHolds, urisUnder } from './evaluate.ts';
import { combinationsMeeting } from './evaluate-all.ts';
import type { IndexOptions, TableRow } from './input.ts';
import { type Claim, proveIndex } from './prove.ts';
import { requiredUse } from './required-use.ts';
import { sourceUri } from './source-uri.ts';
import { existenceOf, flagsOf, tableOf } from './table.ts';
import { printTexts } from './tree-expression.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const flagParts = [
  { part: 'splitdebug', flag: 'splitdebug' },
  { part: 'installsources', flag: 'installsources' },
];

/** Tables of up to eight flags, in which contents depend on some flags and some combinations are not there. */
const tables = fc
  .record({
    count: fc.integer({ min: 0, max: 8 }),
    matters: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 3 }),
    missing: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 200 }),
    bare: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }),
  })
  .map(({ count, matters, missing, bare }) => {
    const flags = names.slice(0, count);
    const isMissing = new Set(missing);
    const all = Array.from({ length: 2 ** count }, (_, one) => one);
    const existing = all.filter((one) => !isMissing.has(one));
    const rows = (existing.length > 0 ? existing : [0]).map((one): TableRow => {
      const word = (at: number): string => String(one & (matters[at] ?? 0));
      return rowFor(flagsOf(flags, one), {
        main: word(0),
        ...(bare.includes(one & 15) ? {} : { splitdebug: word(1) }),
        installsources: word(2),
      });
    });
    return { flags, rows };
  });

type Sample = { readonly flags: readonly string[]; readonly rows: readonly TableRow[] };

function claimOf({ flags, rows }: Sample, options: IndexOptions): Claim {
  const table = tableOf(flags, rows);
  const known = new Set([...flags, ...flagParts.map(({ flag }) => flag)]);
  return {
    table,
    flagParts,
    sourceUri: printTexts(sourceUri(table, { always: ['main'], flagParts }, options)),
    requiredUse: printTexts(requiredUse(existenceOf(table), options)),
    pins: new Map(),
    isKnown: (flag) => known.has(flag),
    options,
    cpv: 'app-misc/demo-1.0',
  };
}

const forms: readonly IndexOptions[] = [
  { form: 'naive', requiredUse: 'naive' },
  { form: 'tree', order: 'iuse', requiredUse: 'tree' },
  { form: 'tree', order: 'best', requiredUse: 'tree' },
  { requiredUse: 'cover' },
  { requiredUse: 'auto' },
];

const tokens = (text: string): number => text.split(/\s+/).filter((word) => word.includes('://')).length;

describe('texts of random tables', () => {
  it.each(forms)('give exactly the table in the form %j', (options) => {
    fc.assert(
      fc.property(tables, (sample) => {
        expect(proveIndex(claimOf(sample, options)).problems).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('are never longer as a tree than in naive form, and shortest in the best order', () => {
    fc.assert(
      fc.property(tables, (sample) => {
        const [naive, iuse, best] = forms.map((options) => claimOf(sample, options));
        expect(tokens(iuse?.sourceUri ?? '')).toBeLessThanOrEqual(tokens(naive?.sourceUri ?? ''));
        expect(best?.sourceUri.length).toBeLessThanOrEqual(iuse?.sourceUri.length ?? 0);
        expect(best?.requiredUse.length).toBeLessThanOrEqual(iuse?.requiredUse.length ?? 0);
      }),
      { numRuns: 40 },
    );
  });

  it('38: are the same whatever the order of the rows', () => {
    fc.assert(
      fc.property(
        tables.chain((sample) =>
          fc.tuple(
            fc.constant(sample),
            fc.shuffledSubarray([...sample.rows], { minLength: sample.rows.length }),
          ),
        ),
        fc.constantFrom(...forms),
        ([sample, rows], options) => {
          const [one, two] = [claimOf(sample, options), claimOf({ ...sample, rows }, options)];
          expect([two.sourceUri, two.requiredUse]).toEqual([one.sourceUri, one.requiredUse]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the proof', () => {
  const sample: Sample = {
    flags: ['a', 'b'],
    rows: [[], ['b'], ['a', 'b']].map((use) =>
      rowFor(use, { main: use.join(), splitdebug: use.join(), installsources: 'same' }),
    ),
  };
  const right = claimOf(sample, {});
  const wrongs: [string, Partial<Claim>][] = [
    ['a content that is swapped', { sourceUri: right.sourceUri.replace('b? (', '!b? (') }],
    [
      'a part that is fetched without its flag',
      { sourceUri: right.sourceUri.replace('splitdebug? ( ', 'a? ( ') },
    ],
    ['a combination that is not there', { requiredUse: '' }],
    ['a combination that is forbidden', { requiredUse: 'a b' }],
    ['the content of another address', { sourceUri: right.sourceUri.replace(/\/[0-9a-f]{128} /, '/00 ') }],
    ['a flag that nobody knows', { requiredUse: 'nobody? ( a )' }],
    ['conditions without parentheses', { sourceUri: '!a? !b? ( mirror://x/y )' }],
    ['a pin that is not there', { pins: new Map([['c', true]]), isKnown: () => true }],
  ];

  it.each(wrongs)('finds %s', (_, change) => {
    expect(proveIndex(right).problems).toEqual([]);
    expect(proveIndex({ ...right, ...change }).problems.map(({ code }) => code)).toEqual(['EBN060']);
  });

  it('looks at what exists and at samples when there are too many combinations', () => {
    const flags = Array.from({ length: 20 }, (_, at) => `flag${at}`);
    const rows = Array.from({ length: 60 }, (_, at) =>
      rowFor(flagsOf(flags, (at * 17_771) % 2 ** 20), { main: String(at % 7) }),
    );
    const claim = { ...claimOf({ flags, rows }, {}), isKnown: () => true };
    expect(proveIndex(claim)).toMatchObject({ problems: [], isExhaustive: false });
    const wrong = { ...claim, requiredUse: '' };
    expect(proveIndex(wrong).problems).toHaveLength(1);
    const other = {
      ...claim,
      sourceUri: claim.sourceUri.replace('( flag', '( !flag').replace(/flag1\? \(/, 'flag2? ('),
    };
    expect(other.sourceUri).not.toBe(claim.sourceUri);
    expect(proveIndex(other).problems).toHaveLength(1);
  });
});

/** Texts of REQUIRED_USE of any shape. */
const demands: fc.Arbitrary<string> = fc.letrec<{ items: string; item: string }>((tie) => ({
  items: fc.array(tie('item'), { maxLength: 3 }).map((items) => items.join(' ')),
  item: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .tuple(fc.constantFrom('', '!'), fc.constantFrom('a', 'b', 'c', 'on', 'off'))
      .map((word) => word.join('')),
    fc
      .tuple(fc.constantFrom('', '|| ', '^^ ', '?? ', 'a? ', '!b? ', 'c? ', 'on? ', '!off? '), tie('items'))
      .map(([head, items]) => `${head}( ${items} )`),
  ),
})).items;

describe('the evaluator', () => {
  it('finds the same for all combinations at once as for each one', () => {
    fc.assert(
      fc.property(demands, (text) => {
        const read = readText(text, { kind: 'required-use' });
        if (isUnreadable(read)) throw new Error(read.flaw);
        const flags = ['a', 'b', 'c'];
        const meeting = combinationsMeeting(read, { flags, on: new Set(['on']) });
        for (let one = 0; one < 8; one += 1)
          expect([text, one, meeting.has(one)]).toEqual([
            text,
            one,
            requiredUseHolds(read, new Set([...flagsOf(flags, one), 'on'])),
          ]);
      }),
      { numRuns: 400 },
    );
  });

  it('18: refuses conditions that no parenthesis follows', () => {
    expect(readText('!a? !b? ( mirror://x/y )', { kind: 'src-uri' })).toHaveProperty('flaw');
    const nested = readText('!a? ( !b? ( mirror://x/y ) )', { kind: 'src-uri' });
    expect(isUnreadable(nested) ? [] : urisUnder(nested, new Set())).toEqual([
      { uri: 'mirror://x/y', name: 'y' },
    ]);
  });

  it.each([
    ['src-uri', '|| ( x )'],
    ['src-uri', 'a? ( )'],
    ['src-uri', 'x ->'],
    ['src-uri', 'x -> a/b'],
    ['src-uri', '-> x'],
    ['src-uri', 'a? ( x'],
    ['src-uri', 'x )'],
    ['dependencies', '^^ ( x )'],
    ['required-use', 'a?'],
    ['required-use', '|| a'],
    ['required-use', '-a'],
  ] as const)('refuses as %s: %s', (kind, text) => {
    expect(readText(text, { kind })).toHaveProperty('flaw');
  });

  it('reads 20 000 conditions in one another', () => {
    const text = `${'a? ( '.repeat(20_000)}x${' )'.repeat(20_000)}`;
    const read = readText(text, { kind: 'src-uri' });
    expect(isUnreadable(read) ? [] : urisUnder(read, new Set(['a']))).toHaveLength(1);
  });

  it('takes empty choices as EAPI 7 and later do', () => {
    const holds = (text: string): boolean => {
      const read = readText(text, { kind: 'required-use' });
      return !isUnreadable(read) && requiredUseHolds(read, new Set());
    };
    expect(['|| ( )', '^^ ( )', '?? ( )', '|| ( ( ) )', '( )'].map(holds)).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });
});
