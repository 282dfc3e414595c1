import { describe, expect, it } from 'vitest';
import {
  elementGraph,
  explain,
  formatMetro,
  lintProgram,
  loadMetro,
  memoryFiles,
  mostFileBytes,
  type Program,
  parseMetro,
  textOfBytes,
} from './index.ts';

const load = (
  files: Readonly<Record<string, string>>,
  reader?: Parameters<typeof loadMetro>[0]['files'],
): Program => {
  const { program } = loadMetro({
    root: 'root',
    files: reader ?? memoryFiles(new Map(Object.entries(files))),
  });
  if (!program) throw new Error('there is a first file');
  return program;
};
const chain = (length: number, link: (index: number) => string): string =>
  Array.from({ length }, (_, index) => link(index)).join('');
const codesOf = (program: Program): readonly string[] => [
  ...new Set([...program.problems, ...program.check()].map(({ code }) => code)),
];

describe('deep nesting', () => {
  const link = (index: number): string => (index === 0 ? 'e0: x\n' : `e${index}: $[e${index - 1}]\n`);
  it('of 10,000 levels is worked out, from either end', () => {
    for (const name of ['e9999', 'e0']) {
      const program = load({ root: chain(10_000, link) });
      program.value(name);
      expect(program.value('e9999')).toMatchObject({ kind: 'single', text: 'x' });
    }
  });
  it('beyond it is MTR029, at the same element whatever is asked first', () => {
    const places = ['e0', 'e19999', 'e10000'].map((first) => {
      const program = load({ root: chain(20_000, link) });
      program.value(first);
      const problems = program.check();
      expect(problems.map(({ code }) => code)).toEqual(['MTR029']);
      return problems[0]?.place?.line;
    });
    expect(new Set(places)).toEqual(new Set([10_001]));
  });
  it('of blocks in blocks is worked out, and beyond it MTR029', () => {
    const block = (index: number): string => `b${index}: [\n$[[b${index + 1}]]\n]\n`;
    expect(load({ root: `${chain(9_999, block)}b9999: [\nx\n]\n` }).value('b0')).toMatchObject({
      kind: 'block',
      lines: [{ text: 'x' }],
    });
    expect(codesOf(load({ root: `${chain(10_001, block)}b10001: [\nx\n]\n` }))).toEqual(['MTR029']);
  });
  it('of a circle of 50,000 elements is one mistake', () => {
    const round = chain(50_000, (index) => `e${index}: $[e${(index + 1) % 50_000}]\n`);
    const problems = load({ root: round }).check();
    expect(problems.map(({ code }) => code)).toEqual(['MTR022']);
    expect(problems[0]?.why?.length).toBeLessThan(1000);
  });
  it('is explained as far as it can be shown', () => {
    const program = load({ root: chain(10_000, link) });
    expect(JSON.stringify(explain(program, 'e9999')).length).toBeLessThan(100_000);
  });
  it('of collections is followed', () => {
    const files: Record<string, string> = { f3000: 'last: 1\n' };
    for (let index = 0; index < 3000; index += 1) files[`f${index}`] = `[collect ./f${index + 1}]\n`;
    expect(load({ ...files, root: '[collect ./f0]\n' }).has('last')).toBe(true);
  });
});

describe('values that grow without end', () => {
  it('by doubling are bounded: MTR029', () => {
    const text = chain(60, (index) =>
      index === 0 ? 'e0: 0123456789\n' : `e${index}: $[e${index - 1}]$[e${index - 1}]\n`,
    );
    const program = load({ root: text });
    expect(codesOf(program)).toEqual(['MTR029']);
    expect(program.value('e20')).toMatchObject({ kind: 'single' });
    expect(program.value('e59')).toMatchObject({ kind: 'error', word: 'TOO_DEEP' });
  });
  it('by includes of blocks are bounded', () => {
    const double = (index: number): string => `b${index}: [\n$[[b${index + 1}]]\n$[[b${index + 1}]]\n]\n`;
    expect(codesOf(load({ root: `${chain(60, double)}b60: [\n\n]\n` }))).toEqual(['MTR029']);
  });
  it('of many elements that include a large one take no memory of their own', () => {
    const large = `big: [\n${'x\n'.repeat(100_000)}]\n`;
    const program = load({ root: large + chain(2000, (index) => `u${index}: [\n$[[big]]\n]\n`) });
    expect(program.check()).toEqual([]);
    expect(program.value('u1999')).toMatchObject({ kind: 'block' });
  });
});

describe('mistakes and missing names in great number', () => {
  it('are not copied into everything that refers to them', () => {
    const lax = chain(10_000, (index) => `e${index}: $[n${index}:lax]$[e${Math.max(0, index - 1)}:lax]\n`);
    expect(codesOf(load({ root: lax.replace('$[e0:lax]', 'x') }))).toEqual([]);
    const wrong = `w: ${'$[nope] '.repeat(50_000)}\n${chain(5000, (index) => `u${index}: $[w]\n`)}`;
    const program = load({ root: wrong });
    expect(program.check().length).toBeLessThan(200);
    expect(program.value('u4999')).toMatchObject({ kind: 'error', word: 'UNDEFINED_REF' });
  });
});

describe('what is no file of the language', () => {
  it('is told by line, whatever it is', () => {
    const junk = Array.from({ length: 300 }, (_, index) => String.fromCharCode(1 + (index % 255))).join('');
    const program = load({ root: junk });
    expect(program.problems.length).toBeGreaterThan(0);
    expect(codesOf(load({ root: '[['.repeat(20_000) }))).toEqual(['MTR001']);
    expect(codesOf(load({ root: `a: ${'$['.repeat(100_000)}` }))).toContain('MTR023');
  });
  it('is told of hundreds of thousands of lines, and formatted', () => {
    const text = `${'x = 1\n'.repeat(200_000)}a: [\n${'y\n'.repeat(200_000)}]\nb: ${'$[c]'.repeat(200_000)}\n`;
    const program = load({ root: text });
    expect(program.problems).toHaveLength(200_000);
    expect(lintProgram(program)).toEqual([]);
    expect(elementGraph(program).uses).toHaveLength(1);
    expect(formatMetro(parseMetro(text, 'x'))).toBe(text);
  });
  it('in other encodings, with NUL, or far too large is refused: MTR006, MTR029', () => {
    expect(textOfBytes(Buffer.from([0x61, 0xff]))).toEqual({ kind: 'not-text' });
    expect(textOfBytes(Buffer.from('a: 1\0'))).toEqual({ kind: 'not-text' });
    expect(textOfBytes(new Uint8Array(mostFileBytes + 1))).toEqual({ kind: 'too-large' });
    const answers = { a: 'not-text', b: 'too-large', c: 'outside', d: 'not-file', e: 'missing' } as const;
    const root = '[collect a]\n[collect b]\n[collect c]\n[collect d]\n[collect e]\n[collect f]\n';
    const program = load(
      {},
      {
        read: (path) =>
          path === 'root'
            ? { kind: 'text', text: root }
            : path === 'f'
              ? { kind: 'unreadable', why: 'no permission' }
              : { kind: answers[path as keyof typeof answers] },
      },
    );
    const codes = program.problems.map(({ code }) => code);
    expect(codes).toEqual(['MTR006', 'MTR029', 'MTR044', 'MTR042', 'MTR041', 'MTR041']);
  });
  it('as the first file is a problem of its own', () => {
    const loaded = loadMetro({ root: './nope', files: memoryFiles(new Map()) });
    expect(loaded).toMatchObject({ program: undefined, problem: { code: 'MTR041' } });
  });
});

describe('collections that contradict themselves', () => {
  it('are MTR045, whichever comes first', () => {
    const [one, two] = ['[collect ./x$[a:lax]]\n', '[collect ./y$[b:lax]]\n'];
    const files = { x: 'b: 1\n', y: 'a: 1\n', x1: '', y1: '' };
    for (const root of [one + two, two + one]) {
      expect(codesOf(load({ root, ...files }))).toEqual(['MTR045']);
    }
  });
  it('or never come to an end are warnings at most', () => {
    const files = {
      root: '[collect ./root]\n[collect ./a]\n',
      a: '[collect ./b]\nx: 1\n',
      b: '[collect ./a]\n',
    };
    expect(codesOf(load(files))).toEqual(['MTR063']);
  });
  it('ask for a name are a warning for a question: MTR068', () => {
    const files = memoryFiles(new Map([['root', '[collect ./$[x]]\na: 1\n']]));
    const { program } = loadMetro({ root: 'root', files, query: true });
    expect(program?.problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['MTR068 warning']);
  });
  it('are of an old kind with a condition: MTR065', () => {
    expect(codesOf(load({ root: '[collect ./a when t]\n', a: '' }))).toEqual(['MTR065']);
  });
});

describe('names', () => {
  it('of the prototype of objects are names like others', () => {
    const program = load({ root: '__proto__: 1\nconstructor: $[__proto__]\n' });
    expect(program.value('constructor')).toMatchObject({ text: '1' });
    expect(program.value('toString')).toBeUndefined();
  });
});
