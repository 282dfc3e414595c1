import { isFault } from '../diagnostics/index.ts';
import { type Clock, systemClock } from '../host/index.ts';
import { callManager, type ManagerMethod, managerOf, type SymbolManager } from './symbol.ts';
import { encodeWire } from './wire.ts';

/** One call that ended. */
export interface CallRecord {
  readonly method: ManagerMethod;
  readonly args: readonly unknown[];
  readonly ms: number;
  /** Code of the problem that it ended with, `other` for any other error; undefined: it was answered. */
  readonly trouble: string | undefined;
}

/** The same manager, each of its calls told to `note` when it ends. */
export function loggingManager(
  inner: SymbolManager,
  note: (call: CallRecord) => void,
  clock: Clock = systemClock,
): SymbolManager {
  return managerOf(async (method, args) => {
    const started = clock.monotonicMs();
    const told = (trouble: string | undefined): void =>
      note({ method, args, ms: clock.monotonicMs() - started, trouble });
    try {
      const answer = await callManager(inner, method, args);
      told(undefined);
      return answer;
    } catch (error) {
      told(isFault(error) ? error.problem.code : 'other');
      throw error;
    }
  });
}

/** How often a method was called. */
export interface MethodStats {
  readonly calls: number;
  readonly troubles: number;
  /** Sum of all calls. */
  readonly ms: number;
  /** Calls with arguments that another call had before: what a cache would have answered. */
  readonly repeated: number;
}

/** The same manager, and how it is used. */
export function countingManager(
  inner: SymbolManager,
  clock: Clock = systemClock,
): { readonly manager: SymbolManager; readonly stats: () => ReadonlyMap<ManagerMethod, MethodStats> } {
  const stats = new Map<ManagerMethod, MethodStats>();
  const seen = new Set<string>();
  const manager = loggingManager(
    inner,
    ({ method, args, ms, trouble }) => {
      const before = stats.get(method) ?? { calls: 0, troubles: 0, ms: 0, repeated: 0 };
      const key = `${method} ${encodeWire(args)}`;
      stats.set(method, {
        calls: before.calls + 1,
        troubles: before.troubles + (trouble === undefined ? 0 : 1),
        ms: before.ms + ms,
        repeated: before.repeated + (seen.has(key) ? 1 : 0),
      });
      seen.add(key);
    },
    clock,
  );
  return { manager, stats: () => stats };
}
