import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { setQuery, usePlace } from '../frame/location.ts';
import { drawnRows, parseSorting, type Sorting, type SortKey, sortingText, sortRows } from './table-rows.ts';
import { Empty, JsonLink } from './values.tsx';

export interface Column<Row> {
  /** Its name in the address when the table is sorted by it. */
  readonly name: string;
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** What rows are sorted by; without it the column cannot be chosen for that. */
  readonly sort?: (row: Row) => SortKey;
  /** `end` for numbers. */
  readonly align?: 'end';
  /** The column that tells which row it is: the row's header. */
  readonly isHead?: boolean;
  /** Long text: it may take several lines. */
  readonly isLoose?: boolean;
  /** Left out where there is little room. */
  readonly isWide?: boolean;
}

export interface TableProps<Row> {
  /** What it is a table of, for those who do not see it: `queued jobs`. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Address of the same as JSON. */
  readonly json: string;
  /** What there is to say when there are no rows. */
  readonly empty: ComponentChildren;
  readonly sorted?: Sorting;
  /** Name of the order in the page's query, where a page has several tables; undefined: `sort`. */
  readonly name?: string;
  /** Stands in the line above the table. */
  readonly aside?: ComponentChildren;
  readonly rowState?: (row: Row) => string | undefined;
}

const manyRows = 300;
const rowHeight = 32;

/** A table: sorted by a click on a head, walked with the arrow keys, only partly drawn when it is long. */
export function Table<Row>(props: TableProps<Row>) {
  const { columns, rows } = props;
  const query = `${props.name ?? ''}sort`;
  const asked = parseSorting(
    usePlace().query.get(query),
    columns.map(({ name }) => name),
  );
  const sorting = asked ?? props.sorted;
  const by = columns.find(({ name }) => name === sorting?.column)?.sort;
  const isDown = sorting?.isDown ?? false;
  const sorted = useMemo(() => sortRows(rows, by, isDown), [rows, by, isDown]);
  const isLong = sorted.length > manyRows;
  const { box, from, to } = useWindow(sorted.length, isLong);
  const shown = isLong ? sorted.slice(from, to) : sorted;
  if (rows.length === 0) return <Empty>{props.empty}</Empty>;
  return (
    <div class="table-frame">
      {props.aside && <div class="table-line">{props.aside}</div>}
      {/* a region that scrolls has to be reached by the keyboard */}
      <div
        role="group"
        class={isLong ? 'table-box long' : 'table-box'}
        ref={box}
        tabIndex={0}
        aria-label={props.caption}
      >
        <table aria-rowcount={sorted.length + 1} onKeyDown={walkRows}>
          <caption class="unseen">{props.caption}</caption>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column) => (
                <Head key={column.name} column={column} sorting={sorting} query={query} />
              ))}
            </tr>
          </thead>
          <tbody>
            <Rows table={props} rows={shown} from={isLong ? from : 0} count={sorted.length} />
          </tbody>
        </table>
      </div>
      <div class="table-line foot">
        <span class="table-count">{`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`}</span>
        <JsonLink path={props.json} what={`${props.caption} as JSON`} />
      </div>
    </div>
  );
}

/** The rows that are drawn, with room for those before and behind them. */
function Rows<Row>(props: {
  readonly table: TableProps<Row>;
  readonly rows: readonly Row[];
  readonly from: number;
  readonly count: number;
}) {
  const { from, count } = props;
  const { columns, keyOf, rowState } = props.table;
  const behind = count - from - props.rows.length;
  return (
    <>
      {from > 0 && <Gap rows={from} columns={columns.length} />}
      {props.rows.map((row, index) => (
        <tr
          key={keyOf(row)}
          data-row={keyOf(row)}
          data-state={rowState?.(row)}
          aria-rowindex={from + index + 2}
          tabIndex={-1}
        >
          {columns.map((column) => (
            <Cell key={column.name} column={column} row={row} />
          ))}
        </tr>
      ))}
      {behind > 0 && <Gap rows={behind} columns={columns.length} />}
    </>
  );
}

function Head<Row>(props: {
  readonly column: Column<Row>;
  readonly sorting: Sorting | undefined;
  readonly query: string;
}) {
  const { column, sorting, query } = props;
  const isBy = sorting?.column === column.name;
  const order = isBy ? (sorting.isDown ? 'descending' : 'ascending') : undefined;
  const choose = (): void =>
    setQuery({ [query]: sortingText({ column: column.name, isDown: isBy && !sorting.isDown }) });
  return (
    <th scope="col" class={classOf(column)} {...(order ? { 'aria-sort': order } : {})}>
      {column.sort ? (
        <button type="button" class="sort" onClick={choose}>
          {column.head}
          <span aria-hidden="true">{isBy ? (sorting.isDown ? ' ↓' : ' ↑') : ''}</span>
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row }) {
  if (column.isHead)
    return (
      <th scope="row" class={classOf(column)}>
        {column.cell(row)}
      </th>
    );
  return <td class={classOf(column)}>{column.cell(row)}</td>;
}

const classOf = (column: Pick<Column<never>, 'align' | 'isWide' | 'isLoose'>): string | undefined =>
  [column.align ?? '', column.isWide ? 'wide' : '', column.isLoose ? 'loose' : ''].join(' ').trim() ||
  undefined;

/** Room for rows that are not drawn. */
const Gap = ({ rows, columns }: { readonly rows: number; readonly columns: number }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row that has no tabindex takes no focus
  <tr aria-hidden="true" class="gap">
    <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
  </tr>
);

/** Which rows of a long table are drawn now. */
function useWindow(count: number, isLong: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ top: 0, view: 800 });
  useEffect(() => {
    const element = box.current;
    if (!element || !isLong) return;
    const look = (): void => setAt({ top: element.scrollTop, view: element.clientHeight });
    element.addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    look();
    return () => {
      element.removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [isLong]);
  return { box, ...drawnRows({ ...at, height: rowHeight, count }) };
}

/** Up and down go from row to row, Home and End to the first and the last, Enter to where the row's first link leads. */
function walkRows(event: TargetedKeyboardEvent<HTMLTableElement>): void {
  const { target, key, currentTarget: table } = event;
  if (!(target instanceof HTMLElement) || target.matches('input, select, textarea')) return;
  const row = target.closest('tr');
  if (key === 'Enter' && target === row) row.querySelector<HTMLElement>('a, button')?.click();
  if (key === 'Home' || key === 'End') {
    event.preventDefault();
    goToEnd(table, key);
    return;
  }
  const steps: Readonly<Record<string, Element | null | undefined>> = {
    ArrowDown: row?.closest('thead') ? table.querySelector('tr[data-row]') : row?.nextElementSibling,
    ArrowUp: row?.previousElementSibling,
  };
  const next = steps[key];
  if (!(next instanceof HTMLElement) || !next.hasAttribute('data-row')) return;
  event.preventDefault();
  next.focus();
}

/** The first or the last row, which may have to be drawn before it can have the focus. */
function goToEnd(table: HTMLTableElement, key: 'Home' | 'End'): void {
  const box = table.closest('.long');
  if (box) box.scrollTop = key === 'Home' ? 0 : box.scrollHeight;
  const focus = (): void => {
    const rows = table.querySelectorAll<HTMLElement>('tr[data-row]');
    rows.item(key === 'Home' ? 0 : rows.length - 1)?.focus();
  };
  if (box) setTimeout(focus, 60);
  else focus();
}
