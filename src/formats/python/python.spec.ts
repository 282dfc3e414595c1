import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePythonVersions,
  compareUpstreamVersions,
  compilePythonPattern,
  formatPythonVersion,
  formatSpecifier,
  isPrerelease,
  matchVersion,
  meetsSpecifier,
  newestUpstream,
  type PythonVersion,
  parsePythonVersion,
  parseSpecifier,
  parseUpstreamVersion,
  publicVersion,
  toEbuildVersion,
} from './index.ts';

const read = (text: string): PythonVersion =>
  parsePythonVersion(text) ?? expect.fail(`'${text}' is no version`);
const meets = (version: string, specifier: string, prereleases?: boolean): boolean =>
  meetsSpecifier(read(version), parseSpecifier(specifier), prereleases);
const coded = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe('versions by PEP 440', () => {
  it.each([
    ['v1.0-ALPHA.1', '1.0a1'],
    ['1.0preview', '1.0rc0'],
    ['1.0-1', '1.0.post1'],
    ['01!1.00.r2-dev+Ubuntu_01', '1!1.0.post2.dev0+ubuntu.1'],
  ])("'%s' is '%s' normalised", (text, normal) => {
    expect(formatPythonVersion(read(text))).toBe(normal);
    expect(formatPythonVersion(read(normal))).toBe(normal);
  });
  it('stand in the order of PEP 440', () => {
    const sorted =
      '1.0.dev1 1.0a1.dev1 1.0a1 1.0b2.post1.dev1 1.0b2.post1 1.0rc1 1.0 1.0+abc 1.0+5 1.0.post1 1.1.dev1 1!0.1'.split(
        ' ',
      );
    const shuffled = [...sorted].reverse().map(read).sort(comparePythonVersions);
    expect(shuffled.map(formatPythonVersion)).toEqual(sorted);
    expect(comparePythonVersions(read('1.0'), read('1.0.0'))).toBe(0);
  });
});

describe('parts of versions', () => {
  it('tell pre-releases and development releases from others, and drop what is local', () => {
    const releases = ['1.0', '1.0rc1', '1.0.post1', '1.0.dev2', '1.0+x'];
    expect(releases.filter((text) => isPrerelease(read(text)))).toEqual(['1.0rc1', '1.0.dev2']);
    expect(formatPythonVersion(publicVersion(read('1.0.post1+x.1')))).toBe('1.0.post1');
    expect(parseUpstreamVersion('1.2.').version).toBeUndefined();
    expect(parseUpstreamVersion('.1.2-r1').version?.local).toEqual([{ kind: 'word', text: 'r1' }]);
  });
});

describe('specifiers', () => {
  it.each([
    ['59', '3.9.18', '>=3.7,<4', true],
    ['59', '3.6', '>=3.7,<4', false],
    ['59', '3.7.0', '>3.7', false],
    ['compatible', '2.2.9', '~=2.2.3', true],
    ['compatible', '2.3', '~=2.2.3', false],
    ['prefix', '1.2.9.post1', '==1.2.*', true],
    ['prefix', '1.20', '==1.2.*', false],
    ['not', '3.3', '!=3.0.*,!=3.1.*', true],
    ['local', '1.0+x', '==1.0', true],
    ['local', '1.0', '==1.0+x', false],
    ['post', '1.0.post1', '>1.0', false],
    ['arbitrary', '1.0', '===1.0', true],
    ['none', '1.0', '', true],
  ] as const)('%s: %s meets %s: %s', (_, version, specifier, expected) => {
    expect(meets(version, specifier)).toBe(expected);
  });
  it('admit pre-releases when they name one or when they are told to', () => {
    expect(meets('2.0rc1', '>=1.0')).toBe(false);
    expect(meets('2.0rc1', '>=1.0', true)).toBe(true);
    expect(meets('2.0rc1', '>=1.0rc1')).toBe(true);
    expect(meets('2.0rc1', '<2.0', true)).toBe(false);
  });
  it.each(['=>3.7', '3.7', '~=3', '>=3.*', '>=1.0+x', '==1.0.dev1.*', '>= x'])("PEP001 for '%s'", (text) => {
    expect(() => parseSpecifier(text)).toThrow(coded('PEP001'));
  });
  it('print as they were meant', () => {
    expect(formatSpecifier(parseSpecifier(' >=3.7 , !=3.8.* '))).toBe('>=3.7,!=3.8.*');
  });
});

describe('the upstream order', () => {
  const unsorted = ['1.10', '1.9', '1.9.1', '1.10_p1', '1.10-r1', '2.0', '.1.3.2', '1.2.'];
  it('55: is that of PEP 440, with what it cannot read below', () => {
    const sorted = ['1.2.', '.1.3.2', '1.9', '1.9.1', '1.10', '1.10_p1', '1.10-r1', '2.0'];
    expect([...unsorted].sort(compareUpstreamVersions)).toEqual(sorted);
  });
  it('takes the first of equals as the newest', () => {
    expect(newestUpstream([{ v: '1.0.0' }, { v: '1.0' }, { v: '0.9' }], ({ v }) => v)).toEqual({
      v: '1.0.0',
    });
    expect(newestUpstream(['1.1.1m', '1.1.1w', '1.1.1k'], (text) => text)).toBe('1.1.1w');
    expect(newestUpstream([], String)).toBeUndefined();
  });
  it('is an order of all texts', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0129.-_parcd+'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(compareUpstreamVersions(a, b) + compareUpstreamVersions(b, a)).toBe(0);
        const [low = '', , high = ''] = [a, b, c].sort(compareUpstreamVersions);
        expect(compareUpstreamVersions(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('versions for ebuilds', () => {
  it.each([
    ['1.2.3.post4', '1.2.3_p4'],
    ['1.2.3-rc1', '1.2.3_rc1'],
    ['1.2.rc1', '1.2_rc1'],
    ['v2.0rc3', '2.0_rc3'],
    ['1.0a1', '1.0_alpha1'],
    ['1.0-beta.2', '1.0_beta2'],
    ['2.0-Beta', '2.0_beta'],
    ['1.0a', '1.0a'],
    ['.1.3.2', '1.3.2'],
    ['1.2.', '1.2'],
    ['9.3p1', '9.3_p1'],
    ['1.0-rc1.post2', '1.0_rc1_p2'],
    ['1.10_p1', '1.10_p1'],
  ])("60: '%s' is '%s'", (upstream, expected) => {
    expect(toEbuildVersion(upstream)).toBe(expected);
  });
  it.each(['1.0+git3', '1!1.0', '1.0.dev3', 'latest', '2024-01-02', '...', ''])(
    "PMS003 for '%s'",
    (upstream) => {
      expect(() => toEbuildVersion(upstream)).toThrow(coded('PMS003'));
    },
  );
});

describe('matchers', () => {
  const versions = (kind: 'standard' | 'grabby', tags: string): string =>
    tags
      .split(' ')
      .map((tag) => matchVersion(tag, { kind }).version ?? '–')
      .join(' ');
  it('53: the standard one takes a version and nothing else, a v excepted', () => {
    expect(
      versions('standard', '1.2.3 v1.2.3 V1.2.3 release-1.2.3 v1.2.3-rc1 1.2.3-r1 test_20220101 1.2.3a'),
    ).toBe('1.2.3 1.2.3 – – – 1.2.3-r1 – –');
  });
  it('54: the grabby one takes the first that looks like one', () => {
    expect(versions('grabby', 'release-1.2.3 foo-2.0-beta1 test_20220101 OpenSSH_9_3_P1 jq-1.7.1 none')).toBe(
      '1.2.3 2.0 20220101 9 1.7.1 –',
    );
  });
  it('transforms, selects, filters, and refuses what goes on when told to', () => {
    const tag = 'rel_1_2_3-beta';
    const transform = [{ kind: 'string', match: '_', replace: '.' }] as const;
    expect(matchVersion(tag, { kind: 'grabby', transform })).toEqual({
      version: '.1.2.3',
      text: 'rel.1.2.3-beta',
    });
    expect(matchVersion(tag, { kind: 'grabby', select: /1_/ })).toMatchObject({ reason: 'is not selected' });
    expect(matchVersion(tag, { kind: 'grabby', select: /rel|x/, filter: [/rel_1/] })).toMatchObject({
      reason: 'is filtered out',
    });
    expect(matchVersion('v1.2.3-rc1', { kind: 'grabby', rejectTrailing: true })).toMatchObject({
      reason: expect.stringContaining('1.2.3'),
    });
    expect(matchVersion('jq-1.7.1', { kind: 'grabby', rejectTrailing: true }).version).toBe('1.7.1');
  });
  it('understand patterns as they are written for Python, PEP002 otherwise', () => {
    expect(compilePythonPattern('(?i)\\AV(?P<n>\\d+)-(?P=n)\\Z').exec('v12-12')?.groups?.['n']).toBe('12');
    expect(compilePythonPattern('a\\Z').test('a\n')).toBe(false);
    expect(compilePythonPattern('\\(?P<a>').test('P<a>')).toBe(true);
    expect(() => compilePythonPattern('v(\\d+')).toThrow(coded('PEP002'));
    expect(() => compilePythonPattern('(?x) v')).toThrow(coded('PEP002'));
  });
});
