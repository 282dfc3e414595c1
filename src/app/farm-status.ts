import type { BuilderView, EbinRequestView, UpkeepView } from '../api/index.ts';
import { readManager } from '../database/index.ts';
import type { JobStateName } from '../model/index.ts';
import type { PlanId } from '../primitives/index.ts';
import type { RepositorySummary } from '../publisher/pacman-repo/index.ts';
import { type JobReport, reportJob } from './build-report.ts';
import { ebinTargets } from './ebin-targets/is-ebin-target.ts';
import type { Farm } from './farm.ts';
import type { ArchShortage } from './service/architectures.ts';
import { diskTrouble, lastTroubles } from './service/troubles.ts';
import { UpkeepLook } from './service/upkeep-look.ts';
import { FarmViews } from './service/views.ts';

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
  /** What is the matter, as the manager at work last said. */
  readonly troubles: readonly string[];
  readonly builders: readonly BuilderView[];
  /** Recipe sources that keep themselves up to date. */
  readonly upkeep: readonly UpkeepView[];
  /** Combinations of ebins that are asked for and not there yet. */
  readonly ebinRequests: readonly EbinRequestView[];
  /** Ready jobs for whose architecture no builder at work builds; only while a manager is at work. */
  readonly shortages: readonly ArchShortage[];
  /** Jobs of all plans that are not over. */
  readonly open: Readonly<Partial<Record<JobStateName, number>>>;
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
  const farmViews = new FarmViews(farm);
  const manager = readManager(farm.paths.lock);
  const builders = farmViews.builders();
  return {
    troubles: troublesOf(farm, manager),
    builders,
    upkeep: new UpkeepLook(farm).views(),
    shortages: manager === undefined ? [] : farmViews.shortages(),
    open: Object.fromEntries(farmViews.counts()),
    farm: farm.paths.root,
    manager,
    repositories: [...farm.repositories.list(), ...farm.trees.list()],
    ebinRequests: await wishes(farm, builders),
    plan: head?.id,
    why: head?.why,
    counts,
    jobs,
  };
}

/** Combinations that are asked for and not there; what knows of them is loaded where a farm has such targets. */
async function wishes(farm: Farm, builders: readonly BuilderView[]): Promise<readonly EbinRequestView[]> {
  if (ebinTargets(farm).length === 0) return [];
  const { ebinRequestViews } = await import('./service/ebin-requests.ts');
  return ebinRequestViews(farm, builders).filter(({ state }) => state !== 'there');
}

/** What the manager last said, and what one on a full disk cannot write down. */
function troublesOf(farm: Farm, manager: number | undefined): readonly string[] {
  const said = manager === undefined ? [] : lastTroubles(farm);
  const disk = diskTrouble(farm);
  return disk === undefined ? said : [...said.filter((line) => !line.startsWith('disk:')), `disk: ${disk}`];
}
