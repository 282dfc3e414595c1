import type { UpkeepKind, UpkeepRun } from '../../api/index.ts';
import type { UpkeepConfig } from '../../config/index.ts';
import {
  type Code,
  catalogue,
  fault,
  isFault,
  type Problem,
  ProblemError,
  problem,
} from '../../diagnostics/index.ts';
import { formatDuration } from '../../primitives/index.ts';
import { runUpkeepCommand, type UpkeepEnd } from './upkeep-process.ts';

/** A run that somebody or something wants. */
export interface WantedRun {
  readonly kind: UpkeepKind;
  readonly by: UpkeepRun['by'];
  readonly trigger?: string | undefined;
  /** Only these; undefined: all. */
  readonly packages?: readonly string[] | undefined;
}

/** The command that does it. */
export function upkeepWords(wanted: WantedRun, clone: string): readonly string[] {
  const { kind, trigger, packages } = wanted;
  const where = ['--repository', clone];
  if (kind === 'trigger') return ['ci', 'on-schedule', ...where, '--trigger', trigger ?? ''];
  if (kind === 'on-commit' && packages) return ['ci', 'schedule', ...where, '--', ...packages];
  return ['ci', kind, ...where, ...(packages ? ['--packages', ...packages] : [])];
}

/** What came of a run. */
export interface RunOutcome {
  readonly outcome: Exclude<UpkeepRun['outcome'], 'running'>;
  readonly problem: UpkeepRun['problem'];
  readonly scheduled: readonly string[];
  /** Problems of single packages and warnings. */
  readonly warnings: number;
}

/**
 * Does a wanted run in the clone and says what came of it; never throws for what the run met. `say` gets its lines.
 */
export async function performRun(
  wanted: WantedRun,
  parts: {
    readonly clone: string;
    readonly config: UpkeepConfig;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly say: (line: string) => void;
  },
): Promise<RunOutcome> {
  const { config, environment, signal, say } = parts;
  const words = upkeepWords(wanted, parts.clone);
  const end = await runUpkeepCommand({ words, environment, timeoutMs: config.timeout, signal, say });
  return outcomeOfEnd(end, config.timeout);
}

/** The outcome of a run that did not even begin. */
export function failedToBegin(error: unknown): RunOutcome {
  if (!isFault(error)) throw error;
  return { outcome: ending(error.problem), problem: shown(error.problem), scheduled: [], warnings: 0 };
}

/** What came of a command that ended. */
export function outcomeOfEnd(end: UpkeepEnd, timeoutMs: number): RunOutcome {
  const result = asResult(end.result);
  const common = { scheduled: result.scheduled, warnings: result.problems.length };
  if (end.why === 'canceled') return { ...common, outcome: 'interrupted', problem: null };
  if (end.why === 'timed-out') {
    const late = fault('CIF002', { what: `the run was ended after ${formatDuration(timeoutMs)}` }).problem;
    return { ...common, outcome: 'later', problem: shown(late) };
  }
  if (end.code === 0) return { ...common, outcome: 'done', problem: null };
  const told = result.problems.findLast(isFatal) ?? lastProblemOf(end.lines);
  // killed, or a fault of ours: what it was for is not done
  if (!told || told.blame === 'bug')
    return { ...common, outcome: 'later', problem: shown(told ?? silentEnd(end)) };
  if (end.code === 3) return { ...common, outcome: 'later', problem: shown(told) };
  // it came to its end, and some package is at fault
  return { ...common, outcome: result.isWhole ? 'done' : 'failed', problem: shown(told) };
}

const isFatal = ({ severity }: Problem): boolean => severity === 'error';
const ending = ({ blame }: Problem): 'later' | 'failed' => (blame === 'world' ? 'later' : 'failed');

/** A problem, or why something was refused, as views of runs have it. */
export function shown(one: {
  readonly code: string;
  readonly what: string;
  readonly next?: string | undefined;
}): NonNullable<UpkeepRun['problem']> {
  const { code, what, next } = one;
  return { code, what, ...(next === undefined ? {} : { next }) };
}

function silentEnd({ code, lines }: UpkeepEnd): Problem {
  const how = code === undefined ? 'was killed' : `ended with code ${code}`;
  const last = lines.at(-1);
  return problem('CIF005', { what: `the run ${how}${last === undefined ? '' : `; its last line: ${last}`}` });
}

/** The problem that ended a command, from the lines that it shows to people. */
function lastProblemOf(lines: readonly string[]): Problem | undefined {
  const at = lines.findLastIndex((line) => /^error [A-Z]{3}\d{3} /.test(line));
  const [, code, what] = /^error ([A-Z]{3}\d{3}) (.*)$/.exec(lines[at] ?? '') ?? [];
  if (code === undefined || what === undefined || catalogue[code] === undefined) return undefined;
  const next = lines.slice(at + 1).find((line) => /^ +next: /.test(line));
  return problem(code as Code, { what, ...(next ? { next: next.replace(/^ +next: /, '') } : {}) });
}

interface Result {
  /** Whether the run printed what it did: one that stopped half-way does not. */
  readonly isWhole: boolean;
  readonly problems: readonly Problem[];
  readonly scheduled: readonly string[];
}

/** What pipelines print as JSON, as far as it is of interest here; anything else counts as nothing. */
function asResult(value: unknown): Result {
  const { problems, packages, scheduled, outcome } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const names =
    outcome === 'scheduled' || outcome === 'waiting' ? (arrayOf(scheduled) ?? arrayOf(packages)) : [];
  return {
    isWhole: typeof outcome === 'string',
    problems: (arrayOf(problems) ?? []).filter(isProblem),
    scheduled: (names ?? []).flatMap((one) => nameOf(one) ?? []),
  };
}

const arrayOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined;

function nameOf(value: unknown): string | undefined {
  const name = typeof value === 'object' && value !== null ? (value as { name?: unknown }).name : value;
  return typeof name === 'string' ? name : undefined;
}

function isProblem(value: unknown): value is Problem {
  const { code, what } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof code === 'string' && typeof what === 'string';
}

/** An error for those who keep a list of what is the matter. */
export function asFault({ code, what, next }: NonNullable<UpkeepRun['problem']>): Error {
  return new ProblemError({ ...problem(code as Code, { what }), ...(next === undefined ? {} : { next }) });
}
