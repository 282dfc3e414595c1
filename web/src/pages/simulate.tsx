import { useEffect, useState } from 'preact/hooks';
import type { BuilderView, SimulationReply } from '../../../src/api/index.ts';
import { ReadFault, readOnce, useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { builderNameColumn } from '../pieces/columns.tsx';
import { FaultShown } from '../pieces/problem.tsx';
import { Table } from '../pieces/table.tsx';
import { Duration, Empty, Meter, Section } from '../pieces/values.tsx';
import { count, number } from '../pieces/words.ts';

const dayMs = 86_400_000;

/** The request that the query of the page asks for; undefined: nothing was asked yet. */
function requestOf(query: URLSearchParams, nowMs: number): string | undefined {
  const what = query.get('of') ?? (query.has('plan') ? 'plan' : undefined);
  if (what === undefined) return undefined;
  const words = new URLSearchParams();
  if (what === 'plan') words.set('plan', query.get('plan') ?? '');
  if (what === 'history')
    words.set(
      'since',
      String(Math.floor(nowMs / 60_000) * 60_000 - Number(query.get('days') ?? '7') * dayMs),
    );
  const builders = query.get('builders') ?? '';
  if (builders !== '') words.set('builders', builders);
  return `/api/simulate?${words}`;
}

function SimulateView({ query }: PageProps) {
  const [nowMs, setNow] = useState(() => Date.now());
  const request = requestOf(query, nowMs);
  const { reply, fault, isReading } = useReply(request);
  return (
    <>
      <p class="quiet">
        Jobs run forward in virtual time by the farm's own dispatcher: with the builders as they are, or as
        described.
      </p>
      <Wishes query={query} isReading={isReading} again={() => setNow(Date.now())} />
      {fault && <FaultShown fault={fault} />}
      <div role="status" class="unseen">
        {isReading ? 'simulating' : reply ? `${reply.what}: done` : ''}
      </div>
      {reply && request && !fault && <Result reply={reply} request={request} />}
      {!request && <Empty>Choose what to run, and on which builders.</Empty>}
    </>
  );
}

/** The answer to a request; a simulation costs something, so that it is asked for once and not followed. */
function useReply(request: string | undefined) {
  const [state, setState] = useState<{
    readonly reply?: SimulationReply;
    readonly fault?: ReadFault;
    readonly of?: string;
  }>({});
  useEffect(() => {
    if (request === undefined) return;
    const over = new AbortController();
    readOnce<SimulationReply>(request, over.signal).then(
      (reply) => setState({ reply, of: request }),
      (error: unknown) => {
        if (over.signal.aborted) return;
        setState({ fault: error instanceof ReadFault ? error : new ReadFault(0, undefined), of: request });
      },
    );
    return () => over.abort();
  }, [request]);
  return { ...state, isReading: request !== undefined && state.of !== request };
}

function Wishes(props: {
  readonly query: URLSearchParams;
  readonly isReading: boolean;
  readonly again: () => void;
}) {
  const { query, isReading, again } = props;
  const { data: builders } = useLive<readonly BuilderView[]>('/api/builders', { isSlow: true });
  const [of, setOf] = useState(query.get('of') ?? (query.has('plan') ? 'plan' : 'open'));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string | undefined => form.get(name)?.toString() || undefined;
    setQuery({ of, plan: text('plan'), days: text('days'), builders: text('builders') });
    again();
  };
  return (
    <form class="filters" onSubmit={submit}>
      <label>
        Run{' '}
        <select name="of" value={of} onChange={(event) => setOf(event.currentTarget.value)}>
          <option value="open">what is open now</option>
          <option value="plan">a plan</option>
          <option value="history">history</option>
        </select>
      </label>
      {of === 'plan' && (
        <label>
          number <input name="plan" type="number" min="1" required value={query.get('plan') ?? ''} />
        </label>
      )}
      {of === 'history' && (
        <label>
          of the last{' '}
          <input name="days" type="number" min="1" max="90" required value={query.get('days') ?? '7'} /> days
        </label>
      )}
      <label>
        on builders{' '}
        <input
          name="builders"
          size={28}
          placeholder={`as they are: ${count(builders?.length ?? 0, 'builder')}`}
          value={query.get('builders') ?? ''}
          aria-describedby="builders-help"
        />
      </label>
      <button type="submit" class="main" disabled={isReading}>
        {isReading ? 'simulating …' : 'Simulate'}
      </button>
      <small id="builders-help" class="quiet">
        <code>+4</code> one more with four slots, <code>-NAME</code> without one, <code>8x2@3</code> eight of
        two slots and class 3, <code>big:16@9+gpu/aarch64*1.5</code> name, slots, class, label, architecture,
        speed
      </small>
    </form>
  );
}

type PolicyRow = SimulationReply['policies'][number];

function Result({ reply, request }: { readonly reply: SimulationReply; readonly request: string }) {
  const { bound, builders, policies, stuck } = reply;
  const slots = builders.reduce((sum, one) => sum + one.slots, 0);
  const [first] = policies;
  return (
    <>
      <dl class="numbers">
        <Figure
          name="done after"
          ms={first?.makespanMs}
          of={`${number(reply.ran)} of ${count(reply.jobs, 'job')} run`}
        />
        <Figure
          name="no order is faster than"
          ms={bound.boundMs}
          of={bound.pathMs > bound.workMs ? 'the longest chain' : 'all work on all slots'}
        />
        <Figure name="longest chain" ms={bound.pathMs} of="whatever builders there are" />
        <Figure
          name="really took"
          ms={reply.recordedMs}
          of={reply.recordedMs === null ? 'it is not over' : 'on record'}
        />
      </dl>
      {reply.withoutHistory > 0 && (
        <p class="quiet">
          Of {count(reply.withoutHistory, 'job')} nobody knows how long they take: they count as what jobs
          like them do.
        </p>
      )}
      <Policies reply={reply} request={request} />
      <Builders builders={builders} slots={slots} request={request} />
      {stuck.length > 0 && (
        <Section title="Never run" aside="no such builder may take them, or what they wait for">
          <p class="body">{stuck.slice(0, 60).join(', ')}</p>
        </Section>
      )}
    </>
  );
}

function Figure({
  name,
  ms,
  of,
}: {
  readonly name: string;
  readonly ms: number | null | undefined;
  readonly of: string;
}) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <strong>
          <Duration ms={ms} none="–" />
        </strong>{' '}
        <small>{of}</small>
      </dd>
    </div>
  );
}

const words: Readonly<Record<PolicyRow['policy'], string>> = {
  'critical-path': 'longest path first (the farm)',
  'most-dependants': 'most dependants first',
  'longest-first': 'longest job first',
  fifo: 'first come, first served',
};

function Policies({ reply, request }: { readonly reply: SimulationReply; readonly request: string }) {
  return (
    <Section title="Orders of dispatch" id="policies" aside={reply.what}>
      <Table<PolicyRow>
        caption="orders of dispatch compared"
        name="policy-"
        json={request}
        rows={reply.policies}
        keyOf={({ policy }) => policy}
        empty=""
        columns={[
          { name: 'policy', head: 'Order', isHead: true, cell: ({ policy }) => words[policy] },
          {
            name: 'makespan',
            head: 'Done after',
            align: 'end',
            sort: ({ makespanMs }) => makespanMs,
            cell: ({ makespanMs }) => <Duration ms={makespanMs} />,
          },
          {
            name: 'ratio',
            head: 'Of the bound',
            align: 'end',
            sort: ({ ratio }) => ratio,
            cell: ({ ratio }) => ratio?.toFixed(3) ?? '–',
          },
          {
            name: 'waiting',
            head: 'Waiting on average',
            align: 'end',
            sort: ({ waiting }) => waiting.meanMs,
            cell: ({ waiting }) => <Duration ms={waiting.meanMs} />,
          },
          {
            name: 'use',
            head: 'Slots in use',
            align: 'end',
            isWide: true,
            sort: ({ utilisation }) => utilisation,
            cell: ({ utilisation }) => `${Math.round(utilisation * 100)} %`,
          },
        ]}
      />
    </Section>
  );
}

function Builders(props: {
  readonly builders: SimulationReply['builders'];
  readonly slots: number;
  readonly request: string;
}) {
  const { builders, slots, request } = props;
  return (
    <Section title="Builders" id="simulated-builders" aside={count(slots, 'slot')}>
      <Table<SimulationReply['builders'][number]>
        caption="builders of the simulation"
        name="builder-"
        json={request}
        rows={builders}
        keyOf={({ name }) => name}
        empty=""
        columns={[
          builderNameColumn(),
          {
            name: 'slots',
            head: 'Slots',
            align: 'end',
            sort: (one) => one.slots,
            cell: (one) => number(one.slots),
          },
          {
            name: 'use',
            head: 'In use',
            sort: ({ utilisation }) => utilisation,
            cell: ({ name, utilisation }) => (
              <Meter value={Math.round(utilisation * 100)} of={100} label={`use of ${name} in percent`} />
            ),
          },
        ]}
      />
    </Section>
  );
}

export const simulatePage: Page = {
  path: '/simulate',
  title: () => 'What if',
  view: SimulateView,
  nav: { label: 'What if', group: 'Tools' },
};
