import { describe, expect, it } from 'vitest';
import { type CatalogueEntry, catalogue } from '../../diagnostics/index.ts';
import { explain, lintProgram, loadMetro, memoryFiles, type Program, plainValue } from './index.ts';

const load = (
  files: Readonly<Record<string, string>> | string,
  options: Omit<Parameters<typeof loadMetro>[0], 'root' | 'files'> = {},
): Program => {
  const all = typeof files === 'string' ? { root: files } : files;
  const texts = new Map(Object.entries(all).map(([name, text]) => [`/d/${name}`, text]));
  const { program } = loadMetro({ root: '/d/root', files: memoryFiles(texts), ...options });
  if (!program) throw new Error('there is a first file');
  return program;
};
const comesTo = (program: Program, name: string): unknown => {
  const value = program.value(name);
  return value && plainValue(value);
};
const dump = (program: Program): Record<string, unknown> =>
  Object.fromEntries(program.names().map((name) => [name, comesTo(program, name)]));
const codes = (program: Program): readonly string[] => program.problems.map(({ code }) => code);

describe("the document's examples", () => {
  it('11.1-1: white space at the end of a value is no part of it', () => {
    expect(comesTo(load('path: /usr/bin   \t\n'), 'path')).toBe('/usr/bin');
  });
  it('11.1-2: a value may have several words, or none', () => {
    expect(dump(load('options: ccache replace\nblank:\n'))).toEqual({ options: 'ccache replace', blank: '' });
  });
  it('11.1-3: a section is a prefix and nothing else', () => {
    const written = 'mirror: /m\npath/x: 1\nmetro: /l\n';
    const plain = load('path/mirror: /m\npath/path/x: 1\npath/metro: /l\n');
    expect(dump(load(`[section path]\n${written}`))).toEqual(dump(plain));
  });
  it('11.1-4: the order of definitions does not matter', () => {
    const [mirror, snapshot] = [
      'mirror: /home/mirror/funtoo\n',
      'mirror/snapshot: $[path/mirror]/snapshots\n',
    ];
    for (const text of [mirror + snapshot, snapshot + mirror]) {
      const program = load(`[section path]\n${text}`);
      expect(comesTo(program, 'path/mirror/snapshot')).toBe('/home/mirror/funtoo/snapshots');
    }
  });
  const colon = `[section path/mirror]
: /home/mirror/funtoo
snapshot: $[]/snapshot
source: $[]/$[source/subarch]/funtoo-$[source/subarch]-$[source/version]/$[source/name].tar.bz2
both: $[:] $[:snapshot]
[section source]
subarch: p4
version: 1
name: nn
`;
  it("11.1-5: ':' is the element that is named like its section", () => {
    const program = load(colon);
    expect(comesTo(program, 'path/mirror')).toBe('/home/mirror/funtoo');
    expect(comesTo(program, 'path/mirror/snapshot')).toBe('/home/mirror/funtoo/snapshot');
    expect(comesTo(program, 'path/mirror/source')).toBe('/home/mirror/funtoo/p4/funtoo-p4-1/nn.tar.bz2');
  });
  it("11.1-6: '$[:]' and '$[:name]' are the section and what is below it", () => {
    expect(comesTo(load(colon), 'path/mirror/both')).toBe('/home/mirror/funtoo /home/mirror/funtoo/snapshot');
  });
  it('11.1-7: a path that is collected may be defined later, or in a file that is collected', () => {
    const mine = 'mine: yes\n';
    const later = '[collect $[path/metro]/myfile.txt]\npath/metro: ./x\n';
    expect(comesTo(load({ root: later, 'x/myfile.txt': mine }), 'mine')).toBe('yes');
    const elsewhere = '[collect $[path/metro]/myfile.txt]\n[collect ./paths]\n';
    const files = { root: elsewhere, paths: 'path/metro: ./x\n', 'x/myfile.txt': mine };
    expect(comesTo(load(files), 'mine')).toBe('yes');
  });
  it('11.1-8: a name in a path has to be defined, and the file has to exist', () => {
    const collect = '[collect ./snapshots/$[snapshot/type]]\n';
    const live = { 'snapshots/live': 'z: 1\n' };
    expect(comesTo(load({ root: `${collect}snapshot/type: live\n`, ...live }), 'z')).toBe('1');
    const without = load({ root: collect, ...live });
    expect(codes(without)).toEqual(['MTR043']);
    expect(without.problems[0]?.why).toContain("'snapshot/type'");
    expect(codes(load({ root: `${collect}snapshot/type: dead\n`, ...live }))).toEqual(['MTR041']);
  });
  it("11.1-9: with ':zap' a path without its name is skipped", () => {
    const collect = '[collect ./snapshots/$[snapshot/type:zap]]\n';
    const live = { 'snapshots/live': 'z: 1\n' };
    for (const text of ['', 'snapshot/type:\n']) {
      const skipped = load({ root: collect + text, ...live });
      expect(codes(skipped)).toEqual([]);
      expect(skipped.has('z')).toBe(false);
    }
    for (const root of [`${collect}[collect ./type]\n`, `[collect ./type]\n${collect}`]) {
      expect(comesTo(load({ root, type: 'snapshot/type: live\n', ...live }), 'z')).toBe('1');
    }
    expect(codes(load({ root: `${collect}snapshot/type: dead\n`, ...live }))).toEqual(['MTR041']);
  });
  it('11.1-10: references in lines of a block are replaced', () => {
    const program = load(
      "path/metro: /usr/lib/metro\nm: [\n#!/bin/bash\necho Metro's is $[path/metro].\n]\n",
    );
    expect(comesTo(program, 'm')).toEqual(['#!/bin/bash', "echo Metro's is /usr/lib/metro."]);
  });
  it('11.1-11: an include is replaced by the lines of the block, as they are indented', () => {
    const program = load(
      'steps/setup: [\na\n  b\n]\nm: [\n#!/bin/bash\n   $[[steps/setup]]\necho Hi There :)\n]\n',
    );
    expect(comesTo(program, 'm')).toEqual(['#!/bin/bash', 'a', '  b', 'echo Hi There :)']);
  });
  it('11.1-12: an element is defined once, and what is referred to is defined', () => {
    const redefined = load({ root: 'a: 1\n[collect ./b]\n', b: '# one\na: 1\n' });
    expect(codes(redefined)).toEqual(['MTR010']);
    expect(redefined.problems[0]).toMatchObject({ place: { file: '/d/b', line: 2, column: 1 } });
    expect(redefined.problems[0]?.why).toContain('/d/root:1:1');
    const [undefinedName] = load('mirror: x\na: $[miror]\n').check();
    expect(undefinedName).toMatchObject({ code: 'MTR021', place: { file: '/d/root', line: 2, column: 4 } });
    expect(undefinedName?.next).toContain("'mirror'");
  });
});

describe('values that are passed', () => {
  it('take the place of the first file, and may not be defined by later ones (5.2)', () => {
    const sets = new Map([['a', ' $[p] # x']]);
    const program = load({ root: 'a: 2\nb: <$[a]>\np: P\n[collect ./c]\n', c: 'a: 3\n' }, { sets });
    expect(comesTo(program, 'b')).toBe('< P # x>');
    expect(codes(program)).toEqual(['MTR010']);
  });
  it('that override win over every file', () => {
    const overrides = new Map([['a', '1']]);
    const program = load({ root: '[collect ./c]\n', c: 'a: 3\nb: $[a]\n' }, { overrides });
    expect(codes(program)).toEqual([]);
    expect(comesTo(program, 'b')).toBe('1');
    expect(explain(program, 'b').uses[0]).toMatchObject({ name: 'a', origin: 'override' });
  });
  it('may name files, which are looked for beside the first file', () => {
    const program = load({ root: 'a: 1\n', VERSION: '7\n' }, { sets: new Map([['a', '<< ./VERSION']]) });
    expect(comesTo(program, 'a')).toBe('7');
  });
  it('do not replace anything in an immutable program: MTR011', () => {
    const program = load('a: 2\n', { sets: new Map([['a', '1']]), immutable: true });
    expect(codes(program)).toEqual(['MTR011']);
    expect(comesTo(program, 'a')).toBe('2');
  });
  it('steer which files are collected', () => {
    const files = { root: '[collect ./$[t]]\n', x: 'z: x\n', y: 'z: y\n' };
    expect(comesTo(load(files, { sets: new Map([['t', 'y']]) }), 'z')).toBe('y');
  });
});

describe('files as values (3.7)', () => {
  const files = { 'sub/a': 'v: << ./VERSION\nw: << $[nodir:zap]/f\n', 'sub/VERSION': 'l1\n  l2  \n\nl4\n' };
  it('are relative to the file that defines the element, joined by spaces and trimmed', () => {
    const program = load({ root: '[collect sub/a]\n', ...files });
    expect(dump(program)).toEqual({ v: 'l1   l2    l4', w: '' });
    expect(program.reads).toEqual([{ kind: 'file', name: '/d/sub/VERSION' }]);
  });
  it('without a line end keep their last letter, and are not expanded', () => {
    expect(comesTo(load({ root: 'a: << x\n', x: 'abc$[q]' }), 'a')).toBe('abc$[q]');
  });
});

describe('code blocks (3.9)', () => {
  it('show variables of the list, each set or not', () => {
    const text = 'a: [\nx\n<?env\nhttp_proxy ftp_proxy\n?> rest\ny\n]\n';
    const variables = new Map([
      ['http_proxy', 'http://p'],
      ['ftp_proxy', undefined],
    ]);
    const program = load(text, { variables });
    expect(comesTo(program, 'a')).toEqual(['x', 'http_proxy="http://p"', '# ftp_proxy is not set', 'y']);
    expect(program.reads.map(({ name }) => name)).toEqual(['http_proxy', 'ftp_proxy']);
    expect(comesTo(load('a: [\n<?env\nHOME\n?>\n]\n'), 'a')).toEqual({ error: 'PYTHON_BLOCK' });
  });
});

describe('conditions (6)', () => {
  it('choose by value, by definition, and ask only elements without conditions', () => {
    const text = '[when t is x y]\nv: 1\n[when u]\nv: 2\n[when *]\nt: y\nw: $[v] $[v?]\n';
    expect(comesTo(load(text), 'w')).toBe('1 yes');
    expect(
      load(`${text}u: 1\n`)
        .check()
        .map(({ code }) => code),
    ).toEqual(['MTR030']);
    expect(codes(load({ root: '[when t]\nt2: 1\n[when *]\n[collect ./a when t2]\n', a: '' }))).toContain(
      'MTR007',
    );
  });
  it('that lead back to the element that has them are a circle', () => {
    const program = load('t: $[v]\n[when t is 1]\nv: 1\n');
    expect(dump(program)).toEqual({ t: { error: 'CIRCULAR_REF' }, v: { error: 'CIRCULAR_REF' } });
  });
});

describe('mistakes', () => {
  it('are told all at once, each at its place', () => {
    const text = 'hello\na: $[x] $[y] $[b:foo]\nb: $[a]\nq?: 1\n[option nope]\nc: [\n$[x\n]\n';
    const program = load(text);
    const found = [...program.problems, ...program.check()].map(
      ({ code, place }) => `${code}@${place?.line}:${place?.column}`,
    );
    expect(found).toEqual([
      'MTR001@1:1',
      'MTR002@4:1',
      'MTR004@5:1',
      'MTR021@2:4',
      'MTR021@2:9',
      'MTR024@2:14',
      'MTR023@7:1',
    ]);
  });
  it('name the way that leads to them', () => {
    const value = load('a: $[b]\nb: $[c]\nc: $[nope]\n').value('a');
    expect(value?.kind === 'error' && value.problems[0]?.why).toMatch(
      /'a' refers to 'b' at \/d\/root:1:4, which refers to 'c' at \/d\/root:2:4\.$/,
    );
  });
  it('of circles name the whole circle, the same from wherever it is met', () => {
    const program = load('a: $[b]\nb: $[c]\nc: $[a]\nd: $[c]\n');
    const why = program.check().map((problem) => problem.why);
    expect(why).toEqual([expect.stringContaining("'a' → 'b' → 'c' → 'a'")]);
  });
});

/** Codes whose samples are whole files. */
const samples = [
  ...['MTR001', 'MTR002', 'MTR003', 'MTR004', 'MTR005', 'MTR007', 'MTR010'],
  ...['MTR021', 'MTR022', 'MTR023', 'MTR024', 'MTR025', 'MTR026', 'MTR027', 'MTR028', 'MTR030', 'MTR031'],
  ...['MTR051', 'MTR061', 'MTR062', 'MTR064', 'MTR066', 'MTR067', 'MTR069'],
].map((code) => [code, catalogue[code] as CatalogueEntry] as const);

describe('the samples of the catalogue', () => {
  const all = (text: string): readonly string[] => {
    const program = load({ root: text, VERSION: '1' });
    const lint = lintProgram(program).map(({ code }) => code);
    return [...codes(program), ...program.check().map(({ code }) => code), ...lint];
  };
  it.each(samples)('lead to %s, and without the fault do not', (code, { sample }) => {
    expect(all(sample.broken)).toContain(code);
    expect(all(sample.fixed)).not.toContain(code);
  });
});
