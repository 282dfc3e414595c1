import type { FailureGroups } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { PageProps } from '../page.ts';
import { Loaded } from '../pieces/problem.tsx';
import { Table } from '../pieces/table.tsx';
import { JobName, Section, Time } from '../pieces/values.tsx';
import { logAddress, number } from '../pieces/words.ts';
import { Alike } from './log-panels.tsx';
import './logs.css';
import { SearchAll } from './search-all.tsx';

const dayMs = 86_400_000;
const spans = [
  ['1', 'since yesterday'],
  ['7', 'a week'],
  ['30', 'a month'],
  ['all', 'all'],
] as const;

/** Why builds fail, and a search in the logs of all of them. */
export function LogsView({ query }: PageProps) {
  const same = query.get('same');
  return (
    <>
      {same !== null && <Alike signature={same} />}
      <SearchAll query={query} />
      <Failures query={query} />
    </>
  );
}

/** The start of a day: an address that stays the same is read less often. */
const sinceOf = (days: string): number =>
  days === 'all' ? 0 : Math.floor(Date.now() / dayMs) * dayMs - Number(days) * dayMs;

type Group = FailureGroups['groups'][number];

function Failures({ query }: { readonly query: URLSearchParams }) {
  const days = query.get('days') ?? '7';
  const chosen = query.get('class') ?? undefined;
  const path = `/api/failures?since=${sinceOf(days)}&limit=200${chosen === undefined ? '' : `&class=${encodeURIComponent(chosen)}`}`;
  const live = useLive<FailureGroups>(path);
  return (
    <Section
      title="Failures that are the same"
      id="failures"
      aside={
        <label>
          of{' '}
          <select value={days} onChange={(event) => setQuery({ days: event.currentTarget.value })}>
            {spans.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <Loaded live={live}>
        {({ groups, classes, unread }) => (
          <>
            <Classes classes={classes} chosen={chosen} />
            <Table<Group>
              caption="failures that are the same"
              name="failures-"
              json={path}
              rows={groups}
              keyOf={({ signature }) => signature}
              empty="Nothing has failed in this time."
              aside={unread > 0 && `logs that are still to be read: ${number(unread)}`}
              columns={groupColumns}
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

const groupColumns: Parameters<typeof Table<Group>>[0]['columns'] = [
  {
    name: 'line',
    head: 'First error line',
    isHead: true,
    sort: ({ newest }) => newest.first?.text,
    cell: ({ newest, signature }) => (
      <a class="clip long-clip" href={`/logs?same=${signature}`} title={newest.first?.text}>
        <code>{newest.first?.text ?? 'no line says it'}</code>
      </a>
    ),
  },
  { name: 'class', head: 'Class', sort: ({ title }) => title, cell: ({ title }) => title },
  {
    name: 'times',
    head: 'Attempts',
    align: 'end',
    sort: ({ count: times }) => times,
    cell: ({ count: times }) => number(times),
  },
  {
    name: 'jobs',
    head: 'Jobs',
    align: 'end',
    isWide: true,
    sort: ({ jobs }) => jobs,
    cell: ({ jobs }) => number(jobs),
  },
  {
    name: 'last',
    head: 'Last',
    sort: ({ newest }) => newest.endedMs,
    cell: ({ newest, timestamp }) => (
      <>
        <JobName id={newest.job} />{' '}
        <a href={logAddress(newest.job, timestamp)}>
          <Time at={newest.endedMs} />
        </a>
      </>
    ),
  },
];

function Classes({
  classes,
  chosen,
}: {
  readonly classes: FailureGroups['classes'];
  readonly chosen: string | undefined;
}) {
  if (classes.length === 0) return null;
  const link = (name: string | undefined): string => {
    const query = new URLSearchParams(location.search);
    if (name === undefined) query.delete('class');
    else query.set('class', name);
    return `/logs?${query}`;
  };
  return (
    <ul class="classes" aria-label="Classes of failures">
      <li>
        <a href={link(undefined)} {...(chosen === undefined ? { 'aria-current': 'true' as const } : {})}>
          all
        </a>
      </li>
      {classes.map(({ class: name, title, count: times }) => (
        <li key={name}>
          <a href={link(name)} {...(chosen === name ? { 'aria-current': 'true' as const } : {})}>
            {title} <small>{number(times)}</small>
          </a>
        </li>
      ))}
    </ul>
  );
}
