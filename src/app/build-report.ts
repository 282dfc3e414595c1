import type { JobView } from '../database/index.ts';
import { type Problem, renderLine } from '../diagnostics/index.ts';
import { findErrorExcerpt, ownLineMarker, tailText } from '../logs/index.ts';
import type { JobStateName, Outcome, PlannedJob } from '../model/index.ts';
import { renderReason } from '../planner/index.ts';
import { type JobId, jobId, type PlanId } from '../primitives/index.ts';
import type { RepositorySummary } from '../publisher/pacman-repo/index.ts';
import type { ShownRebuild } from './abi/rebuilds.ts';
import type { Farm } from './farm.ts';
import type { BrokenRecipe } from './load-recipes.ts';

/** One job of a finished build. The first six fields are a contract (`build --json`). */
export interface JobReport {
  readonly id: JobId;
  readonly state: JobStateName;
  /** How its newest attempt ended; null when there was none. */
  readonly outcome: Outcome['kind'] | JobStateName | null;
  /** Why it ran, or why it did not succeed. */
  readonly reason: string;
  readonly durationMs: number | null;
  /** Absolute path of its log. */
  readonly log: string | null;
  /** Code of the problem, when it failed. */
  readonly code: string | null;
  /** Lines around the first error of the log, when it failed. */
  readonly excerpt: string | null;
}

export interface BuildReport {
  readonly plan: PlanId;
  readonly jobs: readonly JobReport[];
  readonly problems: readonly Problem[];
  readonly repository: RepositorySummary | undefined;
  /** Results that were not published, since they break published packages. */
  readonly held: readonly ShownRebuild[];
  readonly durationMs: number;
  /** Whether a recipe or build failed, so that the command has to say so with its exit code. */
  readonly failed: boolean;
}

const badStates: ReadonlySet<JobStateName> = new Set(['failed', 'timed-out', 'blocked']);

/** The reasons of a plan for one job, as a line. */
export function planReason(job: Pick<PlannedJob, 'reasons'> | undefined): string {
  return job ? job.reasons.map(renderReason).join('; ') : '';
}

/** The end of a log without packmill's own words: the reason has those already. */
async function toolLines(log: string): Promise<string> {
  const lines = (await tailText(log, { lines: 4000 })).split('\n');
  return lines.filter((line) => !line.startsWith(ownLineMarker)).join('\n');
}

/** A job for the report: what it was to do (undefined when the plan does not say), and what became of it. */
export async function reportJob(farm: Farm, job: PlannedJob | undefined, view: JobView): Promise<JobReport> {
  const failed = badStates.has(view.state);
  const log = view.logPath === undefined ? null : `${farm.paths.root}/${view.logPath}`;
  const excerpt = failed && log !== null ? findErrorExcerpt(await toolLines(log)) : undefined;
  const why = planReason(job);
  const built = view.state === 'succeeded' || view.state === 'already-built';
  const outcome = view.outcome?.kind === 'lost' ? view.state : (view.outcome?.kind ?? null);
  return {
    id: view.id,
    state: view.state,
    outcome: outcome ?? (view.state === 'already-built' ? view.state : null),
    reason: built && (view.reason === '' || view.action === 'keep') ? why : view.reason,
    durationMs: view.durationMs === undefined ? null : Math.round(view.durationMs),
    log,
    code: view.outcome?.kind === 'failed' ? view.outcome.problem.code : null,
    excerpt: excerpt ? excerpt.lines.join('\n') : null,
  };
}

/** A folder that could not be made a recipe, and so has no job in the plan, as a job that failed before it began. */
export function reportBroken(
  of: { readonly target: string; readonly arch: string },
  { name, problem }: BrokenRecipe,
): JobReport {
  return {
    id: jobId({ ...of, name }),
    state: 'failed',
    outcome: 'failed',
    reason: renderLine(problem),
    durationMs: null,
    log: null,
    code: problem.code,
    excerpt: null,
  };
}

/** Two builds of which the second one belongs to the first, as one. */
export function joinReports(first: BuildReport, second: BuildReport): BuildReport {
  const again = new Set(second.jobs.map(({ id }) => id));
  return {
    ...second,
    plan: first.plan,
    jobs: [...first.jobs.filter(({ id }) => !again.has(id)), ...second.jobs],
    problems: [...first.problems, ...second.problems],
    durationMs: first.durationMs + second.durationMs,
    failed: first.failed || second.failed,
  };
}

/** Whether the build as a whole went wrong. */
export function isFailedBuild(jobs: readonly JobReport[], problems: readonly Problem[]): boolean {
  return (
    jobs.some(({ state }) => badStates.has(state)) || problems.some((problem) => problem.severity === 'error')
  );
}
