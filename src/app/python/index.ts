// The door of Python resources: what a command needs is loaded when it runs.
import type { DistributionCoverage, GraphComparison } from '../../python-symbols/index.ts';
import type { ExploredRow, ExploreRequest } from './explore-distributions.ts';

export type { ExploredRow, ExploreRequest } from './explore-distributions.ts';

/** `packmill py explore`: see `exploreDistributions`. */
export async function exploreDistributions(request: ExploreRequest): Promise<readonly ExploredRow[]> {
  return await (await import('./explore-distributions.ts')).exploreDistributions(request);
}

/** `packmill py coverage`: see `readCoverage`. */
export async function readCoverage(paths: readonly string[]): Promise<readonly DistributionCoverage[]> {
  return await (await import('./read-graphs.ts')).readCoverage(paths);
}

/** `packmill py diff`: see `compareVersions`. */
export async function compareVersions(before: string, after: string): Promise<GraphComparison> {
  return await (await import('./read-graphs.ts')).compareVersions(before, after);
}
