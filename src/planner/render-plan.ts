import type { Problem } from '../diagnostics/index.ts';
import { digraph, renderDot } from '../graph/index.ts';
import type { JobAction, Plan, PlannedJob } from '../model/index.ts';
import { formatDuration, parseJobId } from '../primitives/index.ts';
import { renderReason } from './explain.ts';

const nameOf = (id: string): string => parseJobId(id)?.name ?? id;
const marks: Readonly<Record<JobAction, string>> = { build: '+', 'build-if-broken': '?', keep: '=' };

function renderJob(job: PlannedJob): string {
  const waits = [...new Set(job.waitsFor.map((edge) => nameOf(edge.job)))];
  const cut = [...new Set(job.cutEdges.map((edge) => nameOf(edge.job)))];
  const notes = [
    job.reasons.map(renderReason).join('; '),
    ...(waits.length === 0 ? [] : [`after ${waits.join(', ')}`]),
    ...(job.cycle === undefined ? [] : [`cycle ${job.cycle}`]),
    ...(cut.length === 0 ? [] : [`not after ${cut.join(', ')}`]),
  ];
  return `${marks[job.action]} ${job.name} ${job.version}  (${notes.join('; ')})`;
}

function renderProblem({ severity, code, what, place }: Problem): string {
  const where = place ? ` - ${place.file}${place.line === undefined ? '' : `:${place.line}`}` : '';
  return `${severity}: ${code} ${what}${where}`;
}

/**
 * The plan for people, in the order of execution: `+` build, `?` build if broken, `=` keep. Problems
 * follow as one line each. Kept jobs are counted and not listed unless `all` is set.
 */
export function renderPlanText(plan: Plan, options: { readonly all?: boolean } = {}): string {
  const count = (action: JobAction): number => plan.jobs.filter((job) => job.action === action).length;
  const shown = plan.jobs.filter(({ action }) => options.all || action !== 'keep');
  const longest = plan.jobs.reduce((most, job) => Math.max(most, job.criticalPathMs), 0);
  return [
    `plan for ${plan.target} on ${plan.arch}: ${count('build')} to build, ` +
      `${count('build-if-broken')} to build if broken, ${count('keep')} up to date`,
    ...(longest === 0 ? [] : [`longest chain: ${formatDuration(longest)}`]),
    ...shown.map(renderJob),
    ...plan.problems.map(renderProblem),
    '',
  ].join('\n');
}

/** The plan in the dot language; arrows lead from what comes first to what waits, cut ones are dotted. */
export function renderPlanDot(plan: Plan): string {
  const number = new Map(plan.jobs.map(({ id }, index) => [id, index]));
  const edges = plan.jobs.flatMap((job, by) => [
    ...job.waitsFor.map((edge) => ({ on: number.get(edge.job), by, edge, cut: false })),
    ...job.cutEdges.map((edge) => ({ on: number.get(edge.job), by, edge, cut: true })),
  ]);
  const placed = edges.filter(({ on }) => on !== undefined);
  const graph = digraph(
    plan.jobs.map(({ id }) => id),
    placed.map(({ on, by }) => [on ?? 0, by] as const),
  );
  return renderDot(graph, {
    name: `${plan.target}/${plan.arch}`,
    node: (node) => {
      const job = plan.jobs[node];
      const style = { build: 'bold', 'build-if-broken': 'dashed', keep: 'solid' }[job?.action ?? 'keep'];
      return { label: `${job?.name} ${job?.version}`, style };
    },
    edge: (at) => {
      const { edge, cut } = placed[at] as (typeof placed)[number];
      return {
        label: edge.because,
        ...(cut ? { style: 'dotted' } : edge.required ? {} : { style: 'dashed' }),
      };
    },
  });
}

/** The plan as one JSON document with a final newline; reading it gives a plan again. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}
