// The door of Python resources: what a command needs is loaded when it runs.
import type { Problem } from '../../diagnostics/index.ts';
import type {
  BuilderOrder,
  CollectedCorpora,
  CorpusCollecting,
  Explanation,
  ResourceBuilder,
  SetUpReport,
} from '../../python-build/index.ts';
import type { DistributionCoverage, GraphComparison } from '../../python-symbols/index.ts';
import type { BuiltResources, ResourceBuildRequest } from './build-resources.ts';
import type { ExploredRow, ExploreRequest } from './explore-distributions.ts';
import type { ManifestOrder, ManifestResult } from './manifest-work.ts';
import type { OpenedSymbols, SymbolData } from './open-symbols.ts';

export { reasonWords } from '../../incremental/index.ts';
export type {
  BuildEvent,
  BuilderNeed,
  Explanation,
  ResourceBuildReport,
  SetUpReport,
} from '../../python-build/index.ts';
export type { ResourceBuildRequest } from './build-resources.ts';
export type { ExploredRow, ExploreRequest } from './explore-distributions.ts';
export type { ManifestOrder } from './manifest-work.ts';
export type { OpenedSymbols } from './open-symbols.ts';

/** `packmill py explore`: see `exploreDistributions`. */
export async function exploreDistributions(request: ExploreRequest): Promise<readonly ExploredRow[]> {
  return await (await import('./explore-distributions.ts')).exploreDistributions(request);
}

/** `packmill py coverage`: see `readCoverage`. */
export async function readCoverage(
  paths: readonly string[],
  told: (problem: Problem) => void,
): Promise<readonly DistributionCoverage[]> {
  return await (await import('./read-graphs.ts')).readCoverage(paths, told);
}

/** `packmill py diff`: see `compareVersions`. */
export async function compareVersions(
  before: string,
  after: string,
  told: (problem: Problem) => void,
): Promise<GraphComparison> {
  return await (await import('./read-graphs.ts')).compareVersions(before, after, told);
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
export async function buildResources(request: ResourceBuildRequest): Promise<BuiltResources> {
  return await (await import('./build-resources.ts')).buildResources(request);
}

/** `packmill py build --explain`: see `explainResource`. */
export async function explainResource(request: ResourceBuildRequest, target: string): Promise<Explanation> {
  return await (await import('./build-resources.ts')).explainResource(request, target);
}

/** `packmill py builder list`. */
export async function resourceBuilders(): Promise<readonly ResourceBuilder[]> {
  return (await import('../../python-build/index.ts')).allBuilders;
}

/** `packmill py builder`: see `runAlone` of python-build. */
export async function runResourceBuilder(order: BuilderOrder): Promise<string> {
  return await (await import('../../python-build/index.ts')).runAlone(order);
}

/** `packmill py corpus`: see `collectCorpora` of python-build. */
export async function collectCorpora(order: CorpusCollecting): Promise<CollectedCorpora> {
  return await (await import('../../python-build/index.ts')).collectCorpora(order);
}

/** `packmill py query`: see `openSymbols` and `connectSymbols`. */
export async function openSymbols(
  data: SymbolData & { readonly socket?: string | undefined },
): Promise<OpenedSymbols> {
  const work = await import('./open-symbols.ts');
  return data.socket === undefined ? work.openSymbols(data) : await work.connectSymbols(data.socket);
}

/** What the dashboard asks: see `followedSymbols`. */
export function followSymbols(
  manifest: string,
  onProblem: (problem: Problem) => void,
): Pick<OpenedSymbols, 'answer' | 'toplevels'> {
  const loaded = import('./open-symbols.ts').then((work) => work.followedSymbols(manifest, onProblem));
  return {
    answer: async (path) => await (await loaded).answer(path),
    toplevels: async (prefix, limit) => await (await loaded).toplevels(prefix, limit),
  };
}

/** `packmill py serve`: see `serveSymbols`. */
export async function serveSymbols(
  data: SymbolData & { readonly socket: string },
  until: () => Promise<void>,
): Promise<void> {
  await (await import('./open-symbols.ts')).serveSymbols(data, until);
}

/** `packmill py manifest`: see `workOnManifest`. */
export async function workOnManifest(order: ManifestOrder, out: string | undefined): Promise<ManifestResult> {
  return await (await import('./manifest-work.ts')).workOnManifest(order, out);
}

/** `packmill py manifest copydata`: see `copyManifestData`. */
export async function copyManifestData(from: string, to: string): Promise<{ copied: number; same: number }> {
  return await (await import('./manifest-work.ts')).copyManifestData(from, to);
}

/** `packmill py manifest embed`: see `embedManifest`. */
export async function embedManifest(
  manifest: string,
  index: string,
  out: string | undefined,
): Promise<string | undefined> {
  return (await import('./manifest-work.ts')).embedManifest(manifest, index, out);
}
