import { describe, expect, it } from 'vitest';
import { type Atom, formatAtom, parseAtom, requireAtom } from './atom.ts';
import { type MatchedPackage, matchesAtom, settleAtom } from './atom-match.ts';
import { eapiOfEbuild } from './eapi.ts';
import { parsePackageId } from './package-id.ts';

const atom = (text: string): Atom => parseAtom(text) ?? expect.fail(`'${text}' is no atom`);
const candidate = (id: string, more: Partial<MatchedPackage> = {}): MatchedPackage => ({
  ...(parsePackageId(id) ?? expect.fail(id)),
  ...more,
});
const matches = (text: string, id: string, more: Partial<MatchedPackage> = {}): boolean =>
  matchesAtom(atom(text), candidate(id, more));
const trouble = (text: string, options = {}): unknown => {
  try {
    return requireAtom(text, options);
  } catch (error) {
    return (error as { problem: unknown }).problem;
  }
};

describe('atoms', () => {
  it('have all the parts that PMS knows, and print as they were read', () => {
    const text = '!!>=dev-libs/foo-bar-1.2_rc3-r4:5/6=::gentoo[a,-b,c(+)?,!d=]';
    expect(atom(text)).toMatchObject({
      blocker: '!!',
      operator: '>=',
      category: 'dev-libs',
      name: 'foo-bar',
      slot: '5',
      subslot: '6',
      slotOperator: '=',
      repository: 'gentoo',
      use: [
        { flag: 'a', kind: 'enabled' },
        { flag: 'b', kind: 'disabled' },
        { flag: 'c', kind: 'enabled-if', default: '+' },
        { flag: 'd', kind: 'opposite' },
      ],
    });
    expect(formatAtom(atom(text))).toBe(text);
  });
  it.each([
    ['dev-libs/foo-1', 'operator'],
    ['>=dev-libs/foo', 'version is missing'],
    ['foo', 'category'],
    ['~dev-libs/foo-1*', 'asterisk'],
    ['dev-libs/foo[!a]', "'!a'"],
    ['dev-libs/foo:/1', 'slot'],
    ['dev-libs/foo::a-1', 'repository'],
    ['dev-libs/foo bar', 'category/name'],
  ])("PMS020 says what is wrong with '%s'", (text, why) => {
    expect(trouble(text, { place: { file: 'x', line: 3 } })).toMatchObject({
      code: 'PMS020',
      why: expect.stringContaining(why),
      place: { line: 3 },
    });
  });
  it.each([
    ['0', 'a/b:0'],
    ['1', 'a/b[c]'],
    ['1', '!!a/b'],
    ['3', 'a/b[c(+)]'],
    ['4', 'a/b:0='],
    ['4', 'a/b:0/1'],
  ])('PMS021 in EAPI %s for %s', (eapi, text) => {
    expect(trouble(text, { eapi })).toMatchObject({ code: 'PMS021' });
    expect(parseAtom(text, { eapi: '5' })).toBeDefined();
  });
  it('PMS021 for a repository in an ebuild', () => {
    expect(trouble('a/b::c', { repositories: false })).toMatchObject({ code: 'PMS021' });
  });
});

describe('matching', () => {
  it.each([
    ['=a/b-1.2*', 'a/b-1.2.3', true],
    ['=a/b-1.2*', 'a/b-1.20', false],
    ['=a/b-1*', 'a/b-01.5', true],
    ['=a/b-1.0_p*', 'a/b-1.0_p3', true],
    ['=a/b-1.0_p*', 'a/b-1.0_pre3', false],
    ['~a/b-1.0', 'a/b-1.0-r3', true],
    ['~a/b-1.0', 'a/b-1.0.1', false],
    ['>a/b-1.0', 'a/b-1.0-r1', true],
    ['a/b', 'a/c-1', false],
  ] as const)('%s and %s: %s', (text, id, expected) => {
    expect(matches(text, id)).toBe(expected);
  });
  it('looks at slots, sub-slots and repositories of packages that have them', () => {
    expect(matches('a/b:1', 'a/b-1', { slot: '2' })).toBe(false);
    expect(matches('a/b:2/2', 'a/b-1', { slot: '2' })).toBe(true);
    expect(matches('a/b:2/3', 'a/b-1', { slot: '2', subslot: '4' })).toBe(false);
    expect(matches('a/b:=', 'a/b-1', { slot: '2' })).toBe(true);
    expect(matches('a/b::x', 'a/b-1', { repository: 'y' })).toBe(false);
  });
  it('takes the default of a flag that the package does not know', () => {
    const iuse = new Set(['known']);
    const use = new Set<string>();
    expect(matches('a/b[known]', 'a/b-1', { use, iuse })).toBe(false);
    expect(matches('a/b[-known]', 'a/b-1', { use, iuse })).toBe(true);
    expect(matches('a/b[other(+)]', 'a/b-1', { use, iuse })).toBe(true);
    expect(matches('a/b[-other(+)]', 'a/b-1', { use, iuse })).toBe(false);
    expect(matches('a/b[-other(-)]', 'a/b-1', { use, iuse })).toBe(true);
    expect(matches('a/b[-other]', 'a/b-1', { use, iuse })).toBe(false);
  });
  it('settles conditional flags by those of the dependent', () => {
    const text = 'a/b[p?,!q?,r=,!s=,t]';
    const settled = (...flags: string[]) => formatAtom(settleAtom(atom(text), new Set(flags)));
    expect(settled('p', 'q', 'r', 's')).toBe('a/b[p,r,-s,t]');
    expect(settled()).toBe('a/b[-q,-r,s,t]');
  });
});

describe('the EAPI of an ebuild', () => {
  it.each([
    ['# comment\n\nEAPI=8\n', '8'],
    ['EAPI="7" # why\n', '7'],
    ["  EAPI='6'\n", '6'],
    ['inherit x\nEAPI=8\n', '0'],
    ['', '0'],
    ['EAPI=10\n', '10'],
  ])('of %o is %s', (text, eapi) => {
    expect(eapiOfEbuild(text)).toBe(eapi);
  });
});
