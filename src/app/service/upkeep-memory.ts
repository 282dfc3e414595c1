import type { UpkeepKind, UpkeepPackageState, UpkeepRun } from '../../api/index.ts';
import type { UpkeepConfig } from '../../config/index.ts';
import type { FarmDatabase } from '../../database/index.ts';

/** What a farm remembers of one source's upkeep, over restarts. */
export interface UpkeepMemory {
  readonly paused: boolean;
  /** The commit that the pipelines have looked at, whatever came of it. */
  readonly handled?: string | undefined;
  /** When each trigger was first heard of, ms: its first period begins there. */
  readonly since: Readonly<Record<string, number>>;
  readonly running?: UpkeepRun | undefined;
  /** The newest run that is over, by kind or trigger (`runKey`). */
  readonly runs: Readonly<Record<string, UpkeepRun>>;
  /** What keeps it from its work. */
  readonly problem?: (NonNullable<UpkeepRun['problem']> & { readonly sinceMs: number }) | undefined;
  /** Runs that the world kept from their end, in a row, and when the next try is. */
  readonly late: number;
  readonly retryMs?: number | undefined;
  readonly branch?: string | undefined;
  readonly packages: Readonly<Partial<Record<UpkeepPackageState, number>>>;
  /** Runs that failed since the beginning, for metrics. */
  readonly failures: number;
}

const nothing: UpkeepMemory = { paused: false, since: {}, runs: {}, late: 0, packages: {}, failures: 0 };

const wordOf = (source: string): string => `upkeep ${source}`;

/** What is remembered of a source; of a new one nothing. */
export function recallUpkeep(database: FarmDatabase, source: string): UpkeepMemory {
  const text = database.words.get(wordOf(source));
  return text === undefined ? nothing : { ...nothing, ...(JSON.parse(text) as UpkeepMemory) };
}

/** Writes it down for the next manager and for those who only look. */
export function keepUpkeep(database: FarmDatabase, source: string, memory: UpkeepMemory): void {
  database.words.set(wordOf(source), JSON.stringify(memory));
}

/** The name of a run among those of its source: triggers are remembered one by one. */
export function runKey(kind: UpkeepKind, trigger: string | undefined): string {
  return kind === 'trigger' ? `trigger ${trigger}` : kind;
}

/** Something that has its time. */
export interface Due {
  readonly kind: UpkeepKind;
  readonly trigger?: string;
  readonly atMs: number;
}

/**
 * Whether a push has to be put right first: until then the guard would stop every regular run (specification 7.2), and
 * what is the matter with the push should be all that people read.
 */
export function awaitsPush({ runs }: UpkeepMemory): boolean {
  return runs['on-commit']?.outcome === 'failed';
}

/**
 * When what is due, soonest first. A period counts from the start of the last run, so that a restart begins nothing
 * anew; what was interrupted is due at once, and what the world was in the way of when the next try is.
 */
export function dueTimes(config: UpkeepConfig, memory: UpkeepMemory, nowMs: number): readonly Due[] {
  const at = (key: string, periodMs: number, firstMs: number): number => {
    const last = memory.runs[key];
    if (last === undefined) return firstMs;
    // a clock that was set back must not stop the farm for so long
    const startedMs = Math.min(last.startedMs, nowMs);
    if (last.outcome === 'interrupted') return startedMs;
    if (last.outcome === 'later') return Math.min(memory.retryMs ?? nowMs, startedMs + periodMs);
    return startedMs + periodMs;
  };
  const { every, triggers } = config;
  const times: Due[] = Object.entries(triggers).map(([trigger, periodMs]) => {
    const key = runKey('trigger', trigger);
    return { kind: 'trigger', trigger, atMs: at(key, periodMs, (memory.since[key] ?? nowMs) + periodMs) };
  });
  if (every !== 'never' && !awaitsPush(memory))
    times.push({ kind: 'on-schedule', atMs: at('on-schedule', every, nowMs) });
  return times.sort((one, two) => one.atMs - two.atMs);
}
