import { openFastpull, storedDigests } from '../fastpull/index.ts';
import { pathExists } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import { stageObjects } from '../stages/index.ts';
import type { CollectionReport } from '../store/index.ts';
import { collectDistfiles, keptDistfiles } from './ebin-targets/objects.ts';
import type { Farm } from './farm.ts';
import { provenanceObjects } from './provenance/kept-objects.ts';
import { pythonObjectsInUse } from './python-targets/publish.ts';
import { waitingExtras } from './stage-targets/mirror-entries.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Number and size of the store's objects. */
export async function storeUsage(farm: Farm): Promise<{ objects: number; bytes: number }> {
  let objects = 0;
  let bytes = 0;
  for await (const { sizeBytes } of farm.store.list()) {
    objects += 1;
    bytes += sizeBytes;
  }
  return { objects, bytes };
}

/** Reads every object; damaged ones go to quarantine and are returned. */
export async function verifyStore(farm: Farm): Promise<readonly Digest[]> {
  return await farm.store.verifyAll();
}

/** Objects that downloads and archives share with the farm. */
function* fastpullObjects({ paths, store, clock }: Farm): Generator<Digest> {
  if (!pathExists(paths.fastpull)) return;
  const { parts } = openFastpull({ root: paths.fastpull, objects: store, clock, distfilesHost: undefined });
  yield* storedDigests(parts);
}

/**
 * Removes, in two phases, what neither a recipe's newest results, a kept generation, a download, an archive, a stage nor symbol data refers to.
 * What is known of the libraries of packages that are gone is forgotten.
 */
export async function collectStore(farm: Farm): Promise<CollectionReport> {
  const { repository, arch } = farm.config;
  const kept = new Set<Digest>();
  const { artifacts } = farm.database;
  for (const { artifact } of [...artifacts.newest(repository, arch), ...artifacts.unpublished()]) {
    kept.add(artifact.object).add(artifact.facts);
    if (artifact.record) kept.add(artifact.record);
  }
  for (const digest of farm.repositories.referencedObjects()) kept.add(digest);
  for (const digest of farm.trees.referencedObjects()) kept.add(digest);
  for (const digest of fastpullObjects(farm)) kept.add(digest);
  for (const digest of stageObjects(farm.paths.stages)) kept.add(digest);
  for (const digest of await waitingExtras(farm)) kept.add(digest);
  for (const digest of await pythonObjectsInUse(farm)) kept.add(digest);
  for (const digest of await provenanceObjects(farm, kept)) kept.add(digest);
  const distfiles = await keptDistfiles(farm);
  for (const { object } of distfiles) kept.add(object);
  const graceMs = farm.config.store['grace-days'] * dayMs;
  collectDistfiles(farm, distfiles, graceMs);
  farm.database.abi.forget((digest) => kept.has(digest));
  return await farm.store.collect((digest) => kept.has(digest), graceMs);
}
