import type { PythonBuildsView, PythonDistributionView, PythonFailureView } from '../../api/index.ts';
import type { JobRevision } from '../../database/index.ts';
import type { Artifact } from '../../model/index.ts';
import { isFinal, isGood } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import { exploreJob, type GraphFacts, type ManifestFacts, manifestJob } from '../../recipes/python/index.ts';
import type { Farm } from '../farm.ts';
import { readPythonFacts } from './artifact.ts';
import { notedSelection } from './noted-selection.ts';
import { publishedManifest } from './shown-manifest.ts';

type Looked = Pick<Farm, 'config' | 'paths' | 'database' | 'store' | 'trees'>;

/** What a farm has of Python, for those who look at it. */
export interface PythonViews {
  readonly builds: readonly PythonBuildsView[];
  readonly distributions: readonly PythonDistributionView[];
  readonly failures: readonly PythonFailureView[];
}

/** All sources of Python distributions of a farm: how each distribution stands, what failed, and what was built. Throws STO problems. */
export async function pythonViews(farm: Looked): Promise<PythonViews> {
  const all: PythonViews[] = [];
  for (const [source, { kind, target }] of Object.entries(farm.config['recipe-sources']))
    if (kind === 'python' && target !== undefined) all.push(await viewsOf(farm, { source, target }));
  return {
    builds: all.flatMap(({ builds }) => builds),
    distributions: all.flatMap(({ distributions }) => distributions),
    failures: all.flatMap(({ failures }) => failures),
  };
}

interface Of {
  readonly source: string;
  readonly target: string;
}

async function viewsOf(farm: Looked, of: Of): Promise<PythonViews> {
  const { source, target } = of;
  const facts = await visibleFacts(farm, target);
  const { items, problems } = notedSelection(farm, source);
  const graphs = new Map(
    farm.database.artifacts.newest(target, 'any').map(({ artifact }) => [artifact.name, artifact]),
  );
  const published = new Set(facts?.stems);
  const distributions: PythonDistributionView[] = [];
  for (const { stem, distribution } of items) {
    const job = jobId({ target, arch: 'any', name: exploreJob(stem) });
    const [newest] = farm.database.views.revisions(job, 1);
    distributions.push({
      ...{ ...of, stem, job, name: distribution.name, version: distribution.version },
      ...{ state: stateOf(newest), sinceMs: newest?.sinceMs ?? null, problem: problemOf(farm, newest) },
      graph: await graphView(farm, graphs.get(exploreJob(stem))),
      published: published.has(stem),
    });
  }
  return {
    distributions,
    failures: (facts?.failures ?? []).map(({ target: part, why = null, ...row }) => ({
      ...of,
      ...row,
      ...{ part, why, log: [...row.log] },
    })),
    builds: [
      { ...of, ...buildsView(farm, target), counts: countsOf(distributions), problems: [...problems] },
    ],
  };
}

async function visibleFacts(farm: Looked, target: string): Promise<ManifestFacts | undefined> {
  const found = farm.trees.packages(target).find(({ name }) => name === manifestJob);
  return found?.facts && (await readPythonFacts<ManifestFacts>(farm.store, found.facts));
}

function stateOf(revision: JobRevision | undefined): PythonDistributionView['state'] {
  if (revision === undefined) return 'unseen';
  if (!isFinal(revision.state)) return revision.state === 'running' ? 'running' : 'waiting';
  return isGood(revision.state) ? 'explored' : 'failed';
}

function problemOf(
  { database }: Pick<Farm, 'database'>,
  revision: JobRevision | undefined,
): PythonDistributionView['problem'] {
  if (revision === undefined || stateOf(revision) !== 'failed') return null;
  const { attempt, reason, state } = revision;
  const outcome = attempt === undefined ? undefined : database.attempts.get(attempt)?.outcome;
  if (outcome?.kind !== 'failed') return { code: '', what: reason || state };
  return { code: outcome.problem.code, what: outcome.problem.what };
}

/** What was said of graphs never changes. */
const known = new Map<string, GraphFacts>();
const mostKnown = 5_000;

async function graphView(
  { store }: Pick<Farm, 'store'>,
  artifact: Artifact | undefined,
): Promise<PythonDistributionView['graph']> {
  if (artifact === undefined || !(await store.has(artifact.facts))) return null;
  const facts = known.get(artifact.facts) ?? (await readPythonFacts<GraphFacts>(store, artifact.facts));
  if (known.size >= mostKnown) known.clear();
  known.set(artifact.facts, facts);
  const { toplevels, nodes, troubles, troubleCount, python, durationMs } = facts;
  const { sizeBytes } = artifact;
  return { toplevels, nodes, troubles: [...troubles], troubleCount, python, durationMs, sizeBytes };
}

function countsOf(rows: readonly PythonDistributionView[]): PythonBuildsView['counts'] {
  const counts: PythonBuildsView['counts'] = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function buildsView(farm: Looked, target: string): Pick<PythonBuildsView, 'manifest' | 'builds'> {
  const isThere = farm.trees.list().some(({ name }) => name === target);
  if (!isThere) return { manifest: null, builds: [] };
  const builds = farm.trees.generations(target).map(({ number, createdMs, reason, visible }) => ({
    ...{ generation: number, createdMs, reason, visible },
  }));
  return { manifest: publishedManifest(farm, target), builds: builds.reverse() };
}
