/** Which lines of a log are shown when parts of it are folded: what of it is arithmetic. */

/** A part of a log that shows as one row. Lines count from 1; `to` belongs to it. */
export interface Fold {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** A row of the log as it is shown: a line, or a fold. */
export type ShownRow = { readonly line: number } | { readonly fold: Fold };

/** A log with folded parts, which must not overlap. Rows count from 0. */
export class FoldedLines {
  readonly rows: number;
  readonly #folds: readonly Fold[];
  /** For each fold the row that it shows as. */
  readonly #rowOf: readonly number[];

  constructor(lines: number, folds: readonly Fold[]) {
    this.#folds = [...folds].filter(({ from, to }) => to >= from).sort((a, b) => a.from - b.from);
    let hidden = 0;
    this.#rowOf = this.#folds.map(({ from, to }) => {
      const row = from - 1 - hidden;
      hidden += to - from;
      return row;
    });
    this.rows = Math.max(0, lines - hidden);
  }

  /** The row that shows a line, be it by the fold that it is in. */
  rowOfLine(line: number): number {
    let hidden = 0;
    for (const [index, { from, to }] of this.#folds.entries()) {
      if (line < from) break;
      if (line <= to) return this.#rowOf[index] ?? 0;
      hidden += to - from;
    }
    return line - 1 - hidden;
  }

  /** What a row shows. */
  at(row: number): ShownRow {
    let hidden = 0;
    for (const [index, fold] of this.#folds.entries()) {
      const foldRow = this.#rowOf[index] ?? 0;
      if (row < foldRow) break;
      if (row === foldRow) return { fold };
      hidden += fold.to - fold.from;
    }
    return { line: row + 1 + hidden };
  }

  /** Rows from one up to another (not with it) as ranges of lines, and folds. */
  between(
    from: number,
    to: number,
  ): readonly ({ readonly from: number; readonly count: number } | { readonly fold: Fold })[] {
    const parts: ({ from: number; count: number } | { fold: Fold })[] = [];
    for (let row = Math.max(0, from); row < Math.min(to, this.rows); ) {
      const shown = this.at(row);
      if ('fold' in shown) {
        parts.push(shown);
        row += 1;
        continue;
      }
      const next = this.#rowOf.find((one) => one > row) ?? this.rows;
      const end = Math.min(next, to, this.rows);
      parts.push({ from: shown.line, count: end - row });
      row = end;
    }
    return parts;
  }
}
