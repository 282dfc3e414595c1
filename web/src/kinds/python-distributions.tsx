import type { PythonDistributionView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { type Column, Table } from '../pieces/table.tsx';
import { Section, StateBadge } from '../pieces/values.tsx';
import { jobAddress } from '../pieces/words.ts';

const path = '/api/python/distributions';

/** What needs somebody stands first. */
const order = ['failed', 'running', 'waiting', 'unseen', 'explored'] as const;

const columns: readonly Column<PythonDistributionView>[] = [
  {
    name: 'distribution',
    head: 'Distribution',
    isHead: true,
    sort: ({ stem }) => stem,
    cell: ({ name, version, job }) => (
      <a href={jobAddress(job)}>{version === '' ? name : `${name} ${version}`}</a>
    ),
  },
  {
    name: 'state',
    head: 'State',
    sort: ({ state }) => order.indexOf(state),
    cell: ({ state }) => <StateBadge state={state === 'explored' ? 'succeeded' : state} word={state} />,
  },
  {
    name: 'published',
    head: 'Published',
    sort: ({ published }) => Number(published),
    cell: ({ published }) => (published ? 'yes' : 'no'),
  },
  {
    name: 'toplevels',
    head: 'Top-levels',
    align: 'end',
    isWide: true,
    sort: ({ graph }) => graph?.toplevels ?? 0,
    cell: ({ graph }) => graph?.toplevels ?? '',
  },
  {
    name: 'nodes',
    head: 'Objects',
    align: 'end',
    isWide: true,
    sort: ({ graph }) => graph?.nodes ?? 0,
    cell: ({ graph }) => graph?.nodes ?? '',
  },
  {
    name: 'problem',
    head: 'What went wrong',
    isLoose: true,
    cell: ({ problem, graph }) =>
      problem === null ? (
        (graph?.troubles ?? []).map(({ what }) => what).join('; ')
      ) : (
        <>
          {problem.code} {problem.what}
        </>
      ),
  },
];

/** How the distributions of a farm's Python sources stand; nothing where no source names any. */
export function Distributions() {
  const { data } = useLive<readonly PythonDistributionView[]>(path);
  if (data === undefined || data.length === 0) return null;
  const failed = data.filter(({ state }) => state === 'failed').length;
  return (
    <Section title="Distributions" id="distributions" aside={failed > 0 ? `${failed} failed` : undefined}>
      <Table
        caption="Python distributions"
        columns={columns}
        rows={data}
        keyOf={({ source, stem }) => `${source}/${stem}`}
        json={path}
        empty=""
        name="distributions-"
        sorted={{ column: 'state', isDown: false }}
      />
    </Section>
  );
}
