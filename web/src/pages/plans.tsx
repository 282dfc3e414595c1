import type { PlanRow, PlansReply } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { Loaded } from '../pieces/problem.tsx';
import { signOf, toneOf } from '../pieces/states.ts';
import { Table } from '../pieces/table.tsx';
import { Duration, Section, Time } from '../pieces/values.tsx';
import { TimeRange } from '../pieces/when.tsx';
import { number } from '../pieces/words.ts';

const pageSize = 100;

function PlansView({ query }: PageProps) {
  const before = query.get('before');
  const path = `/api/plans?limit=${pageSize}${before === null ? '' : `&before=${Number(before)}`}`;
  const live = useLive<PlansReply>(path);
  return (
    <Loaded live={live}>
      {({ plans, next }) => (
        <Section title={before === null ? 'Newest plans' : `Plans before ${before}`} id="plans">
          <Table<PlanRow>
            caption="plans"
            json={path}
            rows={plans}
            keyOf={({ id }) => String(id)}
            empty="Nothing has been planned yet."
            columns={columns}
          />
          <p class="pager">
            {before !== null && (
              <button type="button" onClick={() => setQuery({ before: undefined })}>
                Newest
              </button>
            )}
            {next !== null && (
              <button type="button" onClick={() => setQuery({ before: String(next) })}>
                Older
              </button>
            )}
          </p>
        </Section>
      )}
    </Loaded>
  );
}

const columns = [
  {
    name: 'plan',
    head: 'Plan',
    isHead: true,
    sort: ({ id }: PlanRow) => id,
    cell: ({ id }: PlanRow) => <a href={`/plans/${id}`}>{id}</a>,
  },
  {
    name: 'made',
    head: 'Made',
    sort: ({ createdMs }: PlanRow) => createdMs,
    cell: ({ createdMs }: PlanRow) => <Time at={createdMs} />,
  },
  {
    name: 'why',
    head: 'Why',
    isWide: true,
    sort: ({ why }: PlanRow) => why,
    cell: ({ why }: PlanRow) => (
      <span class="clip" title={why}>
        {why}
      </span>
    ),
  },
  {
    name: 'target',
    head: 'Target',
    isWide: true,
    sort: ({ target, arch }: PlanRow) => `${target}/${arch}`,
    cell: ({ target, arch }: PlanRow) => `${target}/${arch}`,
  },
  {
    name: 'jobs',
    head: 'Jobs',
    align: 'end' as const,
    sort: ({ jobs }: PlanRow) => jobs,
    cell: ({ jobs }: PlanRow) => number(jobs),
  },
  { name: 'states', head: 'States', cell: ({ states }: PlanRow) => <States states={states} /> },
  {
    name: 'over',
    head: 'Over',
    sort: ({ finishedMs, end }: PlanRow) => finishedMs ?? end?.middleMs,
    cell: (plan: PlanRow) => <Over plan={plan} />,
  },
];

/** How many jobs are in each state: sign, colour and number; the word is there for who asks. */
export function States({ states }: { readonly states: PlanRow['states'] }) {
  return (
    <span class="states">
      {Object.entries(states).map(([state, count]) => (
        <span key={state} class="badge" data-tone={toneOf(state)} title={`${count} ${state}`}>
          <span aria-hidden="true">{signOf(state)}</span> {count}
          <span class="unseen"> {state}</span>
        </span>
      ))}
    </span>
  );
}

function Over({ plan }: { readonly plan: PlanRow }) {
  const { createdMs, finishedMs, end } = plan;
  if (finishedMs !== null)
    return (
      <>
        <Time at={finishedMs} />{' '}
        <small>
          after <Duration ms={finishedMs - createdMs} />
        </small>
      </>
    );
  return end ? <TimeRange range={end} /> : <span class="quiet">open</span>;
}

export const plansPage: Page = {
  path: '/plans',
  title: () => 'Plans',
  view: PlansView,
  nav: { label: 'Plans', group: 'Farm' },
};
