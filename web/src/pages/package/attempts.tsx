import type { PackageHistory } from '../../../../src/api/index.ts';
import {
  byBuilderColumn,
  outcomeColumn,
  sizeColumn,
  tookColumn,
  versionColumn,
} from '../../pieces/columns.tsx';
import { type Column, Table } from '../../pieces/table.tsx';
import { Time } from '../../pieces/values.tsx';

type Attempt = PackageHistory['attempts'][number];

const columns: readonly Column<Attempt>[] = [
  {
    name: 'when',
    head: 'Started',
    isHead: true,
    sort: ({ startedMs }) => startedMs,
    cell: ({ startedMs }) => <Time at={startedMs} />,
  },
  outcomeColumn(),
  versionColumn(),
  tookColumn(),
  sizeColumn({ isWide: true }),
  byBuilderColumn(),
  {
    name: 'plan',
    head: 'Plan',
    align: 'end',
    isWide: true,
    sort: ({ plan }) => plan,
    cell: ({ plan }) => plan !== null && <a href={`/plans/${plan}`}>{plan}</a>,
  },
  {
    name: 'why',
    head: 'What was said',
    isWide: true,
    cell: ({ code, what }) =>
      what && (
        <span class="clip" title={what}>
          {code && <code>{code}</code>} {what}
        </span>
      ),
  },
  {
    name: 'log',
    head: 'Log',
    cell: ({ log, attempt }) =>
      log && (
        <a href={log} aria-label={`log of attempt ${attempt}`}>
          log
        </a>
      ),
  },
];

/** Attempts at a package with what came of each, and its log. */
export function Attempts({
  attempts,
  json,
}: {
  readonly attempts: readonly Attempt[];
  readonly json: string;
}) {
  return (
    <Table<Attempt>
      caption="attempts"
      name="attempts-"
      json={json}
      rows={attempts}
      keyOf={({ attempt }) => String(attempt)}
      empty="Nobody has tried to build it yet."
      columns={columns}
    />
  );
}
