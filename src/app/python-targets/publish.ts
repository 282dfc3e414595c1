import type { StoredArtifact } from '../../database/index.ts';
import type { Digest } from '../../primitives/index.ts';
import { parseJobId } from '../../primitives/index.ts';
import type { PublishReport } from '../../publisher/index.ts';
import { type GraphFacts, type ManifestFacts, manifestJob } from '../../recipes/python/index.ts';
import type { Farm } from '../farm.ts';
import { makerOf } from '../tree-owners.ts';
import { readPythonFacts } from './artifact.ts';
import { isPythonTarget } from './is-python-target.ts';

/**
 * Publishes a manifest as one generation of its target: the manifest, what lies beside it, and all datafiles that it names change in
 * one step. Graphs are no part of it: they wait in the store for the next manifest. Throws PUB034, STO and SYS problems.
 */
export async function publishPython(
  farm: Farm,
  wish: { readonly target: string; readonly waiting: readonly StoredArtifact[]; readonly reason: string },
): Promise<PublishReport> {
  const { target, waiting, reason } = wish;
  const made = waiting.filter(({ artifact }) => artifact.name === manifestJob).at(-1);
  if (made === undefined) {
    const visible = farm.trees.list().find(({ name }) => name === target)?.generation ?? 1;
    return { kind: 'nothing-new', generation: visible, added: [], archived: [], problems: [] };
  }
  const { name, version, fileName, object, facts } = made.artifact;
  const { placed } = await readPythonFacts<ManifestFacts>(farm.store, facts);
  const from = makerOf(farm, target, made);
  const entry = { name, version, fileName, object, facts, placed, ...(from ? { from } : {}) };
  return await farm.trees.publish({ tree: target, add: [entry], remove: [], reason });
}

/** Objects that no list of the engine names: graphs and sources for the next manifest, and datafiles of manifests that wait. Throws STO problems. */
export async function pythonObjectsInUse(
  farm: Pick<Farm, 'config' | 'database' | 'store'>,
): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  const { artifacts } = farm.database;
  const targets = Object.keys(farm.config.targets).filter((target) => isPythonTarget(farm, target));
  for (const target of targets)
    for (const { artifact } of artifacts.newest(target, 'any')) {
      found.push(artifact.object, artifact.facts);
      if (artifact.name === manifestJob || !(await farm.store.has(artifact.facts))) continue;
      const { sources } = await readPythonFacts<GraphFacts>(farm.store, artifact.facts);
      if (sources !== undefined) found.push(sources);
    }
  for (const { job, artifact } of artifacts.unpublished()) {
    const { target = '', name = '' } = parseJobId(job) ?? {};
    if (!isPythonTarget(farm, target) || name !== manifestJob) continue;
    const { placed } = await readPythonFacts<ManifestFacts>(farm.store, artifact.facts);
    found.push(...placed.map(({ object }) => object));
  }
  return found;
}
