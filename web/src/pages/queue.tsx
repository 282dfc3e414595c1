import type { QueuePage } from '../../../src/api/index.ts';
import { type Live, useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { Choice, TextFilter } from '../pieces/filters.tsx';
import { tell } from '../pieces/notice.tsx';
import { Command, type Sent } from '../pieces/operator.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { Bar, Expected } from '../pieces/progress.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Duration, JobName, Section, Since, StateBadge, Time } from '../pieces/values.tsx';
import { type Foreseen, useForecast, When } from '../pieces/when.tsx';
import { count, jobParts, logAddress, number } from '../pieces/words.ts';

type Row = QueuePage['jobs'][number];
type Concerned = { readonly jobs: readonly string[] };

const filters = ['state', 'target', 'source', 'builder', 'text'] as const;

/** Address of what the query of the page asks for. */
function addressOf(query: URLSearchParams): string {
  const asked = new URLSearchParams();
  for (const name of filters) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  if (query.has('all')) asked.set('limit', '5000');
  return `/api/queue/jobs${asked.size === 0 ? '' : `?${asked}`}`;
}

function QueueView({ query }: PageProps) {
  const address = addressOf(query);
  const live = useLive<QueuePage>(address);
  return (
    <>
      <Filters query={query} page={live.data} />
      <Loaded live={live}>
        {(page) => <Jobs page={page} address={address} live={live} query={query} />}
      </Loaded>
    </>
  );
}

function Filters({ query, page }: { readonly query: URLSearchParams; readonly page: QueuePage | undefined }) {
  const choose = (name: string) => (value: string) => setQuery({ [name]: value });
  return (
    <search class="filters" aria-label="Which jobs">
      <TextFilter label="Name" value={query.get('text') ?? ''} onChange={choose('text')} />
      <Choice
        label="State"
        value={query.get('state') ?? ''}
        options={['running', 'ready', 'waiting']}
        onChange={choose('state')}
      />
      <Choice
        label="Target"
        value={query.get('target') ?? ''}
        options={page?.targets ?? []}
        onChange={choose('target')}
      />
      <Choice
        label="Source"
        value={query.get('source') ?? ''}
        options={page?.sources ?? []}
        onChange={choose('source')}
      />
      {query.get('builder') && (
        <button type="button" onClick={() => setQuery({ builder: undefined })}>
          builder {query.get('builder')} ✕
        </button>
      )}
    </search>
  );
}

/** Says how a command went and shows what came of it. */
const whenSent =
  (live: Live<unknown>, words: (count: number) => string) =>
  (sent: Sent<Concerned>): void => {
    if (sent === undefined) return;
    tell('trouble' in sent ? sent.trouble : words(sent.answer.jobs.length));
    void live.refresh();
  };

interface JobsProps {
  readonly page: QueuePage;
  readonly address: string;
  readonly live: Live<QueuePage>;
  readonly query: URLSearchParams;
}

function Jobs({ page, address, live, query }: JobsProps) {
  const { counts, jobs } = page;
  const total = (counts.running ?? 0) + (counts.ready ?? 0) + (counts.waiting ?? 0);
  const words = `${number(counts.running ?? 0)} running, ${number(counts.ready ?? 0)} ready, ${number(counts.waiting ?? 0)} waiting`;
  return (
    <Section
      title={words}
      id="jobs"
      aside={
        <span class="buttons">
          {total > jobs.length && !query.has('all') && (
            <button type="button" onClick={() => setQuery({ all: '1' })}>
              Show all {number(total)}
            </button>
          )}
          <CancelShown jobs={jobs} live={live} />
        </span>
      }
    >
      <Table<Row>
        caption="jobs of the queue"
        json={address}
        rows={jobs}
        keyOf={({ id, plan }) => `${plan}/${id}`}
        empty="No job is queued that these filters let through."
        columns={columnsOf(live, useForecast())}
        rowState={({ state }) => state}
      />
    </Section>
  );
}

/** Cancels what the filters let through, when there is not too much of it to be looked over. */
function CancelShown({ jobs, live }: { readonly jobs: readonly Row[]; readonly live: Live<QueuePage> }) {
  const queued = jobs.filter(({ state }) => state !== 'running');
  if (queued.length === 0) return null;
  const what = count(queued.length, 'queued job');
  return (
    <Command<Concerned>
      label={`Cancel ${what}`}
      address="/api/jobs/cancel"
      body={{ selection: { jobs: queued.map(({ id }) => id) } }}
      question={`Cancel ${what} of this list? What needs them is canceled or blocked too.`}
      done={whenSent(live, (found) => `${count(found, 'job')} canceled`)}
    />
  );
}

const columnsOf = (live: Live<QueuePage>, forecast: Foreseen): readonly Column<Row>[] => [
  ...placeColumns(live),
  ...factColumns,
  {
    name: 'done',
    head: 'Done',
    isWide: true,
    sort: ({ id }) => forecast.get(id)?.end?.middleMs,
    cell: ({ id }) => <When forecast={forecast.get(id)} />,
  },
  { name: 'do', head: 'Actions', cell: (row) => <Cancel row={row} live={live} /> },
];

/** Which job it is and when it comes. */
const placeColumns = (live: Live<QueuePage>): readonly Column<Row>[] => [
  {
    name: 'job',
    head: 'Job',
    isHead: true,
    sort: ({ id }) => jobParts(id).name,
    cell: ({ id }) => <JobName id={id} />,
  },
  { name: 'state', head: 'State', sort: ({ state }) => state, cell: (row) => <State row={row} /> },
  {
    name: 'place',
    head: 'Place',
    align: 'end',
    isWide: true,
    sort: ({ place }) => place,
    cell: ({ place }) => place !== null && number(place),
  },
  {
    name: 'urgency',
    head: 'Urgency',
    sort: ({ urgency }) => urgency,
    cell: (row) => <Urgency row={row} live={live} />,
  },
];

/** What is known of it. */
const factColumns: readonly Column<Row>[] = [
  {
    name: 'class',
    head: 'Class',
    align: 'end',
    isWide: true,
    sort: ({ buildClass }) => buildClass,
    cell: ({ buildClass }) => buildClass ?? '',
  },
  {
    name: 'source',
    head: 'Source',
    isWide: true,
    sort: ({ source }) => source,
    cell: ({ source }) => source,
  },
  {
    name: 'since',
    head: 'Since',
    align: 'end',
    isWide: true,
    sort: ({ sinceMs }) => sinceMs,
    cell: ({ sinceMs, state }) => (state === 'running' ? <Since at={sinceMs} /> : <Time at={sinceMs} />),
  },
  {
    name: 'takes',
    head: 'Takes',
    isWide: true,
    sort: ({ expectedMs }) => expectedMs,
    cell: ({ id, state, sinceMs, expectedMs }) =>
      state === 'running' ? (
        <>
          <Bar startedMs={sinceMs} expectedMs={expectedMs} label={jobParts(id).name} />{' '}
          <Expected startedMs={sinceMs} expectedMs={expectedMs} />
        </>
      ) : (
        <Duration ms={expectedMs} none="first time" />
      ),
  },
  {
    name: 'plan',
    head: 'Plan',
    align: 'end',
    isWide: true,
    sort: ({ plan }) => plan,
    cell: ({ plan }) => <a href={`/plans/${plan}`}>{plan}</a>,
  },
];

function State({ row }: { readonly row: Row }) {
  const { state, builder, pending, reason, id } = row;
  if (state === 'running')
    return (
      <>
        <StateBadge state={state} /> <a href={logAddress(id)}>{builder}</a>
      </>
    );
  if (state === 'waiting')
    return (
      <span title={reason}>
        <StateBadge state={state} word={pending > 0 ? `waits for ${number(pending)}` : 'waiting'} />
      </span>
    );
  return <StateBadge state={state} />;
}

const most = 1000;
const step = 10;

/** How much a job is wanted, with a button for more and one for less. */
function Urgency({ row, live }: { readonly row: Row; readonly live: Live<QueuePage> }) {
  const { id, urgency, state } = row;
  const { name } = jobParts(id);
  if (state === 'running') return <span class="number">{urgency}</span>;
  const done = whenSent(live, (found) => `urgency of ${count(found, 'job')} changed`);
  const bodyOf = (to: number) => ({
    selection: { jobs: [id] },
    urgency: Math.max(-most, Math.min(most, to)),
  });
  return (
    <span class="stepper">
      <Command<Concerned>
        label="−"
        description={`${name} later`}
        address="/api/jobs/urgency"
        body={bodyOf(urgency - step)}
        done={done}
      />
      <output class="number" aria-label={`urgency of ${name}`}>
        {urgency}
      </output>
      <Command<Concerned>
        label="+"
        description={`${name} sooner`}
        address="/api/jobs/urgency"
        body={bodyOf(urgency + step)}
        done={done}
      />
    </span>
  );
}

function Cancel({ row, live }: { readonly row: Row; readonly live: Live<QueuePage> }) {
  const { name } = jobParts(row.id);
  const isRunning = row.state === 'running';
  return (
    <Command<Concerned>
      label={isRunning ? 'Stop' : 'Cancel'}
      description={`${isRunning ? 'Stop' : 'Cancel'} ${name}`}
      address="/api/jobs/cancel"
      body={{ selection: { jobs: [row.id] } }}
      question={isRunning ? `Stop the build of ${name}?` : `Take ${name} out of the queue?`}
      done={whenSent(live, () => (isRunning ? `${name} was asked to stop` : `${name} is canceled`))}
    />
  );
}

export const queuePage: Page = {
  path: '/queue',
  title: () => 'Queue',
  view: QueueView,
  nav: { label: 'Queue', group: 'Farm' },
};
