import type { Column } from './table.tsx';
import { Bytes, Duration, Meter, StateBadge } from './values.tsx';

/** Columns that several tables have: each for rows with what it shows. */

export const builderNameColumn = <Row extends { readonly name: string }>(): Column<Row> => ({
  ...{ name: 'name', head: 'Builder', isHead: true },
  sort: ({ name }) => name,
  cell: ({ name }) => name,
});

export const stateColumn = <Row extends { readonly state: string | null }>(): Column<Row> => ({
  ...{ name: 'state', head: 'State' },
  sort: ({ state }) => state,
  cell: ({ state }) => state && <StateBadge state={state} />,
});

/** Busy slots of a builder. */
export const loadColumn = <Row extends { readonly name: string; readonly slots: number }>(
  busyOf: (row: Row) => number,
): Column<Row> => ({
  ...{ name: 'load', head: 'Load' },
  sort: (row) => busyOf(row) / row.slots,
  cell: (row) => <Meter value={busyOf(row)} of={row.slots} label={`load of ${row.name}`} />,
});

export const outcomeColumn = <Row extends { readonly outcome: string | null }>(): Column<Row> => ({
  ...{ name: 'outcome', head: 'Outcome' },
  sort: ({ outcome }) => outcome,
  cell: ({ outcome }) => <StateBadge state={outcome ?? 'running'} />,
});

export const versionColumn = <Row extends { readonly version: string | null }>(): Column<Row> => ({
  ...{ name: 'version', head: 'Version' },
  sort: ({ version }) => version,
  cell: ({ version }) => <span class="version">{version}</span>,
});

/** `isWide`: left out where there is little room. */
export const tookColumn = <Row extends { readonly durationMs: number | null }>(
  more: { readonly isWide?: boolean } = {},
): Column<Row> => ({
  ...{ name: 'took', head: 'Took', align: 'end', ...more },
  sort: ({ durationMs }) => durationMs,
  cell: ({ durationMs }) => <Duration ms={durationMs} />,
});

/** `none`: what stands where there is no size. */
export const sizeColumn = <Row extends { readonly sizeBytes: number | null }>({
  none = '',
  ...more
}: {
  readonly head?: string;
  readonly none?: string;
  readonly isWide?: boolean;
} = {}): Column<Row> => ({
  ...{ name: 'size', head: 'Size', align: 'end', ...more },
  sort: ({ sizeBytes }) => sizeBytes,
  cell: ({ sizeBytes }) => <Bytes count={sizeBytes} none={none} />,
});

/** The builder of an attempt. */
export const byBuilderColumn = <Row extends { readonly builder: string | null }>(): Column<Row> => ({
  ...{ name: 'builder', head: 'Builder', isWide: true },
  sort: ({ builder }) => builder,
  cell: ({ builder }) => builder,
});

export const repositoryColumn = <
  Row extends { readonly target: string; readonly arch: string },
>(): Column<Row> => ({
  ...{ name: 'repository', head: 'Repository', isWide: true },
  sort: ({ target, arch }) => `${target}/${arch}`,
  cell: ({ target, arch }) => `${target}/${arch}`,
});
