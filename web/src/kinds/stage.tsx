import type { StageResultView, StageSourceView, StageSubarchView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { KindFace } from '../page.ts';
import { sizeColumn, tookColumn } from '../pieces/columns.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Empty, Section, StateBadge } from '../pieces/values.tsx';
import { count, jobAddress } from '../pieces/words.ts';

const path = '/api/stages';

function StagesView() {
  const live = useLive<readonly StageSourceView[]>(path);
  return (
    <Loaded live={live}>
      {(sources) =>
        sources.length === 0 ? (
          <Empty>
            No recipe source of this farm has the kind 'stages': docs/stages.md tells how one does.
          </Empty>
        ) : (
          sources.map((source) => <Source key={source.source} source={source} />)
        )
      }
    </Loaded>
  );
}

function Source({ source }: { readonly source: StageSourceView }) {
  return (
    <>
      <h2 class="between">
        {source.target}, from {source.source}:{' '}
        {source.generation === 0 ? 'nothing is published yet' : `generation ${source.generation}`}
      </h2>
      {source.subarches.map((subarch) => (
        <Subarch key={nameOf(subarch)} of={subarch} />
      ))}
      {source.trees.length > 0 && (
        <Section title="Package trees" id={`trees-${source.source}`}>
          <Results of={`package trees of ${source.source}`} results={source.trees} />
        </Section>
      )}
    </>
  );
}

const nameOf = ({ build, archDesc, subarch }: StageSubarchView): string => `${build}/${archDesc}/${subarch}`;

const badges = { complete: 'succeeded', building: 'running', failed: 'failed', waiting: 'waiting' } as const;

function Subarch({ of }: { readonly of: StageSubarchView }) {
  const name = nameOf(of);
  return (
    <Section
      title={name}
      id={`subarch-${name}`}
      aside={
        <>
          {of.version} <StateBadge state={badges[of.state]} word={of.state} />
          {of.failures > 0 && `, ${count(of.failures, 'failure')} in a row`}
        </>
      }
    >
      <p class="body" data-subarch={name}>
        {of.jobs.map(({ id, target, state, reason }) => (
          <a key={id} href={jobAddress(id)} title={reason ?? undefined}>
            {target}: {state}{' '}
          </a>
        ))}
      </p>
      <Results of={name} results={of.results} />
    </Section>
  );
}

const columns: readonly Column<StageResultView>[] = [
  {
    name: 'target',
    head: 'Target',
    isHead: true,
    sort: ({ target }) => target,
    cell: ({ target, path: file }) => <span title={file}>{target}</span>,
  },
  { name: 'version', head: 'Version', sort: ({ version }) => version, cell: ({ version }) => version },
  sizeColumn(),
  tookColumn({ isWide: true }),
  { name: 'begun', head: 'Begun with', isWide: true, cell: ({ begun }) => begun ?? '' },
  {
    name: 'newest',
    head: 'Newest',
    isWide: true,
    cell: ({ latest }) => latest?.slice(latest.lastIndexOf('/') + 1) ?? '',
  },
  {
    name: 'key',
    head: 'Key',
    isWide: true,
    cell: ({ key, sha256 }) => (
      <code title={`key ${key ?? 'none'}, sha256 ${sha256}`}>{(key ?? sha256).slice(0, 12)}</code>
    ),
  },
];

const Results = ({ of, results }: { readonly of: string; readonly results: readonly StageResultView[] }) => (
  <Table<StageResultView>
    caption={`results of ${of}`}
    name={`${of}-`}
    json={path}
    rows={results}
    keyOf={({ path: file }) => file}
    empty="No results yet."
    columns={columns}
  />
);

export const stageKind: KindFace = {
  name: 'stage',
  label: 'Stages',
  pages: [
    { path: '/stages', title: () => 'Stages', view: StagesView, nav: { label: 'Stages', group: 'Recipes' } },
  ],
};
