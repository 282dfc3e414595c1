import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LogFacts, LogPhases } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { PageProps } from '../page.ts';
import { Loaded, Problem } from '../pieces/problem.tsx';
import { useKeys } from './keys.ts';
import { addressOf, factsOf, lineIn } from './log-addresses.ts';
import { Alike, Attempts, FailurePanel, LogStatus, type PhaseLines, PhaseList } from './log-panels.tsx';
import type { LogReader, ReaderState } from './log-reader.ts';
import { LogTerminal, type Marks } from './log-terminal.tsx';
import { LogSearch, LogTools, useSearch } from './log-tools.tsx';
import './logs.css';
import { TextLog } from './text-log.tsx';

/** The page of one log. */
export function LogView({ params, query }: PageProps) {
  const id = params['rest'] ?? '';
  const live = useLive<LogFacts>(factsOf(addressOf(id, query.get('timestamp'))));
  return (
    <Loaded live={live}>
      {(facts) => <Workbench key={`${facts.job} ${facts.timestamp}`} facts={facts} query={query} />}
    </Loaded>
  );
}

/** Address of this page at a line. */
function linkTo(line: number): string {
  const query = new URLSearchParams(location.search);
  query.set('line', String(line));
  return `${location.pathname}?${query}`;
}

/** What the page knows and can do, put together from its parts. */
function useWorkbench(facts: LogFacts, query: URLSearchParams) {
  const url = addressOf(facts.job, facts.timestamp);
  const [reader, setReader] = useState<LogReader>();
  const [, draw] = useState(0);
  const phases = usePhases(url, facts.lines);
  const folds = useFolds(phases, reader);
  const chosen = lineIn(query);
  const isText = query.get('as') === 'text';
  const firstError = facts.failure?.first?.line;
  const state: ReaderState = reader?.state ?? {
    topLine: chosen ?? firstError ?? 1,
    lines: facts.lines,
    isFollowing: false,
    state: 'reading',
    trouble: undefined,
  };
  /** A line in a folded part is shown by opening it. */
  const show = (line: number, isAtTop = false): void => {
    folds.open(line);
    if (isText) setQuery({ line: String(line) });
    else void reader?.goTo(line, { isAtTop });
  };
  useEffect(() => {
    if (chosen !== undefined && reader) show(chosen);
  }, [chosen]);
  const hits = useHits({ url, query, topLine: state.topLine, isReady: isText || reader !== undefined, show });
  const marks = useMarks({ chosen, failure: facts.failure, hits: hits.found?.hits, at: hits.at });
  const toEnd = (): void => (isText ? show(Math.max(1, facts.lines - 499)) : void reader?.goToEnd());
  return {
    ...{ url, phases, folds, chosen, isText, firstError, state, show, hits, marks, toEnd, setReader },
    moved: () => draw((moves) => moves + 1),
    follow: (isOn: boolean): void => void reader?.setFollowing(isOn),
    asText: (isOn: boolean): void =>
      setQuery({ as: isOn ? 'text' : undefined, line: String(chosen ?? state.topLine) }),
  };
}

function Workbench({ facts, query }: { readonly facts: LogFacts; readonly query: URLSearchParams }) {
  const bench = useWorkbench(facts, query);
  const { url, state, firstError, isText, show, hits, toEnd, follow, asText } = bench;
  useKeys({
    e: () => firstError !== undefined && show(firstError),
    f: () => !facts.finished && follow(!state.isFollowing),
    n: () => hits.step(1),
    N: () => hits.step(-1),
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
      <LogSearch {...{ url, ...hits }} onStep={hits.step} />
      <LogBody facts={facts} bench={bench} />
      <p class="log-line" role="status" data-state={state.state}>
        {stateWords[state.state]}
      </p>
      <Attempts job={facts.job} current={facts.attempts.map(({ attempt }) => attempt)} />
      {facts.failure && <Alike signature={facts.failure.signature} />}
    </div>
  );
}

/** Phases, and the lines as a terminal or as text. */
function LogBody(props: { readonly facts: LogFacts; readonly bench: ReturnType<typeof useWorkbench> }) {
  const { facts, bench } = props;
  const { url, phases, folds, chosen, isText, firstError, state, marks } = bench;
  return (
    <div class="log-body">
      <PhaseList {...{ phases, linkTo }} folded={folds.folded} current={state.topLine} onFold={folds.fold} />
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
          onReader={bench.setReader}
          onMove={bench.moved}
          onUnfold={({ from }) => folds.open(from)}
        />
      )}
    </div>
  );
}

/** Which phases are folded. */
function useFolds(phases: readonly PhaseLines[], reader: LogReader | undefined) {
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const fold = (next: ReadonlySet<number>): void => {
    setFolded(next);
    void reader?.setFolds(phases.filter(({ begins, from, to }) => next.has(begins) && to >= from));
  };
  const open = (line: number): void => {
    const around = phases.find(({ from, to, begins }) => folded.has(begins) && line >= from && line <= to);
    if (around) fold(new Set([...folded].filter((begins) => begins !== around.begins)));
  };
  return { folded, fold, open };
}

/** What the address asks to be looked for, and which of the places that were found is shown. */
function useHits(of: {
  readonly url: string;
  readonly query: URLSearchParams;
  readonly topLine: number;
  readonly isReady: boolean;
  readonly show: (line: number) => void;
}) {
  const text = of.query.get('q') ?? '';
  const isExpression = of.query.get('regex') === '1';
  const { found, trouble } = useSearch(of.url, text, isExpression);
  const [at, setAt] = useState(-1);
  const hits = found?.hits ?? [];
  const go = (next: number): void => {
    setAt(next);
    const hit = hits[next];
    if (hit) of.show(hit.line);
  };
  useEffect(() => setAt(-1), [text, isExpression]);
  useEffect(() => {
    if (at !== -1 || hits.length === 0 || !of.isReady) return;
    go(
      Math.max(
        0,
        hits.findIndex(({ line }) => line >= of.topLine),
      ),
    );
  }, [hits.length, of.isReady]);
  return {
    ...{ text, isExpression, found, trouble, at },
    onAsk: (asked: string, regex: boolean) => setQuery({ q: asked, regex: regex ? '1' : undefined }),
    step: (by: number) => {
      if (hits.length > 0) go((at + by + hits.length) % hits.length);
    },
  };
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
