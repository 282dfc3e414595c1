import { fault } from '../../diagnostics/index.ts';
import { jobId } from '../../primitives/index.ts';
import type { BuildObserver } from '../build-event.ts';
import type { BuildReport } from '../build-report.ts';
import type { Farm } from '../farm.ts';
import { buildRecipes } from '../main-path.ts';
import { Publishing } from '../publishing.ts';
import { detailOf, reasonsOf } from './rebuild-detail.ts';
import { agreeToRebuild, dropRebuild, openRebuild, releaseRebuild } from './rebuilds.ts';

/**
 * Builds what a rebuild waits for on this machine, from the folders that its recipes were last built from, and publishes all of
 * it together. Throws ABI003, ABI004, and what building throws.
 */
export async function buildRebuild(
  farm: Farm,
  id: number,
  how: { readonly jobs: number | undefined; readonly by: string | undefined },
  observer: BuildObserver,
): Promise<BuildReport> {
  const { target, arch } = openRebuild(farm, id);
  const bases = agreeToRebuild(farm, id, how.by);
  const { jobs } = farm.database;
  const paths = bases.map((name) => {
    const newest = jobs.newestWithId(jobId({ target, arch, name }));
    if (!newest) throw fault('ABI004', { what: `the farm has no recipe of '${name}'` });
    return jobs.planned(newest.key).folder;
  });
  const broken = reasonsOf(detailOf(openRebuild(farm, id)));
  const of = { target: { target, arch }, jobs: how.jobs, failFast: false, rebuild: false };
  return await buildRecipes(farm, { ...of, paths, only: bases, broken }, observer);
}

/** Publishes what is held back as it is, or throws it away; returns what was published, a line each. Throws ABI003. */
export async function settleRebuild(
  farm: Farm,
  id: number,
  decision: 'publish' | 'drop',
  by: string | undefined,
): Promise<readonly string[]> {
  if (decision === 'drop') dropRebuild(farm, id, by);
  else releaseRebuild(farm, id, by);
  const told: string[] = [];
  const publishing = new Publishing(farm, {
    published: (what) => told.push(`published ${what}`),
    refused: ({ code, what }) => told.push(`${code} ${what}`),
  });
  await publishing.drain();
  return told;
}
