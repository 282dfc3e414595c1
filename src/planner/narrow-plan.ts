import type { JobEdge, Plan, PlannedJob } from '../model/index.ts';
import type { JobId } from '../primitives/index.ts';

/**
 * A plan of some jobs of a plan. Needs that lead through jobs which are left out are kept as needs of what comes
 * behind them, and what is left out stays known as `outside`, other members of a job's own cycle included: other
 * plans may have it under way (specification 12.7: "directly or not").
 */
export function narrowPlan(plan: Plan, wanted: ReadonlySet<JobId>): Plan {
  const byId = new Map(plan.jobs.map((job) => [job.id, job]));
  const reached = new Map<JobId, Reach>();
  // jobs stand in an order in which they could be run, so what a job needs was seen before
  for (const job of plan.jobs) reached.set(job.id, reach(job, { byId, wanted, reached }));
  const cycleOf = new Map(plan.cycles.flatMap((cycle) => cycle.map((id) => [id, cycle])));
  const jobs = plan.jobs
    .filter(({ id }) => wanted.has(id))
    .map((job): PlannedJob => {
      const { inside, outside: behind } = reached.get(job.id) as Reach;
      // members of its own cycle in other plans: none of them may run while it does (specification 12.5)
      const apart = (cycleOf.get(job.id) ?? []).filter((id) => !wanted.has(id));
      const outside = new Set([...behind, ...apart]);
      return {
        ...job,
        waitsFor: [...inside.values()].flat(),
        cutEdges: job.cutEdges.filter((edge) => wanted.has(edge.job)),
        ...(outside.size === 0 ? {} : { outside: [...outside].sort() }),
      };
    });
  return {
    ...plan,
    jobs: withPaths(plan, jobs),
    cycles: plan.cycles.filter((cycle) => cycle.every((id) => wanted.has(id))),
  };
}

interface Reach {
  /** Wanted jobs it waits for, with the arrows to be recorded for it. */
  readonly inside: ReadonlyMap<JobId, readonly JobEdge[]>;
  /** Jobs left out that it needs. */
  readonly outside: ReadonlySet<JobId>;
}

interface Scene {
  readonly byId: ReadonlyMap<JobId, PlannedJob>;
  readonly wanted: ReadonlySet<JobId>;
  readonly reached: ReadonlyMap<JobId, Reach>;
}

function reach(job: PlannedJob, { byId, wanted, reached }: Scene): Reach {
  const inside = new Map<JobId, JobEdge[]>();
  const outside = new Set<JobId>();
  for (const edge of job.waitsFor) {
    const on = edge.job;
    if (wanted.has(on)) {
      inside.set(on, [...(inside.get(on) ?? []), edge]);
      continue;
    }
    if (!byId.has(on)) continue;
    // arrows of a cycle count, too: its members need each other, and so what any of them needs
    outside.add(on);
    for (const further of reached.get(on)?.outside ?? []) outside.add(further);
    for (const through of reached.get(on)?.inside.keys() ?? []) {
      if (inside.has(through)) continue;
      // what lies between is published as it is, so a failure further down does not block
      inside.set(through, [{ ...edge, job: through, required: false }]);
    }
  }
  return { inside, outside };
}

/** Critical paths over the jobs that are left: the rest of the old ones would count work that nobody does. */
function withPaths(whole: Plan, jobs: readonly PlannedJob[]): readonly PlannedJob[] {
  const before = longestBehind(whole.jobs, (job) => job.criticalPathMs);
  const own = new Map(jobs.map((job) => [job.id, job.criticalPathMs - (before.get(job.id) ?? 0)]));
  const paths = new Map<JobId, number>();
  const behind = new Map<JobId, number>();
  for (const job of [...jobs].reverse()) {
    const path = (own.get(job.id) as number) + (behind.get(job.id) ?? 0);
    paths.set(job.id, path);
    for (const edge of job.waitsFor) behind.set(edge.job, Math.max(behind.get(edge.job) ?? 0, path));
  }
  return jobs.map((job) => ({ ...job, criticalPathMs: paths.get(job.id) as number }));
}

/** For each job that others wait for, the largest measure among those. */
function longestBehind(
  jobs: readonly PlannedJob[],
  measure: (job: PlannedJob) => number,
): ReadonlyMap<JobId, number> {
  const longest = new Map<JobId, number>();
  for (const job of jobs) {
    for (const edge of job.waitsFor)
      longest.set(edge.job, Math.max(longest.get(edge.job) ?? 0, measure(job)));
  }
  return longest;
}
