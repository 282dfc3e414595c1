import { describe, expect, it } from 'vitest';
import { isFault } from '../diagnostics/index.ts';
import { readAutogenYaml } from './autogen-yaml.ts';

const read = (text: string, release?: string) => readAutogenYaml(text, { file: 'autogen.yaml', release });

describe('readAutogenYaml', () => {
  it('47: keeps versions as they were written and drops none', () => {
    const { rules, problems } = read(`r:
  generator: simple
  packages:
    - a: { version: 1.10 }
    - b: { version: 5 }
    - c: { version: 2024-01-02 }
    - d: { version: 20240101 }
    - e: { version: "1.0" }
    - f
`);
    expect(problems).toEqual([]);
    const versions = rules[0]?.packages.map(({ name, versions }) => [name, versions[0]?.version]);
    expect(versions).toEqual([
      ['a', '1.10'],
      ['b', '5'],
      ['c', '2024-01-02'],
      ['d', '20240101'],
      ['e', '1.0'],
      ['f', undefined],
    ]);
  });

  it('49: makes one package of each version, with their settings', () => {
    const { rules } = read(`r:
  packages:
    - a:
        nested: { b: 1 }
        versions:
          1.10: { nested: { c: ten } }
          '2.0': {}
          latest: { x: on }
    - b:
        version:
          3: { y: 1 }
          latest:
`);
    expect(rules[0]?.packages.map(({ versions }) => versions)).toEqual([
      [
        { version: '1.10', settings: { nested: { c: 'ten' } }, isShallow: true },
        { version: '2.0', settings: {}, isShallow: true },
        { version: 'latest', settings: { x: true }, isShallow: true },
      ],
      [
        { version: '3', settings: { y: 1 }, isShallow: false },
        { version: undefined, settings: {}, isShallow: false },
      ],
    ]);
  });

  it('makes a wrong package a problem of its own, with its place', () => {
    const { rules } = read(`r:
  packages:
    - good
    - empty: { version: }
    - list: { version: [1, 2] }
    - both: { version: 1, versions: { 2: {} } }
    - settings: 5
    - { two: {}, names: {} }
    - [no]
    - good2
`);
    expect(rules[0]?.packages.map(({ name }) => name)).toEqual(['good', 'good2']);
    expect(rules[0]?.broken.map(({ name, problem }) => [name, problem.code, problem.place?.line])).toEqual([
      ['empty', 'AGN005', 4],
      ['list', 'AGN005', 5],
      ['both', 'AGN005', 6],
      ['settings', 'AGN004', 7],
      ['?', 'AGN004', 8],
      ['?', 'AGN004', 9],
    ]);
  });

  it('names an empty rule and a key that means nothing', () => {
    const { rules, problems } = read('one:\ntwo:\n  generatr: simple\n  packages: [a]\n');
    expect(
      problems.map(({ code, severity, what, next }) => [code, severity, what, next?.slice(0, 30)]),
    ).toEqual([
      ['AGN004', 'error', "rule 'one' is empty", expect.any(String)],
      [
        'AGN004',
        'warning',
        "rule 'two' has a key 'generatr' that means nothing",
        "Did you mean 'generator'?",
      ],
    ]);
    expect(rules.map(({ name, packages }) => [name, packages.length])).toEqual([
      ['one', 0],
      ['two', 1],
    ]);
  });

  it('says where a tab stands', () => {
    const failure = (() => {
      try {
        read('r:\n\tgenerator: simple\n');
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    expect(isFault(failure, 'AGN003') && failure.problem.place).toMatchObject({
      file: 'autogen.yaml',
      line: 2,
    });
  });

  it('knows anchors and merges, the last of two equal keys counts, and expansion has a bound', () => {
    const { rules } = read(`base: &base
  generator: simple
  defaults: &d { a: 1, b: 2 }
  packages: [x]
other:
  <<: *base
  defaults: { <<: *d, b: 3, b: 4 }
`);
    expect(rules[1]).toMatchObject({ generator: 'simple', defaults: { a: 1, b: 4 } });
    const laughs = Array.from({ length: 9 }, (_, n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`).slice(1);
    expect(() => read(`a0: &a0 [1]\n${laughs.join('\n')}\nr: { defaults: { x: *a8 } }\n`)).not.toThrow();
    const { problems } = read(`r: { defaults: { a0: &a0 [1], ${laughs.join(', ')} } }\n`);
    expect(problems.map(({ code, what }) => [code, what])).toContainEqual([
      'AGN003',
      'the aliases stand for more than 200000 values',
    ]);
  });

  it('lays settings of the release over the others', () => {
    const text = 'r: { packages: [ a: { x: 1, release: { next: { x: 2 }, old: { x: 3 } } } ] }\n';
    expect(read(text, 'next').rules[0]?.packages[0]?.settings).toEqual({ x: 2 });
    expect(read(text, 'other').rules[0]?.packages[0]?.settings).toEqual({ x: 1 });
    expect(read('r: { packages: [ a: { release: v1 } ] }\n').rules[0]?.packages[0]?.settings).toEqual({
      release: 'v1',
    });
  });

  it('treats __proto__ as a name like any other', () => {
    const { rules } = read('r: { packages: [ a: { __proto__: { polluted: 1 } } ] }\n');
    expect(Object.hasOwn(rules[0]?.packages[0]?.settings ?? {}, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
