import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFiles, parseMetro, placeOf, reparse, Workspace } from '../../src/formats/metro/index.ts';
import { madeUpText } from './made-up.ts';

/** A text, and edits given by numbers that are brought into its length. */
const edits = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 12 }), madeUpText), {
  minLength: 1,
  maxLength: 4,
});
const within = (text: string, [at, length, insert]: readonly [number, number, string]) => {
  const from = Math.min(at, text.length);
  return { from, to: Math.min(from + length, text.length), text: insert.slice(0, 30) };
};

describe('an edit', () => {
  it('leaves the tree that the whole new text has', () => {
    const law = fc.property(madeUpText, edits, (start, changes) => {
      const file = parseMetro(start, 'x');
      for (const change of changes) {
        reparse(file, within(file.text, change));
        const whole = parseMetro(file.text, 'x');
        expect(file).toEqual(whole);
        const ends = file.nodes.map(({ end }) =>
          placeOf({ owner: { file, node: { start: end } }, from: 0, to: 0 }),
        );
        const same = file.nodes.map(({ end }) =>
          placeOf({ owner: { file: whole, node: { start: end } }, from: 0, to: 0 }),
        );
        expect(ends).toEqual(same);
      }
    });
    fc.assert(law, { numRuns: 500 });
  });

  it('leaves the problems that a fresh look has', () => {
    const law = fc.property(madeUpText, madeUpText, edits, (root, other, changes) => {
      const files = new Map([
        ['r', `[collect ./x]\n${root}`],
        ['x', other],
      ]);
      const workspace = new Workspace({ root: 'r', files: memoryFiles(files) });
      for (const [index, change] of changes.entries()) {
        const path = index % 2 === 0 ? 'x' : 'r';
        const edit = within(files.get(path) ?? '', change);
        const text = files.get(path) ?? '';
        files.set(path, text.slice(0, edit.from) + edit.text + text.slice(edit.to));
        workspace.edit(path, edit);
        const fresh = new Workspace({ root: 'r', files: memoryFiles(files) });
        expect(sorted(workspace)).toEqual(sorted(fresh));
      }
    });
    fc.assert(law, { numRuns: 300 });
  });
});

/** Problems of each file in an order that does not depend on how they were found. */
function sorted(workspace: Workspace): Readonly<Record<string, readonly string[]>> {
  const words = [...workspace.problems()].map(
    ([path, problems]) => [path, problems.map((one) => JSON.stringify(one)).sort()] as const,
  );
  return Object.fromEntries(words.sort());
}
