import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LogFacts, LogPhases } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { PageProps } from '../page.ts';
import { Loaded, Problem } from '../pieces/problem.tsx';
import { useKeys } from './keys.ts';
import { Alike, Attempts, FailurePanel, LogStatus, type PhaseLines, PhaseList } from './log-panels.tsx';
import type { LogReader } from './log-reader.ts';
import { LogTerminal, type Marks } from './log-terminal.tsx';
import { LogSearch, LogTools, useSearch } from './log-tools.tsx';
import './logs.css';
import { TextLog } from './text-log.tsx';

const addressOf = (id: string, timestamp: string | number | null): string =>
  `/api/logs/${encodeURIComponent(id)}${timestamp === null ? '' : `/${timestamp}`}`;

/** The page of one log. */
export function LogView({ params, query }: PageProps) {
  const id = params['rest'] ?? '';
  const live = useLive<LogFacts>(`${addressOf(id, query.get('timestamp'))}/facts`);
  return (
    <Loaded live={live}>
      {(facts) => <Workbench key={`${facts.job} ${facts.timestamp}`} facts={facts} query={query} />}
    </Loaded>
  );
}

/** A line that the address names. */
const lineOf = (query: URLSearchParams): number | undefined => {
  const line = Number(query.get('line'));
  return Number.isInteger(line) && line > 0 ? line : undefined;
};

/** Address of this page at a line. */
function linkTo(line: number): string {
  const query = new URLSearchParams(location.search);
  query.set('line', String(line));
  return `${location.pathname}?${query}`;
}

function Workbench({ facts, query }: { readonly facts: LogFacts; readonly query: URLSearchParams }) {
  const url = addressOf(facts.job, facts.timestamp);
  const [reader, setReader] = useState<LogReader>();
  const [, draw] = useState(0);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const chosen = lineOf(query);
  const isText = query.get('as') === 'text';
  const firstError = facts.failure?.first?.line;
  const phases = usePhases(url, facts.lines);
  const text = query.get('q') ?? '';
  const isExpression = query.get('regex') === '1';
  const { found, trouble } = useSearch(url, text, isExpression);
  const [at, setAt] = useState(-1);
  const marks = useMarks({ chosen, failure: facts.failure, hits: found?.hits, at });
  const state = reader?.state ?? {
    topLine: chosen ?? firstError ?? 1,
    lines: facts.lines,
    isFollowing: false,
    state: 'reading' as const,
    trouble: undefined,
  };
  const fold = (next: ReadonlySet<number>): void => {
    setFolded(next);
    void reader?.setFolds(phases.filter(({ begins, from, to }) => next.has(begins) && to >= from));
  };
  /** A line in a folded part is shown by opening it. */
  const show = (line: number, isAtTop = false): void => {
    const around = phases.find(({ from, to, begins }) => folded.has(begins) && line >= from && line <= to);
    if (around) fold(new Set([...folded].filter((begins) => begins !== around.begins)));
    if (isText) setQuery({ line: String(line) });
    else void reader?.goTo(line, { isAtTop });
  };
  useEffect(() => {
    if (chosen !== undefined && reader) show(chosen);
  }, [chosen]);
  const step = (by: number): void => {
    const hits = found?.hits ?? [];
    if (hits.length === 0) return;
    const next = (at + by + hits.length) % hits.length;
    setAt(next);
    show(hits[next]?.line ?? 1);
  };
  useEffect(() => setAt(-1), [text, isExpression]);
  useEffect(() => {
    if (at !== -1 || !found?.hits.length || (!reader && !isText)) return;
    const next = Math.max(
      0,
      found.hits.findIndex(({ line }) => line >= state.topLine),
    );
    setAt(next);
    show(found.hits[next]?.line ?? 1);
  }, [found?.hits.length, reader]);
  const follow = (isOn: boolean): void => void reader?.setFollowing(isOn);
  const toEnd = (): void => (isText ? show(Math.max(1, facts.lines - 499)) : void reader?.goToEnd());
  const asText = (isOn: boolean): void =>
    setQuery({ as: isOn ? 'text' : undefined, line: String(state.topLine) });
  useKeys({
    e: () => firstError !== undefined && show(firstError),
    f: () => !facts.finished && follow(!state.isFollowing),
    n: () => step(1),
    N: () => step(-1),
    t: () => asText(!isText),
    Home: () => show(1, true),
    End: toEnd,
    '/': () => document.querySelector<HTMLInputElement>('input[name=find]')?.focus(),
  });
  return (
    <div class="log-page">
      <LogStatus facts={facts} />
      {facts.failure && <FailurePanel failure={facts.failure} linkTo={linkTo} />}
      {state.trouble && <Problem problem={{ what: state.trouble }} />}
      <LogTools
        {...{ url, state, firstError, isText }}
        isFinished={facts.finished}
        onText={asText}
        onLine={show}
        onEnd={toEnd}
        onFollow={follow}
      />
      <LogSearch
        {...{ url, text, isExpression, found, trouble, at }}
        onAsk={(asked, regex) => setQuery({ q: asked, regex: regex ? '1' : undefined })}
        onStep={step}
      />
      <div class="log-body">
        <PhaseList {...{ phases, folded, linkTo }} current={state.topLine} onFold={fold} />
        {isText ? (
          <TextLog
            {...{ url, marks }}
            lines={facts.lines}
            from={Math.max(1, (chosen ?? state.topLine) - 20)}
            onMove={(from) => setQuery({ line: String(from + 20) })}
          />
        ) : (
          <LogTerminal
            {...{ url, facts, marks, linkTo }}
            openAt={chosen ?? (facts.finished ? firstError : undefined)}
            onReader={setReader}
            onMove={() => draw((moves) => moves + 1)}
            onUnfold={(one) => fold(new Set([...folded].filter((begins) => begins !== one.from - 1)))}
          />
        )}
      </div>
      <p class="log-line" role="status" data-state={state.state}>
        {stateWords[state.state]}
      </p>
      <Attempts job={facts.job} current={facts.attempts.map(({ attempt }) => attempt)} />
      {facts.failure && <Alike signature={facts.failure.signature} />}
    </div>
  );
}

const stateWords = {
  reading: 'reading',
  still: 'what comes is not shown: the view is not at the end',
  live: 'live',
  lost: 'connection lost, trying again',
  finished: 'the log is complete',
} as const;

/** Phases with their lines: the mark itself stays when one is folded. */
function usePhases(url: string, lines: number): readonly PhaseLines[] {
  const { data } = useLive<LogPhases>(`${url}/phases`);
  return useMemo(
    () =>
      (data?.phases ?? []).map(({ kind, name, line }, index, all) => ({
        kind,
        name,
        begins: line,
        from: line + 1,
        to: (all[index + 1]?.line ?? lines + 1) - 1,
      })),
    [data, lines],
  );
}

function useMarks(of: {
  readonly chosen: number | undefined;
  readonly failure: LogFacts['failure'];
  readonly hits: readonly { readonly line: number }[] | undefined;
  readonly at: number;
}): Marks {
  const { chosen, failure, hits, at } = of;
  return useMemo(() => {
    const marks = new Map<number, 'chosen' | 'evidence' | 'hit' | 'here'>();
    for (const { line } of failure?.evidence ?? []) marks.set(line, 'evidence');
    for (const { line } of hits ?? []) marks.set(line, 'hit');
    if (chosen !== undefined) marks.set(chosen, 'chosen');
    const here = hits?.[at];
    if (here) marks.set(here.line, 'here');
    return marks;
  }, [chosen, failure, hits, at]);
}
