/** Which rows of a long table are drawn, and in which order: what of it is arithmetic. */

export type SortKey = string | number | null | undefined;

export interface Sorting {
  readonly column: string;
  readonly isDown: boolean;
}

/** Compares numbers as numbers and texts as people do; what has no value comes last either way. */
export function compareKeys(one: SortKey, two: SortKey, isDown: boolean): number {
  const [isOne, isTwo] = [
    one !== null && one !== undefined && one !== '',
    two !== null && two !== undefined && two !== '',
  ];
  if (!isOne || !isTwo) return Number(isTwo) - Number(isOne);
  const order =
    typeof one === 'number' && typeof two === 'number'
      ? one - two
      : collator.compare(String(one), String(two));
  return isDown ? -order : order;
}
const collator = new Intl.Collator('en', { numeric: true });

/** The rows in the order of a column; equal ones stay as they were. */
export function sortRows<Row>(
  rows: readonly Row[],
  keyOf: ((row: Row) => SortKey) | undefined,
  isDown: boolean,
): readonly Row[] {
  if (!keyOf) return rows;
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key, isDown)).map(({ row }) => row);
}

/** `name` and `-name`, as in the query of a page. */
export const sortingText = ({ column, isDown }: Sorting): string => `${isDown ? '-' : ''}${column}`;

export function parseSorting(text: string | null, columns: readonly string[]): Sorting | undefined {
  if (text === null) return undefined;
  const isDown = text.startsWith('-');
  const column = isDown ? text.slice(1) : text;
  return columns.includes(column) ? { column, isDown } : undefined;
}

/** Rows beyond the visible ones that are drawn as well, so that scrolling meets no gaps. */
const beyond = 12;

/** From which to before which row is drawn, of `count` rows of `height` pixels in a window of `view` at `top`. */
export function drawnRows(at: {
  readonly top: number;
  readonly view: number;
  readonly height: number;
  readonly count: number;
}): { readonly from: number; readonly to: number } {
  const { top, view, height, count } = at;
  const from = Math.max(0, Math.min(count, Math.floor(top / height)) - beyond);
  return { from, to: Math.min(count, Math.ceil((top + view) / height) + beyond) };
}
