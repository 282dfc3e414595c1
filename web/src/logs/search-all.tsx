import { useState } from 'preact/hooks';
import type { LogHit, LogsSearchReply } from '../../../src/api/index.ts';
import { ReadFault, readOnce } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import { FaultShown } from '../pieces/problem.tsx';
import { Empty, JobName, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count, logAddress, number } from '../pieces/words.ts';

interface Searched {
  readonly attempts: LogsSearchReply['attempts'];
  readonly next: number | null;
  readonly count: number;
  readonly fault: ReadFault | undefined;
  readonly isBusy: boolean;
}

const nothing: Searched = { attempts: [], next: null, count: 0, fault: undefined, isBusy: false };

/** A search that can be gone on with. */
function useSearchAll() {
  const [found, setFound] = useState<Searched>();
  const [asked, setAsked] = useState<URLSearchParams>();
  const search = async (of: URLSearchParams, before: number | null, so: Searched): Promise<void> => {
    setAsked(of);
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
  return {
    found,
    text: asked?.get('q') ?? '',
    begin: (of: URLSearchParams): void => void search(of, null, nothing),
    goOn: (): void => void (asked && found && search(asked, found.next, found)),
  };
}

/** Looks for a text in the logs of all attempts, the newest first, a portion at a time. */
export function SearchAll({ query }: { readonly query: URLSearchParams }) {
  const { found, text, begin, goOn } = useSearchAll();
  return (
    <Section title="Search in all logs" id="search">
      <SearchForm text={query.get('q') ?? ''} found={found} onSearch={begin} />
      {found?.fault && <FaultShown fault={found.fault} />}
      {found && found.attempts.length > 0 && <FoundLogs attempts={found.attempts} text={text} />}
      {found && !found.isBusy && found.attempts.length === 0 && !found.fault && <Empty>No log has it.</Empty>}
      {found && found.next !== null && (
        <p class="body">
          <button type="button" disabled={found.isBusy} onClick={goOn}>
            Search older logs
          </button>
        </p>
      )}
    </Section>
  );
}

function SearchForm(props: {
  readonly text: string;
  readonly found: Searched | undefined;
  readonly onSearch: (asked: URLSearchParams) => void;
}) {
  const { found } = props;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = String(form.get('q') ?? '');
    if (text === '') return;
    const asked = new URLSearchParams({ q: text, limit: '20' });
    for (const name of ['regex', 'failed']) if (form.get(name)) asked.set(name, '1');
    const name = String(form.get('name') ?? '').trim();
    if (name !== '') asked.set('name', name);
    setQuery({ q: text });
    props.onSearch(asked);
  };
  return (
    <search>
      <form class="filters body" onSubmit={submit}>
        <label>
          Find <input type="search" name="q" required defaultValue={props.text} />
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
