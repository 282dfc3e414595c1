import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fold, FoldedLines } from './folded-lines.ts';

/** What is to be shown, written out. */
function slow(lines: number, folds: readonly Fold[]): (number | string)[] {
  const rows: (number | string)[] = [];
  for (let line = 1; line <= lines; line += 1) {
    const fold = folds.find(({ from, to }) => line >= from && line <= to);
    if (!fold) rows.push(line);
    else if (fold.from === line) rows.push(fold.name);
  }
  return rows;
}

const logs = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }))
  .map(([lines, cuts]) => {
    const ends = [...cuts, lines].filter((cut) => cut <= lines).sort((a, b) => a - b);
    const folds: Fold[] = [];
    for (let at = 0; at + 1 < ends.length; at += 2)
      folds.push({
        from: ends[at] ?? 1,
        to: Math.max(ends[at] ?? 1, (ends[at + 1] ?? 1) - 1),
        name: `fold ${at}`,
      });
    return { lines, folds: folds.filter(({ from }) => from >= 1) };
  });

describe('a log with folded parts', () => {
  it('shows the lines that are not folded, and each fold once', () => {
    fc.assert(
      fc.property(logs, fc.nat(70), fc.nat(70), ({ lines, folds }, a, b) => {
        const expected = slow(lines, folds);
        const log = new FoldedLines(lines, folds);
        expect(log.rows).toBe(expected.length);
        const shown = expected
          .map((_, row) => log.at(row))
          .map((one) => ('fold' in one ? one.fold.name : one.line));
        expect(shown).toEqual(expected);
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const parts: (number | string)[] = log
          .between(from, to)
          .flatMap((part): (number | string)[] =>
            'fold' in part ? [part.fold.name] : Array.from({ length: part.count }, (_, at) => part.from + at),
          );
        expect(parts).toEqual(expected.slice(from, to));
      }),
    );
  });

  it('knows the row of each line, also of one that is folded', () => {
    fc.assert(
      fc.property(logs, ({ lines, folds }) => {
        const expected = slow(lines, folds);
        const log = new FoldedLines(lines, folds);
        for (let line = 1; line <= lines; line += 1) {
          const fold = folds.find(({ from, to }) => line >= from && line <= to);
          expect(log.rowOfLine(line)).toBe(expected.indexOf(fold?.name ?? line));
        }
      }),
    );
  });
});
