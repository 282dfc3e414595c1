import { type Problem, problem } from '../diagnostics/index.ts';
import type { Plan } from '../model/index.ts';

/**
 * What contradicts itself in a plan, as problems (PLN019); none for every plan that `makePlan` makes:
 * jobs stand after what they wait for (so there is no cycle), ids are distinct, arrows lead to jobs of
 * the plan, and no two jobs claim one output. A plan read from a record is checked before it is run.
 */
export function checkPlan(plan: Plan): readonly Problem[] {
  const problems: Problem[] = [];
  const complain = (what: string): void => {
    problems.push(problem('PLN019', { what }));
  };
  const place = new Map<string, number>();
  const makers = new Map<string, string>();
  for (const [index, job] of plan.jobs.entries()) {
    if (place.has(job.id)) complain(`job '${job.id}' stands twice in the plan`);
    place.set(job.id, index);
    for (const output of job.outputs) {
      const maker = makers.get(output);
      if (maker !== undefined && maker !== job.id)
        complain(`'${maker}' and '${job.id}' both make '${output}'`);
      makers.set(output, job.id);
    }
  }
  for (const [index, job] of plan.jobs.entries()) {
    for (const edge of job.waitsFor) {
      const before = place.get(edge.job);
      if (before === undefined) complain(`'${job.id}' waits for '${edge.job}', which is not in the plan`);
      else if (before >= index) complain(`'${job.id}' waits for '${edge.job}', which stands not before it`);
    }
    for (const edge of job.cutEdges) {
      if (!place.has(edge.job)) complain(`'${job.id}' cuts off '${edge.job}', which is not in the plan`);
    }
  }
  return problems;
}
