import { readManager } from '../database/index.ts';
import type { JobStateName } from '../model/index.ts';
import type { PlanId } from '../primitives/index.ts';
import type { RepositorySummary } from '../publisher/pacman-repo/index.ts';
import { type JobReport, reportJob } from './build-report.ts';
import type { Farm } from './farm.ts';

export interface FarmStatus {
  readonly farm: string;
  /** Process that works on the farm now. */
  readonly manager: number | undefined;
  readonly repositories: readonly RepositorySummary[];
  /** The newest plan, with its jobs in the plan's order. */
  readonly plan: PlanId | undefined;
  readonly why: string | undefined;
  readonly counts: Readonly<Partial<Record<JobStateName, number>>>;
  readonly jobs: readonly JobReport[];
}

/** Where the newest plan stands and what is published. */
export async function farmStatus(farm: Farm): Promise<FarmStatus> {
  const [head] = farm.database.plans.list(1);
  const plan = head && farm.database.plans.load(head.id);
  const views = head ? farm.database.views.ofPlan(head.id) : [];
  const planned = new Map(plan?.jobs.map((job) => [job.id, job]));
  const jobs = await Promise.all(views.map((view) => reportJob(farm, planned.get(view.id), view)));
  const counts: Partial<Record<JobStateName, number>> = {};
  for (const { state } of jobs) counts[state] = (counts[state] ?? 0) + 1;
  return {
    farm: farm.paths.root,
    manager: readManager(farm.paths.lock),
    repositories: farm.repositories.list(),
    plan: head?.id,
    why: head?.why,
    counts,
    jobs,
  };
}
