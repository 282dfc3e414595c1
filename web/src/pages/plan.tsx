import type { PlanGraph, PlanNode } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { Page, PageProps } from '../page.ts';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Duration, Section, StateBadge, Time } from '../pieces/values.tsx';
import { type Foreseen, TimeRange, useForecast, When } from '../pieces/when.tsx';
import { count, jobAddress } from '../pieces/words.ts';
import { GraphView } from '../plan/graph-view.tsx';
import { States } from './plans.tsx';

function PlanView({ params }: PageProps) {
  const path = `/api/plans/${Number(params.plan)}`;
  const live = useLive<PlanGraph>(path);
  return <Loaded live={live}>{(graph) => <Shown graph={graph} path={path} />}</Loaded>;
}

function Shown({ graph, path }: { readonly graph: PlanGraph; readonly path: string }) {
  return (
    <>
      <Head graph={graph} />
      {graph.problems.length > 0 && (
        <ul class="troubles" aria-label="problems of the plan">
          {graph.problems.slice(0, 20).map(({ code, what }) => (
            <li key={what}>
              <code>{code}</code> {what}
            </li>
          ))}
        </ul>
      )}
      <Section title="Graph" aside="from left to right: what waits for what">
        <GraphView graph={graph} />
      </Section>
      <Section title="Jobs">
        <Jobs graph={graph} path={path} />
      </Section>
    </>
  );
}

function Head({ graph }: { readonly graph: PlanGraph }) {
  const { why, source, commit, createdMs, finishedMs, end, target, arch } = graph;
  return (
    <p class="plan-head">
      {count(graph.nodes.length, 'job')} for {target}/{arch}, made <Time at={createdMs} /> by{' '}
      <code>{why}</code>
      {source !== null && (
        <>
          {' '}
          from {source}
          {commit !== null && <code title={commit}> {commit.slice(0, 12)}</code>}
        </>
      )}
      {' · '}
      <States states={graph.states} />
      {' · '}
      {finishedMs !== null ? (
        <>
          over <Time at={finishedMs} />, after <Duration ms={finishedMs - createdMs} />
        </>
      ) : end ? (
        <>
          done <TimeRange range={end} />
        </>
      ) : (
        'nobody knows when it is done'
      )}
      {' · '}
      <a href={`/simulate?plan=${graph.id}`}>what if</a>
    </p>
  );
}

const factColumns: readonly Column<PlanNode>[] = [
  {
    name: 'job',
    head: 'Job',
    isHead: true,
    sort: ({ name }) => name,
    cell: ({ job, name, version, critical }) => (
      <>
        <a href={jobAddress(job)}>{name}</a> <small>{version}</small>
        {critical && (
          <span class="badge" data-tone="warn" title="on the critical path">
            {' '}
            <span aria-hidden="true">◆</span>
            <span class="unseen">on the critical path</span>
          </span>
        )}
      </>
    ),
  },
  {
    name: 'state',
    head: 'State',
    sort: ({ state }) => state,
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    name: 'why',
    head: 'Why',
    isWide: true,
    cell: ({ why, reason }) => (
      <span class="clip" title={`${why}; ${reason}`}>
        {why}
      </span>
    ),
  },
  {
    name: 'took',
    head: 'Took or takes',
    align: 'end',
    sort: ({ durationMs, expectedMs }) => durationMs ?? expectedMs,
    cell: ({ durationMs, expectedMs }) =>
      durationMs === null ? (
        <span class="quiet">
          {expectedMs === null ? 'no history' : '≈ '}
          <Duration ms={expectedMs} />
        </span>
      ) : (
        <Duration ms={durationMs} />
      ),
  },
  {
    name: 'path',
    head: 'With what follows',
    align: 'end',
    isWide: true,
    sort: ({ pathMs }) => pathMs,
    cell: ({ pathMs }) => <Duration ms={pathMs} />,
  },
];

const columnsOf = (forecast: Foreseen): readonly Column<PlanNode>[] => [
  ...factColumns.slice(0, 2),
  {
    name: 'done',
    head: 'Done',
    isWide: true,
    sort: ({ job }) => forecast.get(job)?.end?.middleMs,
    cell: ({ job }) => <When forecast={forecast.get(job)} />,
  },
  ...factColumns.slice(2),
];

function Jobs({ graph, path }: { readonly graph: PlanGraph; readonly path: string }) {
  return (
    <Table<PlanNode>
      caption={`jobs of plan ${graph.id}`}
      json={path}
      rows={graph.nodes}
      keyOf={({ job }) => job}
      empty="The plan has no jobs."
      columns={columnsOf(useForecast(graph.id))}
    />
  );
}

export const planPage: Page = {
  path: '/plans/:plan',
  title: ({ plan }) => `Plan ${plan}`,
  view: PlanView,
};
