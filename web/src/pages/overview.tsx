import type { Overview } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { Page } from '../page.ts';
import { builderNameColumn, loadColumn, stateColumn } from '../pieces/columns.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { Bar, Expected } from '../pieces/progress.tsx';
import { Table } from '../pieces/table.tsx';
import { Throughput } from '../pieces/throughput.tsx';
import { Empty, JobName, JsonLink, Section, Since, StateBadge, Time } from '../pieces/values.tsx';
import { count, jobParts, logAddress, number } from '../pieces/words.ts';

const path = '/api/overview';

function OverviewView() {
  const live = useLive<Overview>(path);
  return (
    <Loaded live={live}>
      {(overview) => (
        <>
          <Troubles lines={overview.troubles} />
          <Numbers overview={overview} />
          <div class="columns">
            <Running overview={overview} />
            <Failed overview={overview} />
            <Builders overview={overview} />
            <Next overview={overview} />
          </div>
          <Section title="Attempts by the hour" id="throughput" aside={<JsonLink path={path} />}>
            <Throughput hours={overview.hours} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

/** What is the matter, as the manager says. */
function Troubles({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <ul class="troubles" aria-label="What is the matter">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Numbers({ overview }: { readonly overview: Overview }) {
  const { open, day, builders } = overview;
  const slots = builders.reduce((sum, one) => sum + one.slots, 0);
  const queued = (open.ready ?? 0) + (open.waiting ?? 0);
  return (
    <dl class="numbers">
      <Figure
        name="running"
        value={open.running ?? 0}
        of={`on ${count(slots, 'slot')}`}
        href="/queue?state=running"
      />
      <Figure name="queued" value={queued} of={`${number(open.ready ?? 0)} ready`} href="/queue" />
      <Figure
        name="failed since yesterday"
        value={day.failed}
        of={`of ${count(day.failed + day.succeeded, 'attempt')}`}
        href="#failed"
        tone={day.failed > 0 ? 'bad' : undefined}
      />
      <Figure name="published since yesterday" value={day.published} of="packages" href="/repositories" />
    </dl>
  );
}

function Figure(props: {
  readonly name: string;
  readonly value: number;
  readonly of: string;
  readonly href: string;
  readonly tone?: string | undefined;
}) {
  return (
    <div class="figure" data-tone={props.tone}>
      <dt>{props.name}</dt>
      <dd>
        <a href={props.href}>{number(props.value)}</a> <small>{props.of}</small>
      </dd>
    </div>
  );
}

type RunningJob = Overview['running'][number];

function Running({ overview }: { readonly overview: Overview }) {
  return (
    <Section title="Building now" aside={<a href="/queue">queue</a>}>
      <Table<RunningJob>
        caption="running jobs"
        name="running-"
        json={path}
        rows={overview.running}
        keyOf={({ id }) => id}
        empty="Nothing is being built."
        sorted={{ column: 'since', isDown: false }}
        columns={[
          {
            name: 'job',
            head: 'Job',
            isHead: true,
            sort: ({ id }) => jobParts(id).name,
            cell: ({ id }) => <JobName id={id} />,
          },
          {
            name: 'builder',
            head: 'Builder',
            isWide: true,
            sort: ({ builder }) => builder,
            cell: ({ builder }) => builder,
          },
          {
            name: 'since',
            head: 'Since',
            align: 'end',
            sort: ({ startedMs }) => startedMs,
            cell: ({ startedMs, id }) => (
              <a href={logAddress(id)} title="its log">
                <Since at={startedMs} />
                <span class="unseen">, log of {jobParts(id).name}</span>
              </a>
            ),
          },
          {
            name: 'left',
            head: 'Left, until',
            sort: ({ startedMs, expectedMs }) => expectedMs && startedMs + expectedMs,
            cell: (job) => (
              <>
                <Bar startedMs={job.startedMs} expectedMs={job.expectedMs} label={jobParts(job.id).name} />{' '}
                <Expected startedMs={job.startedMs} expectedMs={job.expectedMs} />
              </>
            ),
          },
        ]}
      />
    </Section>
  );
}

type FailedJob = Overview['failed'][number];

function Failed({ overview }: { readonly overview: Overview }) {
  const { failed, day } = overview;
  const more = day.failed - failed.length;
  return (
    <Section title="Failed since yesterday" id="failed" aside={more > 0 && `${number(more)} more`}>
      <Table<FailedJob>
        caption="failed since yesterday"
        name="failed-"
        json={path}
        rows={failed}
        keyOf={({ attempt }) => String(attempt)}
        empty="Nothing has failed since yesterday."
        columns={[
          {
            name: 'job',
            head: 'Job',
            isHead: true,
            sort: ({ id }) => jobParts(id).name,
            cell: ({ id }) => <JobName id={id} />,
          },
          {
            name: 'when',
            head: 'When',
            sort: ({ endedMs }) => endedMs,
            cell: ({ endedMs }) => <Time at={endedMs} />,
          },
          {
            name: 'why',
            head: 'Why',
            cell: Why,
          },
          {
            name: 'now',
            head: 'Now',
            isWide: true,
            sort: ({ now }) => now,
            cell: ({ now }) => <StateBadge state={now} />,
          },
        ]}
      />
    </Section>
  );
}

/** What its log says, or how the attempt ended; it leads to the first error of the log. */
function Why({ id, what, state, said }: FailedJob) {
  const usual = state === 'timed-out' ? 'timed out' : what;
  const line = said?.line?.trim();
  return (
    <a class="clip" href={logAddress(id)} title={[said?.title, line, what].filter(Boolean).join('\n')}>
      {said ? `${said.title}${line ? `: ${line}` : ''}` : usual}
    </a>
  );
}

type BuilderLoad = Overview['builders'][number];

function Builders({ overview }: { readonly overview: Overview }) {
  return (
    <Section title="Builders" aside={<a href="/builders">all of them</a>}>
      <Table<BuilderLoad>
        caption="builders and their load"
        name="builders-"
        json={path}
        rows={overview.builders}
        keyOf={({ name }) => name}
        empty="No builder has ever said anything."
        columns={[
          builderNameColumn(),
          stateColumn(),
          loadColumn(({ busy }) => busy),
          {
            name: 'day',
            head: 'Since yesterday',
            align: 'end',
            isWide: true,
            sort: ({ dayAttempts }) => dayAttempts,
            cell: ({ dayAttempts }) => number(dayAttempts),
          },
        ]}
      />
    </Section>
  );
}

type NextCheck = Overview['upstreams'][number];

function Next({ overview }: { readonly overview: Overview }) {
  return (
    <Section title="Next checks of upstreams" id="upstreams" aside={<a href="/upstreams">watch list</a>}>
      {overview.upstreams.length === 0 ? (
        <Empty>No recipe source keeps itself up to date.</Empty>
      ) : (
        <Table<NextCheck>
          caption="next checks of upstreams"
          name="upstreams-"
          json={path}
          rows={overview.upstreams}
          keyOf={({ source }) => source}
          empty=""
          columns={[
            {
              name: 'source',
              head: 'Source',
              isHead: true,
              cell: ({ source }) => <a href={`/upstreams?source=${source}`}>{source}</a>,
            },
            {
              name: 'next',
              head: 'Next',
              cell: ({ nextMs, paused }) => (paused ? 'paused' : <Time at={nextMs} none="never" />),
            },
            { name: 'last', head: 'Last', cell: ({ lastMs }) => <Time at={lastMs} none="never" /> },
            {
              name: 'reviews',
              head: 'Reviews',
              align: 'end',
              cell: ({ reviews }) => (reviews > 0 ? <a href="/reviews">{number(reviews)}</a> : '0'),
            },
            {
              name: 'trouble',
              head: 'Trouble',
              isWide: true,
              cell: ({ problem }) => problem && <span class="clip bad">{problem}</span>,
            },
          ]}
        />
      )}
    </Section>
  );
}

export const overviewPage: Page = {
  path: '/',
  title: () => 'Overview',
  view: OverviewView,
  nav: { label: 'Overview', group: 'Farm' },
};
