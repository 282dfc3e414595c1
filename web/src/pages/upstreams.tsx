import type { UpkeepPackage, UpkeepPackages, UpkeepRun, UpkeepView } from '../../../src/api/index.ts';
import { type Live, useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { Choice, TextFilter } from '../pieces/filters.tsx';
import { tell } from '../pieces/notice.tsx';
import { Command } from '../pieces/operator.tsx';
import { Loaded, Problem } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Empty, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count, duration, number } from '../pieces/words.ts';

const path = '/api/upkeep';

/** Sources of PKGBUILDs with their watch list. */
const UpstreamsView = ({ query }: PageProps) => (
  <UpstreamsOf
    query={query}
    kinds={['pkgbuild']}
    none="No recipe source keeps itself up to date: docs/service.md tells how one does."
  />
);

/** Sources of some kinds, and the watch list of one of them. */
export function UpstreamsOf(props: {
  readonly query: URLSearchParams;
  readonly kinds: readonly string[];
  /** What there is to say when there is no such source. */
  readonly none: string;
}) {
  const { query, kinds } = props;
  const live = useLive<readonly UpkeepView[]>(path);
  return (
    <Loaded live={live}>
      {(all) => {
        const sources = all.filter(({ kind = 'pkgbuild' }) => kinds.includes(kind));
        const chosen = sources.find(({ source }) => source === query.get('source')) ?? sources[0];
        if (!chosen) return <Empty>{props.none}</Empty>;
        return (
          <>
            <Sources sources={sources} live={live} />
            <WatchList source={chosen} query={query} live={live} />
          </>
        );
      }}
    </Loaded>
  );
}

interface SourcesProps {
  readonly sources: readonly UpkeepView[];
  readonly live: Live<readonly UpkeepView[]>;
}

function Sources({ sources, live }: SourcesProps) {
  return (
    <Section title={count(sources.length, 'recipe source')} id="sources">
      <Table<UpkeepView>
        caption="recipe sources"
        name="source-"
        json={path}
        rows={sources}
        keyOf={({ source }) => source}
        empty=""
        columns={sourceColumns(live)}
      />
      {sources.map(({ source, problem }) => problem && <Problem key={source} problem={problem} />)}
    </Section>
  );
}

const sourceColumns = (live: SourcesProps['live']): readonly Column<UpkeepView>[] => [
  {
    name: 'source',
    head: 'Source',
    isHead: true,
    sort: ({ source }) => source,
    cell: ({ source }) => <a href={`/upstreams?${new URLSearchParams({ source })}`}>{source}</a>,
  },
  { name: 'state', head: 'State', cell: (view) => <SourceState view={view} /> },
  {
    name: 'last',
    head: 'Last run',
    sort: ({ last }) => last[0]?.startedMs,
    cell: ({ last }) => <LastRun run={last[0]} />,
  },
  {
    name: 'next',
    head: 'Next run',
    sort: ({ next }) => next[0]?.atMs,
    cell: ({ next }) => <Time at={next[0]?.atMs} none="never" />,
  },
  {
    name: 'reviews',
    head: 'Reviews',
    align: 'end',
    cell: ({ packages }) => <a href="/reviews">{number(packages.review ?? 0)}</a>,
  },
  {
    name: 'commit',
    head: 'Commit',
    isWide: true,
    cell: ({ commit, branch, url }) => (
      <span title={`${url} ${branch ?? ''}`}>{commit && <code>{commit.slice(0, 12)}</code>}</span>
    ),
  },
  { name: 'do', head: 'Actions', cell: (view) => <SourceCommands view={view} live={live} /> },
];

function SourceState({ view }: { readonly view: UpkeepView }) {
  if (view.running) return <StateBadge state="running" word={wordsOf(view.running)} />;
  if (view.paused) return <StateBadge state="paused" />;
  if (view.problem) return <StateBadge state="failed" word="in trouble" />;
  return <StateBadge state="fresh" word="well" />;
}

const wordsOf = ({ kind, trigger }: Pick<UpkeepRun, 'kind' | 'trigger'>): string =>
  kind === 'on-commit' ? 'looks at a push' : kind === 'trigger' ? `trigger ${trigger}` : 'regular run';

function LastRun({ run }: { readonly run: UpkeepRun | undefined }) {
  if (!run) return <>never</>;
  const spanMs = run.endedMs === null ? undefined : run.endedMs - run.startedMs;
  return (
    <span title={`${wordsOf(run)}${spanMs === undefined ? '' : `, took ${duration(spanMs)}`}`}>
      <StateBadge state={run.outcome} /> <Time at={run.startedMs} />
      {run.scheduled.length > 0 && <small> {count(run.scheduled.length, 'package')} scheduled</small>}
      {run.problem && <small class="bad"> {run.problem.what}</small>}
    </span>
  );
}

function SourceCommands({ view, live }: { readonly view: UpkeepView; readonly live: SourcesProps['live'] }) {
  const { source, paused } = view;
  const at = `/api/upkeep/${encodeURIComponent(source)}`;
  return (
    <span class="buttons">
      <Command<{ readonly ahead: number }>
        label="Run now"
        description={`Run now: look at ${source}`}
        address={`${at}/run`}
        body={{ kind: 'on-schedule' }}
        done={(sent) => {
          if (sent === undefined) return;
          tell(
            'trouble' in sent
              ? sent.trouble
              : `${source} is looked at, ${count(sent.answer.ahead, 'run')} before it`,
          );
          void live.refresh();
        }}
      />
      <Command<{ readonly paused: boolean }>
        label={paused ? 'Resume' : 'Pause'}
        description={`${paused ? 'Resume' : 'Pause'} ${source}`}
        address={`${at}/pause`}
        body={{ paused: !paused }}
        done={(sent) => {
          if (sent === undefined) return;
          if ('trouble' in sent) tell(sent.trouble);
          else tell(sent.answer.paused ? `${source} makes no runs by itself` : `${source} makes runs again`);
          void live.refresh();
        }}
      />
    </span>
  );
}

interface WatchProps {
  readonly source: UpkeepView;
  readonly query: URLSearchParams;
  readonly live: SourcesProps['live'];
}

/** The packages of a source: last check, last error, next try, review. */
function WatchList({ source: { source }, query, live }: WatchProps) {
  const address = `/api/upkeep/${encodeURIComponent(source)}/packages`;
  const packages = useLive<UpkeepPackages>(address, { isSlow: true });
  const state = query.get('state') ?? '';
  const text = query.get('text') ?? '';
  return (
    <Loaded live={packages}>
      {(found) => {
        const rows = found.packages.filter(
          (one) => (state === '' || one.state === state) && (text === '' || one.name.includes(text)),
        );
        const states = [...new Set(found.packages.map((one) => one.state))].sort();
        return (
          <>
            <search class="filters" aria-label="Which packages">
              <TextFilter label="Name" value={text} onChange={(value) => setQuery({ text: value })} />
              <Choice
                label="State"
                value={state}
                options={states}
                onChange={(value) => setQuery({ state: value })}
              />
            </search>
            <Section title={`Watch list of ${source}`} id="watch-list">
              <Table<UpkeepPackage>
                caption={`packages of ${source}`}
                json={address}
                rows={rows}
                keyOf={({ name }) => name}
                empty="No package is watched that these filters let through."
                columns={watchColumns(source, found.recipesUrl, live)}
                rowState={(row) => row.state}
              />
            </Section>
          </>
        );
      }}
    </Loaded>
  );
}

const watchColumns = (
  source: string,
  recipesUrl: string | null,
  live: SourcesProps['live'],
): readonly Column<UpkeepPackage>[] => [
  {
    name: 'name',
    head: 'Package',
    isHead: true,
    sort: ({ name }) => name,
    cell: ({ name }) => <a href={`/packages/${encodeURIComponent(name)}`}>{name}</a>,
  },
  {
    name: 'state',
    head: 'State',
    sort: ({ state }) => state,
    cell: (row) => <WatchState row={row} source={source} />,
  },
  {
    name: 'follows',
    head: 'Follows',
    isWide: true,
    sort: ({ follows }) => follows,
    cell: (row) => row.follows ?? '',
  },
  ...checkColumns,
  {
    name: 'do',
    head: 'Actions',
    isWide: true,
    cell: ({ name }) => (
      <>
        <CheckNow source={source} name={name} live={live} />{' '}
        {recipesUrl && <a href={`${recipesUrl}${encodeURIComponent(name)}`}>recipe</a>}
      </>
    ),
  },
];

/** How it went with the upstream. */
const checkColumns: readonly Column<UpkeepPackage>[] = [
  {
    name: 'checked',
    head: 'Last check',
    sort: ({ checkedMs }) => checkedMs,
    cell: ({ checkedMs }) => <Time at={checkedMs} none="never" />,
  },
  {
    name: 'updated',
    head: 'Last update',
    isWide: true,
    sort: ({ updatedMs }) => updatedMs,
    cell: ({ updatedMs }) => <Time at={updatedMs} none="never" />,
  },
  {
    name: 'error',
    head: 'Last error',
    isLoose: true,
    sort: ({ error }) => error?.sinceMs,
    cell: ({ error, failures }) =>
      error && (
        <span class="clip bad" title={`${error.code} ${error.what}, ${count(failures, 'failure')} in a row`}>
          {error.what}
        </span>
      ),
  },
  {
    name: 'next',
    head: 'Next try',
    isWide: true,
    sort: ({ nextTryMs }) => nextTryMs,
    cell: ({ nextTryMs, error }) => error && <Time at={nextTryMs} none="with the next run" />,
  },
];

function WatchState({ row, source }: { readonly row: UpkeepPackage; readonly source: string }) {
  if (!row.review) return <StateBadge state={row.state} />;
  return (
    <a href={`/reviews/${encodeURIComponent(source)}/${encodeURIComponent(row.name)}`}>
      <StateBadge state="review" />
    </a>
  );
}

function CheckNow({
  source,
  name,
  live,
}: {
  readonly source: string;
  readonly name: string;
  readonly live: SourcesProps['live'];
}) {
  return (
    <Command<{ readonly ahead: number }>
      label="Check"
      description={`Check ${name} now`}
      address={`/api/upkeep/${encodeURIComponent(source)}/run`}
      body={{ kind: 'on-schedule', packages: [name] }}
      done={(sent) => {
        if (sent === undefined) return;
        tell('trouble' in sent ? sent.trouble : `${name} is looked at`);
        void live.refresh();
      }}
    />
  );
}

export const upstreamsPage: Page = {
  path: '/upstreams',
  title: () => 'Upstreams',
  view: UpstreamsView,
  nav: { label: 'Upstreams', group: 'Recipes' },
};
