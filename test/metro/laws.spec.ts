import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatMetro,
  loadMetro,
  type MetroFile,
  memoryFiles,
  parseMetro,
  printMetro,
} from '../../src/formats/metro/index.ts';
import { madeUpCollects, madeUpElements, madeUpText, written } from './made-up.ts';
import { outcomeOf } from './reference.ts';

/** What a file says, without how it is written. */
function meaning({ nodes, text }: MetroFile): readonly unknown[] {
  return nodes.flatMap((node) => {
    const part = (from: number, to: number): string => text.slice(node.start + from, node.start + to);
    if (node.kind === 'annotation') return [[node.does, ...node.words]];
    if (node.kind !== 'element') return [];
    const lines = part(node.bodyAt, node.bodyEnd).split(/\r\n|\r|\n/);
    return [[node.name, node.isBlock ? lines : part(node.valueAt, node.valueEnd), node.scope]];
  });
}

describe('any text', () => {
  it('is printed as it was parsed, and its nodes cover it without a gap', () => {
    const law = fc.property(fc.oneof(madeUpText, fc.string({ unit: 'binary' })), (text) => {
      const file = parseMetro(text, 'x');
      expect(printMetro(file)).toBe(text);
      let at = 0;
      for (const node of file.nodes) {
        expect(node.start).toBe(at);
        expect(node.end).toBeGreaterThan(at);
        at = node.end;
      }
      expect(at).toBe(text.length);
    });
    fc.assert(law, { numRuns: 600 });
  });

  it('means the same when it is formatted, and formatting it again changes nothing', () => {
    const law = fc.property(madeUpText, (text) => {
      const file = parseMetro(text, 'x');
      const formatted = formatMetro(file);
      const again = parseMetro(formatted, 'x');
      // a last line without an end is one line; the formatter gives it its end
      const ended = /[\n\r]$/.test(text) ? file : parseMetro(`${text}\n`, 'x');
      expect(meaning(again)).toEqual(meaning(ended));
      expect(formatMetro(again)).toBe(formatted);
    });
    fc.assert(law, { numRuns: 600 });
  });

  it('comes to something for each of its elements', () => {
    const law = fc.property(madeUpText, (text) => {
      const { program } = loadMetro({ root: 'r', files: memoryFiles(new Map([['r', text]])) });
      for (const name of program?.names() ?? []) expect(program?.value(name)).toBeDefined();
      for (const one of program?.check() ?? []) expect(one.place?.line).toBeGreaterThan(0);
    });
    fc.assert(law, { numRuns: 400 });
  });
});

describe('11.1-13: the order', () => {
  /** Three files and a first one; elements go to files by their number, annotations to the first file or among the others. */
  const load = (
    elements: readonly (readonly [string, string, number])[],
    collects: readonly (readonly [string, number])[],
  ) => {
    const files = new Map([...'0123'].map((number) => [number === '3' ? '/d/root' : `/d/f${number}`, '']));
    const add = (to: number, text: string): void => {
      const path = to === 3 ? '/d/root' : `/d/f${to}`;
      files.set(path, `${files.get(path)}${text}`);
    };
    for (const [argument, to] of collects) add(to, `[collect ${argument}]\n`);
    // there is no way out of sections within a file
    const outside = elements.filter(([name]) => !name.includes('/'));
    const inside = elements.filter(([name]) => name.includes('/'));
    for (const [name, value, to] of [...outside, ...inside]) add(to, written([name, value]));
    files.set('/d/f', '');
    files.set('/d/yes', '');
    files.set('/d/no', '');
    const { program } = loadMetro({ root: '/d/root', files: memoryFiles(files) });
    if (!program) throw new Error('there is a first file');
    const { elements: values, errors, collected } = outcomeOf(program);
    const wrong = program.problems.map(({ code }) => code).filter((code) => code !== 'MTR063');
    const checked = program.check().map(({ code, what }) => `${code} ${what}`);
    return { values, errors, collected: [...collected].sort(), wrong: wrong.sort(), checked: checked.sort() };
  };

  it('of definitions and annotations, within files and between them, does not matter', () => {
    const law = fc.property(
      madeUpElements.chain((elements) =>
        fc.tuple(
          fc.tuple(
            ...elements.map(([name, value]) =>
              fc.tuple(fc.constant(name), fc.constant(value), fc.nat({ max: 3 })),
            ),
          ),
          madeUpCollects.chain((collects) =>
            fc.tuple(...collects.map((one) => fc.tuple(fc.constant(one), fc.constantFrom(3, 3, 0, 1)))),
          ),
          fc.infiniteStream(fc.nat()),
        ),
      ),
      ([elements, collects, numbers]) => {
        const shuffled = <One>(list: readonly One[]): readonly One[] =>
          list
            .map((one) => ({ one, key: numbers.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
        expect(load(shuffled(elements), shuffled(collects))).toEqual(load(elements, collects));
      },
    );
    fc.assert(law, { numRuns: 400 });
  });
});
