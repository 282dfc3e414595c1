// The door of Python resources: what a command needs is loaded when it runs.
import type { Reason } from '../../incremental/index.ts';
import type { ResourceBuildReport, SetUpReport } from '../../python-build/index.ts';
import type { ResourceBuildRequest } from './build-resources.ts';
import type { ExploredRow, ExploreRequest } from './explore-distributions.ts';

export { type Reason, reasonWords } from '../../incremental/index.ts';
export type { BuildEvent, ResourceBuildReport, SetUpReport } from '../../python-build/index.ts';
export type { ResourceBuildRequest } from './build-resources.ts';
export type { ExploredRow, ExploreRequest } from './explore-distributions.ts';

/** `packmill py explore`: see `exploreDistributions`. */
export async function exploreDistributions(request: ExploreRequest): Promise<readonly ExploredRow[]> {
  return await (await import('./explore-distributions.ts')).exploreDistributions(request);
}

export interface SetUpRequest {
  readonly root: string;
  readonly lists: readonly string[];
  /** Folders with Dockerfiles that are written by hand, beyond packmill's own. */
  readonly special: readonly string[];
  readonly base: string | undefined;
  readonly force: boolean;
}

/** `packmill py setup`: see `setUp` of python-build. */
export async function setUpResources(request: SetUpRequest): Promise<SetUpReport> {
  const { setUp, specialFolder } = await import('../../python-build/index.ts');
  return setUp({ ...request, special: [specialFolder, ...request.special] });
}

/** `packmill py build`: see `buildResources`. */
export async function buildResources(request: ResourceBuildRequest): Promise<ResourceBuildReport> {
  return await (await import('./build-resources.ts')).buildResources(request);
}

/** `packmill py build --explain`: see `explainResource`. */
export async function explainResource(
  request: ResourceBuildRequest,
  target: string,
): Promise<readonly Reason[]> {
  return await (await import('./build-resources.ts')).explainResource(request, target);
}
