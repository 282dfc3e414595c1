// The door of Python resources: what a command needs is loaded when it runs.
import type { ExploredRow, ExploreRequest } from './explore-distributions.ts';

export type { ExploredRow, ExploreRequest } from './explore-distributions.ts';

/** `packmill py explore`: see `exploreDistributions`. */
export async function exploreDistributions(request: ExploreRequest): Promise<readonly ExploredRow[]> {
  return await (await import('./explore-distributions.ts')).exploreDistributions(request);
}
