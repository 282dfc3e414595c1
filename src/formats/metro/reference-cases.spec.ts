import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMetro, memoryFiles, type Program, plainValue, wordOf } from './index.ts';

/** A small program and what the reference made of it. A zapped value is null, as there. */
interface RecordedCase {
  readonly id: string;
  readonly files: Readonly<Record<string, string>>;
  readonly set: Readonly<Record<string, string>>;
  readonly elements: Readonly<Record<string, unknown>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly fatal: string | null;
  readonly collected: readonly string[];
  readonly uncollected: readonly string[];
}

const root = join(import.meta.dirname, '../../..');
const cases: readonly RecordedCase[] = JSON.parse(
  readFileSync(join(root, 'testdata/metro/reference-cases.json'), 'utf8'),
);

/** Where we differ on purpose: what it is here; the quirk is explained in docs/metro-differences.md. */
const differences: Readonly<Record<string, Partial<Seen>>> = {
  'doc-collect-undefined': { words: ['METRO-C03'] },
  'ws-value': { elements: { a: 'x   y', b: 'lost', c: 'x\ty z', d: 'i', e: 't' } },
  'ws-before-comment': { elements: { a: 'x', b: '<x>' } },
  'ws-unicode': { elements: { c: 'x\u00a0', d: '\u00a0x y\u2003' } },
  comments: {
    elements: { a: 'x', b: 'x#n', c: 'x', d: '', e: 'a', f: "'a", j: 'a \\# b' },
    words: ['METRO-P01'],
  },
  'no-final-newline': { elements: { a: '12' } },
  'no-final-newline-multi': { elements: { a: ['x'] }, words: [], collected: ['root'] },
  bom: { elements: { a: '1', b: '2' } },
  'junk-lines': { words: Array(7).fill('METRO-P01') },
  'annotation-comment': { words: ['METRO-P01'] },
  'annotation-comment-2': { elements: { 'a/x': '1' }, words: [], collected: ['root'] },
  'block-comment-2': { elements: { a: ['x: 1'] } },
  'dup-file': { words: [], left: [] },
  'dup-file-empty': { collected: ['root', 'x'] },
  'dup-other-file': { collected: ['root', 'x'], left: [] },
  'set-then-file': { collected: ['root', 'x'], left: [] },
  'self-ref-in-colon': { elements: { s: 'v-5', 's/x': '5' }, errors: {} },
  'self-ref-multi': {
    elements: { s: 'top', 's/foo': 'F', 's/m': ['x top F'], 's/use': 'x top F' },
    errors: {},
  },
  'self-ref-modifier': { elements: { s: 'S', 's/a': 'S x', 's/c': 'yes', 's/d': 'no' } },
  'colon-multi': { elements: { s: ['q'] } },
  'bool-modifiers': {
    elements: { v: '1', a: 'yes x', b: null, d: 'no' },
    errors: { c: 'UNKNOWN_MODIFIER' },
  },
  'lax-option': {
    elements: { a: 'xy', m: ['A'], n: [''], o: 'x<>y', p: '<>' },
    errors: { b: 'UNDEFINED_REF' },
  },
  'lax-leak': { elements: { x: '1' }, errors: { m: 'UNDEFINED_REF' } },
  'include-two': { elements: { m: ['L'], a: ['$[[m]] $[[m]]'] }, errors: {} },
  'multi-close': {
    elements: { a: [], c: ['] # not end', ']]'], d: ['z'], e: ['z'], f: '[x]' },
    // the bracket that closed nothing there
    words: ['METRO-P01'],
  },
  'multi-unclosed': { elements: { a: ['x'] }, collected: ['root'] },
  'multi-inner-open': { words: ['METRO-P01'] },
  'python-edges': {
    elements: { v: '5' },
    errors: { a: 'PYTHON_BLOCK', d: 'PYTHON_BLOCK', g: 'PYTHON_BLOCK', m: 'METRO-E11' },
  },
  'collect-zap-order-1': { elements: { type: 'foo', z: '1' }, collected: ['root', 'base', 'snap/foo'] },
  'collect-missing': { elements: { z: '1' }, collected: ['root', 'a'], left: ['./nope'] },
  'collect-mutual': { words: [], left: [] },
  'collect-cycle-arg': { words: ['CIRCULAR_REF'] },
  'collect-self-arg': { elements: { s: 'v', z: '1' }, words: [], collected: ['root', 'v'], left: [] },
  'when-none': { elements: { b: null, c: '', d: 'no' }, errors: { a: 'UNDEFINED_REF' } },
  'when-shadowed': { elements: { t: '1' }, errors: { v: 'AMBIGUOUS_CONDITION' } },
};

/** Cases in which the reference stops at the first mistake of a file, so that it has not collected that file. */
const goesOn = /^(dup-(same-file|same-value|multi|single-multi|section)|bad-annotation-\d|when-dup)$/;

interface Seen {
  readonly elements: Readonly<Record<string, unknown>>;
  readonly errors: Readonly<Record<string, string>>;
  /** The specification's words of errors in files and collections. */
  readonly words: readonly string[];
  readonly collected: readonly string[];
  readonly left: readonly string[];
}

function run({ files, set }: RecordedCase): Seen {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`/d/${name}`, text]));
  const sets = new Map(Object.entries(set));
  const { program } = loadMetro({ root: '/d/root', files: memoryFiles(texts), sets });
  if (!program) throw new Error('the first file is there');
  return seen(program);
}

function seen(program: Program): Seen {
  const elements: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const name of program.names()) {
    const value = program.value(name);
    if (value?.kind === 'error') errors[name] = value.word;
    else if (value) elements[name] = value.kind === 'single' && value.zapped ? null : plainValue(value);
  }
  const wrong = program.problems.filter(({ severity }) => severity === 'error');
  const open = program.collects.filter(({ state }) => state === 'left' || state === 'failed');
  return {
    elements,
    errors,
    words: wrong.map(({ code }) => wordOf(code)),
    collected: [...program.files.keys()].map((path) => path.replace('/d/', '')),
    left: open.map(({ argument }) => argument),
  };
}

describe('a recorded case of the reference', () => {
  it.each(cases.map((one) => [one.id, one] as const))('comes to the same here: %s', (id, one) => {
    const recorded: Seen = {
      elements: one.elements,
      errors: one.errors,
      words: one.fatal === null ? [] : [one.fatal],
      collected: goesOn.test(id) ? ['root'] : one.collected,
      left: one.uncollected,
    };
    const here = run(one);
    expect(here).toEqual({ ...recorded, ...differences[id] });
    if (differences[id]) expect(here).not.toEqual(recorded);
  });

  it('that differs is one, and is explained', () => {
    const page = readFileSync(join(root, 'docs/metro-differences.md'), 'utf8');
    const ids = new Set(cases.map(({ id }) => id));
    expect(ids.size).toBe(96);
    for (const id of Object.keys(differences)) {
      expect(ids).toContain(id);
      expect(page).toContain(`\`${id}\``);
    }
    for (const id of ids) if (goesOn.test(id)) expect(page).toContain(`\`${id}\``);
  });
});
