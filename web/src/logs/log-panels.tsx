import type {
  AlikeFailures,
  FailureView,
  LogAttempts,
  LogFacts,
  LoggedAttempt,
} from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { byBuilderColumn, outcomeColumn, sizeColumn, tookColumn } from '../pieces/columns.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Bytes, Duration, JobName, Section, Since, StateBadge, Time } from '../pieces/values.tsx';
import { count, jobAddress, logAddress, number } from '../pieces/words.ts';
import type { Fold } from './folded-lines.ts';

/** What the log is of, and how it ended. */
export function LogStatus({ facts }: { readonly facts: LogFacts }) {
  const newest = facts.attempts.at(-1);
  return (
    <p class="log-status">
      {!newest && <span>there was no attempt yet</span>}
      {newest && (
        <>
          <StateBadge state={newest.outcome ?? 'running'} />
          <span>attempt {number(newest.attempt)}</span>
          <span>on {newest.builder}</span>
          <span>
            began <Time at={newest.startedMs} />
          </span>
          <span>
            {newest.endedMs === null ? <Since at={newest.startedMs} /> : <Duration ms={newest.durationMs} />}
          </span>
        </>
      )}
      <span>
        <Bytes count={facts.sizeBytes} />
      </span>
      <a href={jobAddress(facts.job)}>job</a>
      <a href="#attempts">all attempts</a>
    </p>
  );
}

/** Why it failed, with the lines that show it. */
export function FailurePanel({
  failure,
  linkTo,
}: {
  readonly failure: FailureView;
  readonly linkTo: (line: number) => string;
}) {
  return (
    <section class="failure" aria-labelledby="failure">
      <h2 id="failure">
        <span aria-hidden="true">✗ </span>
        {failure.title} <small>in the {failure.phase} phase</small>
      </h2>
      {failure.evidence.length > 0 && (
        <ul>
          {failure.evidence.map(({ line, text }) => (
            <li key={line} data-first={line === failure.first?.line}>
              <a href={linkTo(line)}>{number(line)}</a> <code>{text}</code>
            </li>
          ))}
        </ul>
      )}
      <p class="quiet">
        {failure.advice} <a href={`/logs?same=${failure.signature}`}>Same failure elsewhere</a>
      </p>
    </section>
  );
}

/** A phase of the log with its lines. */
export interface PhaseLines extends Fold {
  readonly kind: string;
  /** Line of the mark that it begins with; the fold is what comes after. */
  readonly begins: number;
}

/** The phases, each of which can be folded. */
export function PhaseList(props: {
  readonly phases: readonly PhaseLines[];
  readonly folded: ReadonlySet<number>;
  readonly current: number;
  readonly linkTo: (line: number) => string;
  readonly onFold: (folded: ReadonlySet<number>) => void;
}) {
  const { phases, folded, linkTo, onFold } = props;
  if (phases.length === 0) return null;
  const here = phases.findLast(({ begins }) => begins <= props.current);
  const toggle = (begins: number): void => {
    const next = new Set(folded);
    if (!next.delete(begins)) next.add(begins);
    onFold(next);
  };
  const all = phases.filter(({ from, to }) => to >= from).map(({ begins }) => begins);
  return (
    <section class="phases" aria-labelledby="phases">
      <h2 id="phases">Phases</h2>
      <ol>
        {phases.map(({ begins, name, from, to }) => (
          <li key={begins} data-here={begins === here?.begins}>
            <button
              type="button"
              aria-expanded={!folded.has(begins)}
              aria-label={`lines of ${name}`}
              disabled={to < from}
              onClick={() => toggle(begins)}
            >
              {folded.has(begins) ? '▸' : '▾'}
            </button>
            <a
              href={linkTo(begins)}
              {...(begins === here?.begins ? { 'aria-current': 'location' as const } : {})}
            >
              {name}
            </a>
            <small>{number(Math.max(0, to - begins + 1))}</small>
          </li>
        ))}
      </ol>
      <p>
        <button type="button" onClick={() => onFold(folded.size > 0 ? new Set() : new Set(all))}>
          {folded.size > 0 ? 'Unfold all' : 'Fold all'}
        </button>
      </p>
    </section>
  );
}

const attemptColumns: readonly Column<LoggedAttempt>[] = [
  {
    name: 'attempt',
    head: 'Attempt',
    isHead: true,
    sort: ({ attempt }) => attempt,
    cell: ({ attempt, job, timestamp }) => <a href={logAddress(job, timestamp)}>{number(attempt)}</a>,
  },
  {
    name: 'began',
    head: 'Began',
    sort: ({ startedMs }) => startedMs,
    cell: ({ startedMs }) => <Time at={startedMs} />,
  },
  outcomeColumn(),
  {
    name: 'why',
    head: 'Why',
    sort: ({ failure }) => failure?.title,
    cell: ({ failure }) =>
      failure && (
        <>
          <a href={`/logs?same=${failure.signature}`}>{failure.title}</a>{' '}
          {failure.first && (
            <code class="clip wide" title={failure.first.text}>
              {failure.first.text}
            </code>
          )}
        </>
      ),
  },
  tookColumn(),
  byBuilderColumn(),
  sizeColumn({ head: 'Log', none: 'gone', isWide: true }),
];

/** All attempts at the job, with how they ended. */
export function Attempts({ job, current }: { readonly job: string; readonly current: readonly number[] }) {
  const path = `/api/logs/${encodeURIComponent(job)}/attempts?limit=50`;
  const live = useLive<LogAttempts>(path);
  return (
    <Section title="Attempts" id="attempts">
      <Loaded live={live}>
        {({ attempts }) => (
          <Table<LoggedAttempt>
            caption="attempts at this job"
            name="attempts-"
            json={path}
            rows={attempts}
            keyOf={({ attempt }) => String(attempt)}
            empty="There was no attempt yet."
            columns={attemptColumns}
            rowState={({ attempt }) => (current.includes(attempt) ? 'here' : undefined)}
          />
        )}
      </Loaded>
    </Section>
  );
}

const alikeColumns: readonly Column<LoggedAttempt>[] = [
  { name: 'job', head: 'Job', isHead: true, sort: ({ job }) => job, cell: ({ job }) => <JobName id={job} /> },
  ...attemptColumns.filter(({ name }) => name !== 'why').map((column) => ({ ...column, isHead: false })),
];

/** Attempts that failed for the same reason. */
export function Alike({ signature }: { readonly signature: string }) {
  const path = `/api/failures/${signature}?limit=100`;
  const live = useLive<AlikeFailures>(path);
  return (
    <Loaded live={live}>
      {({ attempts, count: times, jobs, firstMs }) => (
        <Section
          title="Same failure as"
          id="alike"
          aside={
            <>
              {count(times, 'attempt')} of {count(jobs, 'job')}, first <Time at={firstMs} />
            </>
          }
        >
          {attempts[0]?.failure && (
            <p class="alike">
              <strong>{attempts[0].failure.title}</strong> <code>{attempts[0].failure.first?.text}</code>
            </p>
          )}
          <Table<LoggedAttempt>
            caption="attempts that failed alike"
            name="alike-"
            json={path}
            rows={attempts}
            keyOf={({ attempt }) => String(attempt)}
            empty="No other attempt failed like this."
            columns={alikeColumns}
          />
        </Section>
      )}
    </Loaded>
  );
}
