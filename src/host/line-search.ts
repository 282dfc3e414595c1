import { Worker } from 'node:worker_threads';
import { fault } from '../diagnostics/index.ts';
import { pathProblem } from './file-entry.ts';
import { expressionOf, type LineHit, type LinePattern } from './line-matcher.ts';
import { runAfter } from './repeat.ts';

/** Files in a row, read as one text. */
export interface SearchedText {
  /** Of each only the first `sizeBytes` are read. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** Where to begin: a line and the offset of its first byte in the whole. */
  readonly from: { readonly line: number; readonly offset: number };
}

/** Where to look and for what. */
export interface LineSearch {
  /** One after the other. */
  readonly texts: readonly SearchedText[];
  readonly pattern: LinePattern;
  /** Hits to tell of each text; those beyond are only counted. */
  readonly maxHits: number;
}

/** What a search has found since the last news. */
export interface LineSearchNews {
  /** Number of the text, the first being 0. */
  readonly text: number;
  readonly hits: readonly LineHit[];
  /** Lines with hits in this text so far, told or not. */
  readonly total: number;
  /** Bytes read so far, of all texts. */
  readonly readBytes: number;
  /** Whether this text was read to its end; the last news of a search that was cut short does not say so. */
  readonly isOver: boolean;
}

export interface LineSearchBounds {
  readonly signal?: AbortSignal | undefined;
  /** The search ends there, whatever the expression is. */
  readonly limitMs: number;
}

const mostAtOnce = 2;
const mostWaiting = 32;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * Looks through files for lines, in a thread of its own, and tells what it finds as it finds it. At most two searches
 * run at a time; others wait. Of each text the last news say
 * that it is over, unless the search ends early, when its time is up or the signal aborts. Throws LOG002 for
 * an expression that is none, LOG003 when too many searches wait, and SYS004.
 */
export async function* searchLines(
  search: LineSearch,
  { signal, limitMs }: LineSearchBounds,
): AsyncGenerator<LineSearchNews, void> {
  checkPattern(search.pattern);
  await takeTurn();
  try {
    if (!signal?.aborted && search.texts.length > 0) yield* runSearch(search, { signal, limitMs });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** Throws LOG002 for a pattern that cannot be looked for. */
export function checkPattern(pattern: LinePattern): void {
  if (pattern.text === '' || (!pattern.isExpression && pattern.text.includes('\n')))
    throw fault('LOG002', { what: 'what is to be looked for has to be a part of a line' });
  try {
    expressionOf(pattern);
  } catch (error) {
    const { message } = error as Error;
    throw fault('LOG002', { what: `'${pattern.text}' is not a regular expression: ${message}` });
  }
}

async function takeTurn(): Promise<void> {
  if (waiting.length >= mostWaiting) throw fault('LOG003', { what: `${mostWaiting} searches wait already` });
  running += 1;
  if (running > mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
}

async function* runSearch(
  search: LineSearch,
  { signal, limitMs }: LineSearchBounds,
): AsyncGenerator<LineSearchNews, void> {
  const worker = new Worker(new URL('./line-search-worker.ts', import.meta.url), {
    execArgv: [],
    workerData: search,
  });
  const news: LineSearchNews[] = [];
  let isGone = false;
  let failure: unknown;
  let wake = (): void => {};
  const end = (): void => {
    isGone = true;
    wake();
  };
  worker.on('message', (one: LineSearchNews) => {
    news.push(one);
    wake();
  });
  worker.on('error', (error) => {
    failure = error;
    end();
  });
  worker.on('exit', end);
  signal?.addEventListener('abort', end);
  const stopTimer = runAfter(limitMs, end);
  try {
    for (;;) {
      const next = news.shift();
      if (next) {
        yield next;
        if (next.isOver && next.text === search.texts.length - 1) return;
      } else if (failure) throw pathProblem('read', search.texts[0]?.files[0]?.path ?? '', failure);
      else if (isGone) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    stopTimer();
    signal?.removeEventListener('abort', end);
    await worker.terminate();
  }
}
