import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../diagnostics/index.ts';
import { readVersionCheck } from '../index.ts';
import { CheckOptions } from './check-options.ts';
import { readJsonPath } from './json-path.ts';
import { findAll, matchesWhole, pythonRegex, substitute } from './python-regex.ts';
import { comparePythonVersions, isPreRelease } from './python-version.ts';
import { cleanVersion, selectVersion } from './select-version.ts';

const read = (text: string) => readVersionCheck(text, { pkgbase: 'foo', file: 'foo/.nvchecker.toml' });
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
  return 'none';
};

describe('a version check file', () => {
  it('has the table of the package, or the only one', () => {
    const text = "[foo]\nsource = 'git'\ngit = 'x'\n[bar]\nsource = 'manual'\n";
    expect(read(text).check).toMatchObject({ source: 'git', options: { git: 'x' } });
    expect(read("[other]\nsource = 'manual'\n").check).toMatchObject({ source: 'manual', pkgbase: 'foo' });
  });
  it('may have settings of a source for all its tables', () => {
    const text = "[__config__.source.npm]\nregistry = 'https://r'\n[foo]\nsource = 'npm'\nnpm = 'foo'\n";
    expect(read(text).check?.options).toMatchObject({ registry: 'https://r', npm: 'foo' });
  });
  it('that cannot be used says why, with the place', () => {
    const codes: Record<string, string> = {
      '[foo]\nsource = git\n': 'UPS020',
      '': 'UPS021',
      "[a]\nsource='git'\n[b]\nsource='git'\n": 'UPS021',
      "[foo]\nsource = 'githbu'\n": 'UPS022',
      "[foo]\nsource = 'cmd'\ncmd = 'curl x | sh'\n": 'UPS023',
      "[foo]\nsource = 'android_sdk'\n": 'UPS024',
      '[foo]\nprefix = "v"\n': 'UPS025',
    };
    for (const [text, code] of Object.entries(codes)) {
      const { check, problems } = read(text);
      expect([check, problems.map((problem) => problem.code)], text).toEqual([undefined, [code]]);
      expect(problems[0]?.place?.file).toBe('foo/.nvchecker.toml');
    }
    expect(read('[foo]\nsource = git\n').problems[0]?.place).toMatchObject({ line: 2 });
    expect(read("[foo]\nsource = 'githbu'\n").problems[0]?.next).toContain("'github'");
  });
  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `[foo]\n${text}`),
        ),
        (text) => {
          const { check, problems } = read(text);
          expect(check === undefined).toBe(problems.length > 0);
        },
      ),
    );
  });
});

describe('versions', () => {
  // each is older than the next one; PEP 440 has most of them in this order
  const ascending = [
    ...[
      'foo',
      '1.0.dev1',
      '1.0a1.dev1',
      'v1.0a1',
      '1.0.b2',
      '1.0rc1',
      '1.0',
      '1.0+local',
      '1.0+local.2',
      '1.0.post1',
    ],
    ...['1.0.1', '1.2', '1.10', 'v2', '2.0.1-1', '1!0.1'],
  ];
  it('are ordered as Python orders them', () => {
    for (const [index, version] of ascending.entries()) {
      for (const [other, against] of ascending.entries()) {
        expect(Math.sign(comparePythonVersions(version, against)), `${version} ${against}`).toBe(
          Math.sign(index - other),
        );
      }
    }
    expect(comparePythonVersions('1.0', 'v1.0.0')).toBe(0);
  });
  it('of any other form are ordered by their numbers', () => {
    const loose = ['foo-1.2-rc1', 'foo-1.2', 'foo-1.10', 'foo-2'];
    for (const [index, version] of loose.entries()) {
      expect(loose.toSorted(comparePythonVersions)[index]).toBe(version);
    }
  });
  it('are a total order', () => {
    const part = fc.constantFrom('1', '0', '10', '.', 'a', 'rc', 'dev', '-', 'v', 'post', 'x', '+');
    const text = fc.array(part, { maxLength: 7 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(Math.sign(comparePythonVersions(a, b))).toBe(-Math.sign(comparePythonVersions(b, a)) + 0);
        if (comparePythonVersions(a, b) <= 0 && comparePythonVersions(b, c) <= 0) {
          expect(comparePythonVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
  it('announce others or do not', () => {
    expect(['1.0', '1.0.post1', 'x', '1.0rc1', '1.dev2'].map(isPreRelease)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('the options of a list', () => {
  const choose = (versions: readonly string[], options: Readonly<Record<string, unknown>> = {}) =>
    selectVersion(
      { kind: 'list', candidates: versions.map((version) => ({ version })) },
      new CheckOptions(options, 'x'),
    )?.version;

  it('choose the largest version, by the order that is asked for', () => {
    expect(choose(['v1.9', 'v1.10', 'v1.10rc1'])).toBe('v1.10');
    expect(choose(['1.0', '1.0.a'], { sort_version_key: 'vercmp' })).toBe('1.0.a');
    expect(codeOf(() => choose(['1'], { sort_version_key: 'other' }))).toBe('UPS025');
  });
  it('leave out what they do not want; patterns mean whole versions', () => {
    const tags = ['v1.0', 'v2.0-beta', 'nightly-3', 'v1.5'];
    expect(choose(tags, { include_regex: 'v.*', exclude_regex: '.*beta' })).toBe('v1.5');
    expect(choose(tags, { include_regex: 'v1' })).toBeUndefined();
    expect(choose(['1', '2', '3'], { ignored: '3 2' })).toBe('1');
  });
  it('clean the version: by a prefix, or else by a pattern', () => {
    const clean = (version: string, options: Record<string, string>) =>
      cleanVersion(version, new CheckOptions(options, 'x'));
    expect(clean('rel-1.0', { prefix: 'rel-', from_pattern: '1', to_pattern: '2' })).toBe('1.0');
    expect(clean('v1_1_0', { from_pattern: 'v(\\d+)_(\\d+)_(\\d+)', to_pattern: '\\1.\\2.\\g<3>' })).toBe(
      '1.1.0',
    );
    expect(clean('1.0', { prefix: 'v' })).toBe('1.0');
  });
  it('are of the right kind', () => {
    const options = new CheckOptions({ a: 1, b: 'yes', github: '../../x', host: 'a/b' }, 'x');
    expect(codeOf(() => options.text('a'))).toBe('UPS025');
    expect(codeOf(() => options.flag('b'))).toBe('UPS025');
    expect(codeOf(() => options.required('c'))).toBe('UPS025');
    expect(codeOf(() => options.repository('github'))).toBe('UPS025');
    expect(codeOf(() => options.host())).toBe('UPS025');
  });
});

describe('a pattern of Python', () => {
  it('finds its group, or all of it', () => {
    expect(findAll('foo-1.0.tgz foo-1.1.tgz', 'foo-([\\d.]+)\\.tgz')).toEqual(['1.0', '1.1']);
    expect(findAll('v1 v2', 'v\\d')).toEqual(['v1', 'v2']);
    expect(findAll('FOO 1', '(?i)foo (?P<n>\\d)')).toEqual(['1']);
    expect(matchesWhole('v1.0', 'v1|v1\\.0')).toBe(true);
    expect(matchesWhole('V1', '(?i)v\\d')).toBe(true);
    expect(pythonRegex('(?P<a>x)(?P=a)\\Z').test('xx')).toBe(true);
    expect(substitute('a-b', '(?P<l>a)-(b)', '\\g<l>.\\2\\n')).toBe('a.bn');
  });
  it('that is none, has several groups or runs for ever is refused', () => {
    expect(codeOf(() => findAll('x', '('))).toBe('UPS028');
    expect(codeOf(() => findAll('xy', '(x)(y)'))).toBe('UPS028');
    expect(codeOf(() => findAll('x', '(?x) x'))).toBe('UPS028');
    expect(codeOf(() => findAll(`${'a'.repeat(60)}!`, '(a+)+$'))).toBe('UPS028');
  });
});

describe('a path into a JSON document', () => {
  const document = { a: [{ 'b c': 1 }, { 'b c': 2, d: '3' }], e: { f: 'x' } };
  it('leads to all that it names', () => {
    const paths: Record<string, unknown> = {
      '.': [document],
      '.e.f': ['x'],
      '.a[]."b c"': [1, 2],
      '.a[0]["b c"]': [1],
      '.a | .[-1] | .d': ['3'],
      '.a[].d?': ['3'],
      '.e[]': ['x'],
      '.gone.x': [],
      '.["e"].f': ['x'],
    };
    for (const [path, values] of Object.entries(paths))
      expect(readJsonPath(document, path), path).toEqual(values);
  });
  it('is nothing else of the language of jq', () => {
    for (const path of ['', 'a', '.a | map(.d)', '.a[1:2]', '.a, .e', '.a[] | select(.d)', '..', '.a.[']) {
      expect(readJsonPath(document, path), path).toBeUndefined();
    }
  });
});
