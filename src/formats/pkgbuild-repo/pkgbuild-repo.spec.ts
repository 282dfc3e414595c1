import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bumpedPkgrel,
  formatBump,
  fullVersion,
  parseBump,
  parseSettings,
  readPackageSettings,
  removeSetting,
  writeSetting,
} from './index.ts';

const settingsOf = (text: string) => readPackageSettings(text, 'foo/.CI/config');
const codesOf = (text: string) => settingsOf(text).problems.map(({ code }) => code);

describe('settings file', () => {
  it('reads keys as specified, later duplicates first, the last line without newline (C01)', () => {
    const { values, lines } = parseSettings('A=1\n B = x y \n#C=2\nexport D=1\nA=2\nE=z');
    expect([...values]).toEqual([
      ['A', '2'],
      ['B', 'x y'],
      ['E', 'z'],
    ]);
    expect(lines.get('A')).toBe(5);
  });

  it('removes one pair of outer quotes and nothing else (C02)', () => {
    const { values } = parseSettings(`GIT_AUTHOR_NAME="Chaotic CI"\r\nA=''b''\nB="c'\nC="\nD=x # y\nE=`);
    expect(Object.fromEntries(values)).toEqual({
      GIT_AUTHOR_NAME: 'Chaotic CI',
      A: "'b'",
      B: `"c'`,
      C: '"',
      D: 'x # y',
      E: '',
    });
  });

  it('keeps comments, unknown keys and order when it writes (C03)', () => {
    const text = '# by hand\nMY_OWN = 1\nCI_PKGBUILD_SOURCE=aur\n';
    expect(writeSetting(text, 'CI_PACKAGE_BUMP', '1.0-1/1')).toBe(`${text}CI_PACKAGE_BUMP=1.0-1/1\n`);
  });

  it('changes the line that counts and keeps how it is written', () => {
    expect(writeSetting('A=1\r\n  A = 2\r\nB=3', 'A', '9')).toBe('A=1\r\n  A = 9\r\nB=3');
    expect(writeSetting('\uFEFFA=1\nB=2\n', 'A', '9')).toBe('\uFEFFA=9\nB=2\n');
  });

  it('does not touch the text when the value is there already', () => {
    expect(writeSetting('A = "x"  \n', 'A', 'x')).toBe('A = "x"  \n');
  });

  it('removes all lines of a key', () => {
    expect(removeSetting('A=1\n# A=2\nB=1\n A =3\n', 'A')).toBe('# A=2\nB=1\n');
  });

  it('refuses what one line cannot hold', () => {
    expect(() => writeSetting('', 'A', 'x\nB=1')).toThrow(/PLN010/);
    expect(() => writeSetting('', 'A B', 'x')).toThrow(/PLN010/);
  });

  it('reads back what it writes, whatever the text was, and leaves other keys alone', () => {
    const key = fc.constantFrom('A', 'B', 'CI_X');
    const value = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\n\r]/.test(text));
    const line = fc.oneof(
      fc.tuple(key, value).map(([k, v]) => `${k} = ${v}`),
      fc.string({ maxLength: 12 }),
    );
    const text = fc
      .array(line, { maxLength: 6 })
      .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`));
    fc.assert(
      fc.property(text, key, value, (before, name, wanted) => {
        const after = writeSetting(before, name, wanted);
        const expected = new Map(parseSettings(before).values).set(name, wanted);
        expect(parseSettings(after).values).toEqual(expected);
        expect(writeSetting(after, name, wanted)).toBe(after);
      }),
      { numRuns: 300 },
    );
  });
});

describe('package settings', () => {
  it('switches on for the exact word true only (C04)', () => {
    expect(settingsOf('BUILDER_CACHE_SOURCES=yes').settings.cacheSources).toBe(false);
    expect(settingsOf('BUILDER_CACHE_SOURCES=True').settings.cacheSources).toBe(false);
    expect(settingsOf('BUILDER_CACHE_SOURCES="true"').settings.cacheSources).toBe(true);
  });

  it('takes a builder class as a number or a name', () => {
    expect(settingsOf('BUILDER_CLASS=9').settings.buildClass).toBe(9);
    expect(settingsOf('BUILDER_CLASS=catbuilder').settings.buildClass).toBe('catbuilder');
    expect(settingsOf('BUILDER_CLASS=').settings.buildClass).toBeUndefined();
  });

  it.each([
    ['2', 2],
    ['1.5', 1.5],
    ['.5', 0.5],
  ])('multiplies the time-out by %s', (text, factor) => {
    expect(settingsOf(`BUILDER_EXTRA_TIMEOUT=${text}`).settings.timeoutFactor).toBe(factor);
  });

  it.each(['0', '-1', 'long', '1e3', 'Infinity', '0x10'])(
    'reports the time-out factor %s and uses 1',
    (text) => {
      const { settings, problems } = settingsOf(`CI_NVCHECKER=true\nBUILDER_EXTRA_TIMEOUT=${text}`);
      expect(settings.timeoutFactor).toBe(1);
      expect(problems.map(({ code, place }) => [code, place])).toEqual([
        ['PLN007', { file: 'foo/.CI/config', line: 2 }],
      ]);
    },
  );

  it('splits lists and keeps the names of unknown keys', () => {
    const { settings } = settingsOf(
      'CI_REBUILD_TRIGGERS=icu:boost\nCI_PKGBUILD_CHANGE_ALLOW_REGEX=^a;^b\nX=1',
    );
    expect(settings.rebuildTriggers).toEqual(['icu', 'boost']);
    expect(settings.changeAllow).toEqual(['^a', '^b']);
    expect(settings.unknown).toEqual(['X']);
  });

  it('accepts the old name of a bump with a warning, for the old form only', () => {
    expect(settingsOf('CI_PKGREL=2').settings.bump).toEqual({ kind: 'always', count: 2 });
    expect(codesOf('CI_PKGREL=2')).toEqual(['PLN008']);
    expect(codesOf('CI_PKGREL=1.0-1/2')).toEqual(['PLN008', 'PLN007']);
  });

  it('ignores a bump of a package that is pushed back to the AUR, and says so', () => {
    const text = 'CI_MANAGE_AUR=true\nCI_PACKAGE_BUMP=1.0-1/1';
    expect(settingsOf(text).settings.bump).toBeUndefined();
    expect(codesOf(text)).toEqual(['PLN009']);
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void settingsOf(text)));
  });
});

describe('bump', () => {
  it.each([
    ['1.2-3/2', { kind: 'if-version', version: '1.2-3', count: 2 }],
    ['1:1.2-3/12', { kind: 'if-version', version: '1:1.2-3', count: 12 }],
    ['1.2', { kind: 'if-version', version: '1.2', count: 1 }],
    ['20240101', { kind: 'if-version', version: '20240101', count: 1 }],
    ['7', { kind: 'always', count: 7 }],
    ['0', 'none'],
    ['1.2-3/0', undefined],
    ['1.2-3/x', undefined],
    ['$(id)', undefined],
  ])('reads %s', (text, expected) => {
    expect(parseBump(text)).toEqual(expected);
    const bump = parseBump(text);
    if (bump && bump !== 'none') expect(parseBump(formatBump(bump))).toEqual(bump);
  });

  it.each([
    ['1.2-3/2', { pkgver: '1.2', pkgrel: '3' }, '3.2'],
    ['1.2-3/2', { pkgver: '1.3', pkgrel: '1' }, '1'],
    ['1.2', { pkgver: '1.2', pkgrel: '7' }, '7.1'],
    ['1.2.3-1/1', { epoch: '0', pkgver: '1.2.3', pkgrel: '1' }, '1.1'],
    ['1.2.3-1/1', { pkgver: '1.2.3', pkgrel: '2' }, '2'],
    ['1.2.3-1/1', { epoch: '1', pkgver: '1.2.3', pkgrel: '1' }, '1'],
    ['4', { pkgver: '9', pkgrel: '1' }, '1.4'],
  ])('with %s turns the pkgrel of %j into %s (X04)', (text, version, expected) => {
    const bump = parseBump(text);
    expect(bump === 'none' ? undefined : bumpedPkgrel(version, bump)).toBe(expected);
  });

  it('writes a full version with its epoch unless that is zero', () => {
    expect(fullVersion({ epoch: '2', pkgver: '1', pkgrel: '3' })).toBe('2:1-3');
    expect(fullVersion({ epoch: '0', pkgver: '1', pkgrel: '3' })).toBe('1-3');
  });
});
