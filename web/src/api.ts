import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { ProblemBody } from '../../src/api/index.ts';
import { type Connection, connection, whenFarmMoves } from './frame/farm-events.ts';

/** What the server says is the matter, or that it does not answer. */
export class ReadFault extends Error {
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  readonly problem: Pick<ProblemBody, 'code' | 'what' | 'why' | 'next'> | undefined;

  constructor(status: number, problem: ReadFault['problem']) {
    super(problem?.what ?? (status === 0 ? 'the manager does not answer' : `the manager answers ${status}`));
    this.status = status;
    this.problem = problem;
  }
}

/** Answers on their way that nobody has asked for yet. */
const ahead = new Map<string, Promise<string>>();
/** Nobody wants older ones: the farm may have moved. */
const aheadMs = 2_000;

/** Asks for what a page will read in a moment; whoever reads the address first takes this answer. */
export function readAhead(path: string): void {
  if (ahead.has(path)) return;
  const text = ask(path);
  // whoever takes it is told
  text.catch(() => undefined);
  ahead.set(path, text);
  setTimeout(() => ahead.get(path) === text && ahead.delete(path), aheadMs);
}

/** The text of a JSON answer, be it one that was asked for ahead. Throws ReadFault. */
function readText(path: string, signal?: AbortSignal): Promise<string> {
  const early = ahead.get(path);
  ahead.delete(path);
  return early ?? ask(path, signal);
}

/** The browser asks with the entity tag of what it has. Throws ReadFault. */
async function ask(path: string, signal?: AbortSignal): Promise<string> {
  const response = await fetch(path, { cache: 'no-cache', ...(signal ? { signal } : {}) }).catch(
    (error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ReadFault(0, undefined);
    },
  );
  const text = await response.text().catch(() => {
    throw new ReadFault(0, undefined);
  });
  if (response.ok) return text;
  throw new ReadFault(response.status, problemIn(text));
}

function problemIn(text: string): ReadFault['problem'] {
  try {
    const body = JSON.parse(text) as ProblemBody;
    return typeof body.what === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Reads JSON once. Throws ReadFault. */
export const readOnce = async <Data>(path: string, signal?: AbortSignal): Promise<Data> =>
  JSON.parse(await readText(path, signal)) as Data;

/** What is known of an address. */
export interface Live<Data> {
  /** The newest data, or what there was before the network went away; undefined: nothing yet. */
  readonly data: Data | undefined;
  /** When it came, ms since the epoch. */
  readonly atMs: number | undefined;
  /** Why there is nothing newer. */
  readonly fault: ReadFault | undefined;
  /** Reads again now; resolves when that is done. */
  readonly refresh: () => Promise<void>;
}

interface Kept {
  text: string | undefined;
  data: unknown;
  atMs: number | undefined;
  fault: ReadFault | undefined;
  reading: Promise<void> | undefined;
  readonly readers: Set<() => void>;
}

/** Several parts of a page may show the same address: it is read once for all, and kept for the way back. */
const kept = new Map<string, Kept>();
const mostKept = 60;

function keptOf(path: string): Kept {
  const known = kept.get(path);
  if (known) return known;
  for (const [other, { readers }] of kept) {
    if (kept.size < mostKept) break;
    if (readers.size === 0) kept.delete(other);
  }
  const made: Kept = {
    text: undefined,
    data: undefined,
    atMs: undefined,
    fault: undefined,
    reading: undefined,
    readers: new Set(),
  };
  kept.set(path, made);
  return made;
}

async function refresh(path: string): Promise<void> {
  const entry = keptOf(path);
  entry.reading ??= (async () => {
    try {
      const text = await readText(path);
      if (text !== entry.text) {
        entry.data = JSON.parse(text);
        entry.text = text;
      }
      entry.atMs = Date.now();
      entry.fault = undefined;
    } catch (error) {
      entry.fault = error instanceof ReadFault ? error : new ReadFault(0, undefined);
    }
    entry.reading = undefined;
    connection.note(entry.fault?.status !== 0, entry.atMs);
    for (const reader of [...entry.readers]) reader();
  })();
  await entry.reading;
}

/** How often an address is read though nothing was heard of the farm. */
const slowMs = 20_000;
/** How long after something happened: what happens at one time is shown at one time. */
const soonMs = 400;
/** No two reads of an address within this time, however much happens; a little by chance, so that viewers spread. */
const apartMs = (): number => 1_600 + Math.random() * 800;

/**
 * Follows an address while somebody looks: it is read now, when something happens in the farm, and slowly besides. What is
 * there stays while the network is away. `undefined` as path reads nothing. `isSlow`: events of the farm do not matter.
 */
export function useLive<Data>(path: string | undefined, { isSlow = false } = {}): Live<Data> {
  const [, draw] = useState(0);
  // asked for before anything is painted
  useLayoutEffect(() => {
    if (path === undefined) return;
    const entry = keptOf(path);
    const reader = (): void => draw((count) => count + 1);
    entry.readers.add(reader);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let dueMs = Number.POSITIVE_INFINITY;
    let lastMs = 0;
    const plan = (inMs: number): void => {
      const atMs = Date.now() + inMs;
      if (atMs >= dueMs) return;
      clearTimeout(timer);
      dueMs = atMs;
      timer = setTimeout(look, inMs);
    };
    const look = async (): Promise<void> => {
      clearTimeout(timer);
      dueMs = Number.POSITIVE_INFINITY;
      if (document.hidden) return;
      lastMs = Date.now();
      await refresh(path);
      if (entry.readers.has(reader)) plan(entry.fault?.status === 0 ? 3_000 : slowMs);
    };
    const moved = (): void => plan(Math.max(soonMs, lastMs + apartMs() - Date.now()));
    const stop = isSlow ? undefined : whenFarmMoves(moved);
    const seen = (): void => {
      if (!document.hidden) void look();
    };
    document.addEventListener('visibilitychange', seen);
    addEventListener('online', seen);
    void look();
    return () => {
      entry.readers.delete(reader);
      clearTimeout(timer);
      stop?.();
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', seen);
    };
  }, [path, isSlow]);
  if (path === undefined)
    return { data: undefined, atMs: undefined, fault: undefined, refresh: async () => {} };
  const { data, atMs, fault } = keptOf(path);
  return { data: data as Data | undefined, atMs, fault, refresh: () => refresh(path) };
}

/** How the connection to the farm is; the component is drawn again when that changes. */
export function useConnection(): Connection {
  const [state, setState] = useState(connection.state);
  useEffect(() => connection.watch(() => setState(connection.state)), []);
  return state;
}
