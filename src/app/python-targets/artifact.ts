import type { AvailableArtifact } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { GraphFacts, ManifestFacts } from '../../recipes/python/index.ts';
import type { ObjectStore } from '../../store/index.ts';

/** What was said beside a graph or a manifest. Throws STO problems. */
export async function readPythonFacts<Facts extends GraphFacts | ManifestFacts>(
  store: Pick<ObjectStore, 'readBytes'>,
  facts: Digest,
): Promise<Facts> {
  return JSON.parse(Buffer.from(await store.readBytes(facts)).toString('utf8')) as Facts;
}

/** What a job made that this one needs, by its name. */
export const graphOf = (
  dependencies: readonly AvailableArtifact[],
  job: string,
): AvailableArtifact | undefined => dependencies.find(({ artifact }) => artifact.name === job);
