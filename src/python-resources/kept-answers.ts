import { type Clock, systemClock } from '../host/index.ts';
import { callManager, type ManagerMethod, managerOf, type SymbolManager } from './symbol.ts';
import { encodeWire } from './wire.ts';

export interface CachingOptions {
  /** How long an answer is good for (10 minutes). */
  readonly keepMs?: number;
  /** Answers that are kept at most (10 000); the one that was used the longest ago goes first. */
  readonly entries?: number;
  readonly clock?: Clock;
}

/** The same manager with its answers kept for a while. Errors are not kept, and calls that wait for one answer share it. */
export function cachingManager(inner: SymbolManager, options: CachingOptions = {}): SymbolManager {
  const { keepMs = 600_000, entries = 10_000, clock = systemClock } = options;
  const kept = new Map<string, { readonly answer: Promise<unknown>; readonly untilMs: number }>();
  const ask = (key: string, method: ManagerMethod, args: readonly unknown[]): Promise<unknown> => {
    const answer = callManager(inner, method, args);
    kept.set(key, { answer, untilMs: clock.monotonicMs() + keepMs });
    answer.catch(() => {
      if (kept.get(key)?.answer === answer) kept.delete(key);
    });
    for (const oldest of kept.keys()) {
      if (kept.size <= entries) break;
      kept.delete(oldest);
    }
    return answer;
  };
  return managerOf(async (method, args) => {
    // what is in memory changes by itself
    if (method === 'isLoaded') return await callManager(inner, method, args);
    const key = `${method} ${encodeWire(args)}`;
    const known = kept.get(key);
    if (known === undefined || known.untilMs <= clock.monotonicMs()) return await ask(key, method, args);
    kept.delete(key);
    kept.set(key, known);
    return await known.answer;
  });
}
