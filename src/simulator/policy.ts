import { digraph, reachCounts } from '../graph/index.ts';
import type { Plan, PlannedJob } from '../model/index.ts';

/**
 * By what jobs of one class, urgency and share go before others: the longest path to the end of the plan (what the dispatcher
 * does), how many jobs wait for them directly or not, which is longest, or which was ready first.
 */
export const policyNames = ['critical-path', 'most-dependants', 'longest-first', 'fifo'] as const;
export type PolicyName = (typeof policyNames)[number];

/** The plan as it would be dispatched by a policy: only priorities differ. */
export function withPolicy(plan: Plan, policy: PolicyName): Plan {
  if (policy === 'critical-path') return plan;
  const priorities = prioritiesOf(plan.jobs, policy);
  const jobs = plan.jobs.map((job, at): PlannedJob => ({ ...job, criticalPathMs: priorities[at] ?? 0 }));
  return { ...plan, jobs };
}

function prioritiesOf(jobs: readonly PlannedJob[], policy: PolicyName): ArrayLike<number> {
  switch (policy) {
    case 'critical-path':
      return jobs.map(({ criticalPathMs }) => criticalPathMs);
    case 'most-dependants':
      return reachCounts(graphOf(jobs));
    case 'longest-first':
      return jobs.map(({ expectedMs }) => expectedMs ?? 0);
    case 'fifo':
      return jobs.map(() => 0);
  }
}

function graphOf(jobs: readonly PlannedJob[]) {
  const number = new Map(jobs.map(({ id }, at) => [id, at]));
  const edges = jobs.flatMap(({ waitsFor }, at) =>
    waitsFor.flatMap(({ job }): [number, number][] => {
      const on = number.get(job);
      return on === undefined ? [] : [[on, at]];
    }),
  );
  return digraph(
    jobs.map(({ id }) => id),
    edges,
  );
}
