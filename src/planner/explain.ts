import { digraph, shortestPath } from '../graph/index.ts';
import type { JobEdge, JobReason, Plan, PlannedJob } from '../model/index.ts';
import { formatDuration, parseJobId } from '../primitives/index.ts';

const nameOf = (id: string): string => parseJobId(id)?.name ?? id;

/** A reason in words: `version 1.2-1 -> 1.3-1`. */
export function renderReason(reason: JobReason): string {
  switch (reason.kind) {
    case 'new':
      return 'never built';
    case 'asked':
      return 'rebuild asked for';
    case 'scheduled':
      return scheduledText(reason);
    case 'version-changed':
      return `version ${reason.from} -> ${reason.to}`;
    case 'recipe-changed':
      return `recipe changed, version still ${reason.version}`;
    case 'inputs-changed':
      return `recipe or upstream changed since ${reason.since}`;
    case 'not-finished':
      return reason.last === 'blocked' ? 'last time blocked' : `last attempt ${reason.last}`;
    case 'dependency-rebuilt':
      return `'${nameOf(reason.dependency)}' is rebuilt`;
    case 'soname-missing':
      return `'${reason.dependency}' no longer provides ${reason.soname}`;
    case 'abi-changed':
      return abiText(reason);
    case 'up-to-date':
      return `up to date at ${reason.version}`;
  }
}

const actionWords = {
  build: 'is built',
  'build-if-broken': 'is built only if a rebuilt dependency broke it',
  keep: 'is kept as it is',
} as const;

function renderEdge(edge: JobEdge): string {
  const name = `'${nameOf(edge.job)}'`;
  if (edge.match === 'cycle') return `${name}, to run one at a time in ${edge.because}`;
  const how = { output: 'makes it', provides: 'provides it', soname: 'provides the library' }[edge.match];
  const spare = edge.required ? '' : ', and what is published would do';
  return `${name}, because it needs '${edge.because}' and ${name} ${how}${spare}`;
}

/**
 * Why a job is in the plan, what it waits for and because of which need, one fact a line. Undefined when
 * the plan has no job of that id or recipe name.
 */
export function explainJob(plan: Plan, idOrName: string): readonly string[] | undefined {
  const job = findJob(plan, idOrName);
  if (!job) return undefined;
  const wanted = plan.jobs.filter(({ waitsFor }) => waitsFor.some((edge) => edge.job === job.id));
  return [
    `${job.name} ${job.version} ${actionWords[job.action]}: ${job.reasons.map(renderReason).join('; ')}`,
    ...(job.outputs.length === 1 && job.outputs[0] === job.name ? [] : [`makes ${job.outputs.join(', ')}`]),
    ...job.waitsFor.map((edge) => `waits for ${renderEdge(edge)}`),
    ...job.cutEdges.map(
      (edge) =>
        `does not wait for '${nameOf(edge.job)}' (needed as '${edge.because}'): cut to break cycle ${job.cycle}`,
    ),
    ...(wanted.length === 0 ? [] : [`needed by ${wanted.map(({ name }) => name).join(', ')}`]),
    ...(job.buildClass === undefined ? [] : [`needs builder class ${job.buildClass}`]),
    `expected to take ${job.expectedMs === undefined ? 'an unknown time' : formatDuration(job.expectedMs)}, ` +
      `${formatDuration(job.criticalPathMs)} with what follows`,
  ];
}

/** A job by id or recipe name. */
export function findJob(plan: Plan, idOrName: string): PlannedJob | undefined {
  return plan.jobs.find(({ id, name }) => id === idOrName || name === idOrName);
}

/**
 * The shortest chain of needs by which one job waits for another, from the waiting one on: `app` needs
 * `libfoo`, `libfoo` needs `base`. Undefined when it does not wait for it or one of them is not there.
 */
export function whyPath(
  plan: Plan,
  waiting: string,
  dependency: string,
): readonly { readonly job: string; readonly edge: JobEdge }[] | undefined {
  const from = findJob(plan, waiting);
  const to = findJob(plan, dependency);
  if (!from || !to) return undefined;
  const number = new Map(plan.jobs.map(({ id }, index) => [id as string, index]));
  const steps = plan.jobs.flatMap((job) => job.waitsFor.map((edge) => ({ job: job.id as string, edge })));
  const graph = digraph(
    plan.jobs.map(({ id }) => id),
    steps.map(({ job, edge }) => [number.get(job) ?? -1, number.get(edge.job) ?? -1] as const),
  );
  const path = shortestPath(graph, number.get(from.id) ?? -1, number.get(to.id) ?? -1);
  return path?.map((step) => steps[step] as { job: string; edge: JobEdge });
}

function abiText({ dependency, library, symbols }: Extract<JobReason, { kind: 'abi-changed' }>): string {
  if (symbols.length === 0) return `'${dependency}' has ${library} no more`;
  const some = symbols.length <= 3 ? symbols.join(', ') : `${symbols.slice(0, 3).join(', ')} and others`;
  return `'${dependency}' lost ${some} of ${library}`;
}

function scheduledText({ commit, gone }: Extract<JobReason, { kind: 'scheduled' }>): string {
  if (commit === undefined) return 'scheduled';
  const at = `scheduled at ${commit.slice(0, 12)}`;
  return gone === undefined ? at : `${at}, the newest commit, since '${gone.slice(0, 12)}' is gone`;
}
