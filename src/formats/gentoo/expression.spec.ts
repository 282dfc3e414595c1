import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conditionedLeaves,
  evaluate,
  flatten,
  group,
  holds,
  leaf,
  leaves,
  mapLeaves,
  printExpression,
  printExpressionLines,
  satisfied,
  when,
} from './algebra.ts';
import { formatAtom } from './atom.ts';
import {
  checkFlags,
  mentionedFlags,
  ownFlagsOfAtom,
  parseDependencies,
  parseLicense,
  parseRestrict,
  parseSourceUri,
  printDependencies,
  printSourceUri,
  printWords,
} from './dependencies.ts';
import type { Expression, Group } from './expression.ts';
import { explainRequiredUse, parseRequiredUse, placeOfViolation, printRequiredUse } from './required-use.ts';
import { sourceUriText } from './source-uri-text.ts';

const place = { file: 'foo-1.ebuild', line: 5, column: 10 };
const dependencies = (text: string) =>
  parseDependencies(text, { place }).expression ?? expect.fail(`'${text}' cannot be read`);
const required = (text: string) =>
  parseRequiredUse(text, { place }).expression ?? expect.fail(`'${text}' cannot be read`);
const flags = (...names: string[]) => new Set(names);

/** Expressions of words as anybody could write them. */
const words: fc.Arbitrary<Group<string>> = fc
  .letrec<{ node: Expression<string> }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('MIT', 'GPL-2', 'BSD').map((name): Expression<string> => leaf(name)),
      fc
        .tuple(
          fc.constantFrom('all' as const, 'any' as const),
          fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        )
        .map(([kind, children]): Expression<string> => group(kind, children)),
      fc
        .tuple(fc.constantFrom('a', 'b'), fc.boolean(), fc.array(tie('node'), { minLength: 1, maxLength: 3 }))
        .map(([flag, negated, children]): Expression<string> => when({ flag, negated }, children)),
    ),
  }))
  .node.map((node) => group('all', [node]));

describe('expressions', () => {
  it('print and read the same', () => {
    fc.assert(
      fc.property(words, (expression) => {
        const text = printWords(expression);
        const read = parseLicense(text, { place });
        expect(read.problems).toEqual([]);
        expect(read.expression && printWords(read.expression)).toBe(text);
        expect(
          printWords(
            parseLicense(printExpressionLines(expression, String), { place }).expression ?? expression,
          ),
        ).toBe(text);
      }),
    );
  });
  it('mean under a set of flags what they mean once their conditions are gone', () => {
    fc.assert(
      fc.property(
        words,
        fc.subarray(['a', 'b']),
        fc.subarray(['MIT', 'BSD']),
        (expression, enabled, owned) => {
          const options = { flags: flags(...enabled), holds: (name: string) => owned.includes(name) };
          const settled = evaluate(expression, options.flags);
          expect(satisfied(settled, { ...options, flags: flags() })).toBe(satisfied(expression, options));
          expect(leaves(settled)).toEqual(flatten(expression, options.flags));
        },
      ),
    );
  });
  it.each([
    ['a/b )', 14],
    ['x? ( a/b', 10],
    ['x? a/b', 10],
    ['a/b x?( a/c )', 14],
    ['a/b (a/c )', 14],
    ['( )', 12],
    ['|| a/b', 10],
    ['_x? ( a/b )', 10],
    [`${'( '.repeat(150)}a/b`, 210],
  ])("PMS030 tells the place of '%s'", (text, column) => {
    const { expression, problems } = parseDependencies(text, { place });
    expect(expression).toBeUndefined();
    expect(problems[0]).toMatchObject({ code: 'PMS030', place: { file: 'foo-1.ebuild', line: 5, column } });
  });
  it('count lines of their own text', () => {
    const { problems } = parseDependencies('a/b\n\tx? (\n\t\tbroken\n\t)', { place });
    expect(problems).toMatchObject([{ code: 'PMS020', place: { line: 7, column: 3 } }]);
  });
  it('PMS031 for alternatives where there are none', () => {
    const codes = [
      parseSourceUri('|| ( a b )', { place }),
      parseRestrict('^^ ( a b )', { place }),
      parseLicense('?? ( a b )', { place }),
      parseRequiredUse('?? ( a b )', { place, eapi: '4' }),
    ].map(({ problems }) => problems[0]?.code);
    expect(codes).toEqual(['PMS031', 'PMS031', 'PMS031', 'PMS031']);
  });
});

describe('dependencies', () => {
  const text = 'a/a ssl? ( || ( a/b !tls? ( a/c a/d ) ) ) !ssl? ( a/e[tls?] )';
  it('tell each atom with its conditions', () => {
    const found = conditionedLeaves(dependencies(text)).map(({ value, conditions, isAlternative }) => [
      formatAtom(value),
      conditions.map(({ flag, negated }) => `${negated ? '!' : ''}${flag}`).join(' '),
      isAlternative,
    ]);
    expect(found).toEqual([
      ['a/a', '', false],
      ['a/b', 'ssl', true],
      ['a/c', 'ssl !tls', true],
      ['a/d', 'ssl !tls', true],
      ['a/e[tls?]', '!ssl', false],
    ]);
  });
  it('evaluate, an alternative of several things staying one', () => {
    const under = (...names: string[]) => printDependencies(evaluate(dependencies(text), flags(...names)));
    expect(under('ssl')).toBe('a/a || ( a/b ( a/c a/d ) )');
    expect(under('ssl', 'tls')).toBe('a/a || ( a/b )');
    expect(under()).toBe('a/a a/e[tls?]');
  });
  it('change, and what is empty then goes', () => {
    const changed = mapLeaves(dependencies(text), (atom) =>
      atom.name === 'e' ? undefined : leaf(atom.name),
    );
    expect(printExpression(changed, String)).toBe('a ssl? ( || ( b !tls? ( c d ) ) )');
  });
  it('PMS032 for flags that are not in IUSE, with the nearest one', () => {
    const mentioned = mentionedFlags(dependencies(text), ownFlagsOfAtom);
    expect(checkFlags(mentioned, flags('ssl', 'tls'), { text, place })).toEqual([]);
    expect(checkFlags(mentioned, flags('sll', 'tls'), { text, place })).toMatchObject([
      { code: 'PMS032', place: { line: 5, column: 14 }, next: expect.stringContaining("'sll'") },
    ]);
  });
  it('may have empty alternatives up to EAPI 6', () => {
    const expression = evaluate(dependencies('|| ( x? ( a/b ) )'), flags());
    const met = (eapi: '6' | '7') => satisfied(expression, { flags: flags(), holds: () => false, eapi });
    expect([met('6'), met('7')]).toEqual([true, false]);
  });
});

describe('SRC_URI', () => {
  it('names files, with arrows and prefixes, and prints as it was read', () => {
    const text = 'https://h/a-1.tar.gz x? ( https://h/v1 -> b.tar mirror+https://h/c ) d.bin';
    const { expression = expect.fail() } = parseSourceUri(text, { place });
    expect(leaves(expression).map(({ fileName }) => fileName)).toEqual(['a-1.tar.gz', 'b.tar', 'c', 'd.bin']);
    expect(leaves(expression)[2]).toMatchObject({ uri: 'https://h/c', unrestricted: 'mirror' });
    expect(printSourceUri(expression)).toBe(text);
  });
  it.each([
    ['https://h/a ->', undefined],
    ['-> a', undefined],
    ['x? ( https://h/a -> )', undefined],
    ['https://h/a -> b/c', undefined],
    ['https://h/', undefined],
    ['https://h/a -> b', '1'],
    ['fetch+https://h/a', '7'],
  ] as const)("PMS034 for '%s'", (text, eapi) => {
    expect(parseSourceUri(text, { place, eapi }).problems[0]).toMatchObject({ code: 'PMS034' });
  });
  it('31: is written from artifacts by flag', () => {
    expect(sourceUriText({ global: ['A'], go: 'B', extra: ['C', 'D'] })).toBe(
      'A\ngo? ( B )\nextra? (\n  C\n  D\n)',
    );
    expect(sourceUriText(['A', 'B', 'A'])).toBe('A\nB');
    expect(sourceUriText({ extra: [] })).toBe('');
    expect(() => sourceUriText({ 'a b': 'C' })).toThrow(/PMS002/);
  });
});

describe('REQUIRED_USE', () => {
  const explain = (text: string, ...names: string[]) =>
    explainRequiredUse(required(text), flags(...names)).map(({ why }) => why);
  it('explains what is not met, and why it applies', () => {
    expect(explain('gui? ( ^^ ( gtk qt ) )', 'gui', 'gtk', 'qt')).toEqual([
      "Exactly one of 'gtk' and 'qt' has to hold because 'gui' is on; 'gtk' and 'qt' are.",
    ]);
    expect(explain('|| ( a !b ) ?? ( c d )', 'b', 'c', 'd')).toEqual([
      "At least one of 'a' and '!b' has to hold; none is.",
      "At most one of 'c' and 'd' has to hold; 'c' and 'd' are.",
    ]);
    expect(explain('a? ( !b? ( c ) ) !d', 'a', 'd')).toEqual([
      "'c' has to be on because 'a' is on and 'b' is off.",
      "'d' has to be off.",
    ]);
    expect(explain('^^ ( )')).toEqual(['A choice among nothing is never met.']);
    expect(explain('gui? ( gtk )', 'gtk')).toEqual([]);
  });
  it('tells where', () => {
    const text = 'a? ( b )\nc';
    const [, second = expect.fail()] = explainRequiredUse(required(text), flags('a'));
    expect(placeOfViolation(second, text, place)).toEqual({ file: 'foo-1.ebuild', line: 6, column: 1 });
    expect(printRequiredUse(required(text))).toBe('a? ( b ) c');
    expect(holds({ flag: 'a', negated: true }, flags())).toBe(true);
  });
  it.each([
    ['a:b', '8', 'PMS030'],
    ['a', '3', 'PMS021'],
  ] as const)("'%s' in EAPI %s is %s", (text, eapi, code) => {
    expect(parseRequiredUse(text, { place, eapi }).problems[0]?.code).toBe(code);
  });
});
