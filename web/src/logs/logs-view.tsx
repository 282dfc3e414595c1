import { useState } from 'preact/hooks';
import type { FailureGroups, LogHit, LogsSearchReply } from '../../../src/api/index.ts';
import { ReadFault, readOnce, useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { PageProps } from '../page.ts';
import { FaultShown, Loaded } from '../pieces/problem.tsx';
import { Table } from '../pieces/table.tsx';
import { Empty, JobName, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count, logAddress, number } from '../pieces/words.ts';
import { Alike } from './log-panels.tsx';
import './logs.css';

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

interface Searched {
  readonly attempts: LogsSearchReply['attempts'];
  readonly next: number | null;
  readonly count: number;
  readonly fault: ReadFault | undefined;
  readonly isBusy: boolean;
}

const nothing: Searched = { attempts: [], next: null, count: 0, fault: undefined, isBusy: false };

/** Looks for a text in the logs of all attempts, the newest first, a portion at a time. */
function SearchAll({ query }: { readonly query: URLSearchParams }) {
  const [found, setFound] = useState<Searched>();
  const [asked, setAsked] = useState<URLSearchParams>();
  const search = async (of: URLSearchParams, before: number | null, so: Searched): Promise<void> => {
    setFound({ ...so, isBusy: true });
    try {
      const page = before === null ? '' : `&before=${before}`;
      const reply = await readOnce<LogsSearchReply>(`/api/log-search?${of}${page}`);
      setFound({
        attempts: [...so.attempts, ...reply.attempts],
        next: reply.next,
        count: so.count + reply.searched.attempts,
        fault: undefined,
        isBusy: false,
      });
    } catch (error) {
      setFound({
        ...so,
        fault: error instanceof ReadFault ? error : new ReadFault(0, undefined),
        isBusy: false,
      });
    }
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = String(form.get('q') ?? '');
    if (text === '') return;
    const of = new URLSearchParams({ q: text, limit: '20' });
    for (const name of ['regex', 'failed']) if (form.get(name)) of.set(name, '1');
    const name = String(form.get('name') ?? '').trim();
    if (name !== '') of.set('name', name);
    setQuery({ q: text });
    setAsked(of);
    void search(of, null, nothing);
  };
  return (
    <Section title="Search in all logs" id="search">
      <search>
        <form class="filters body" onSubmit={submit}>
          <label>
            Find <input type="search" name="q" required defaultValue={query.get('q') ?? ''} />
          </label>
          <label>
            in logs of <input name="name" size={14} placeholder="all packages" />
          </label>
          <label>
            <input type="checkbox" name="failed" /> failed only
          </label>
          <label>
            <input type="checkbox" name="regex" /> expression
          </label>
          <button type="submit" class="main" disabled={found?.isBusy}>
            Search
          </button>
          <span role="status" class="quiet">
            {found && wordsOf(found)}
          </span>
        </form>
      </search>
      {found?.fault && <FaultShown fault={found.fault} />}
      {found && found.attempts.length > 0 && (
        <FoundLogs attempts={found.attempts} text={asked?.get('q') ?? ''} />
      )}
      {found && !found.isBusy && found.attempts.length === 0 && !found.fault && <Empty>No log has it.</Empty>}
      {found && asked && found.next !== null && (
        <p class="body">
          <button type="button" disabled={found.isBusy} onClick={() => void search(asked, found.next, found)}>
            Search older logs
          </button>
        </p>
      )}
    </Section>
  );
}

function wordsOf({ attempts, count: searched, isBusy }: Searched): string {
  if (isBusy) return 'searching …';
  return `${count(attempts.length, 'attempt')} of ${number(searched)} searched`;
}

function FoundLogs({
  attempts,
  text,
}: {
  readonly attempts: LogsSearchReply['attempts'];
  readonly text: string;
}) {
  return (
    <ol class="found-logs">
      {attempts.map(({ attempt, job, timestamp, outcome, startedMs, hits, total }) => (
        <li key={attempt}>
          <JobName id={job} /> <StateBadge state={outcome ?? 'running'} />{' '}
          <a href={`${logAddress(job, timestamp)}&${new URLSearchParams({ q: text })}`}>
            attempt {number(attempt)}, <Time at={startedMs} />
          </a>{' '}
          <small>{count(total, 'line')}</small>
          <ul>
            {hits.map((hit) => (
              <li key={hit.line}>
                <code>
                  <Marked hit={hit} />
                </code>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

const Marked = ({ hit: { text, at, length } }: { readonly hit: LogHit }) => (
  <>
    {text.slice(0, at)}
    <mark>{text.slice(at, at + length)}</mark>
    {text.slice(at + length)}
  </>
);
