import type { Artifact } from '../model/index.ts';

/** A file that is no package as an artifact: it is for any machine, and depends on nothing. */
export const plainArtifact = (
  of: Pick<Artifact, 'name' | 'version' | 'fileName' | 'object' | 'sizeBytes' | 'facts'>,
): Artifact => ({
  ...of,
  ...{ arch: 'any', depends: [], provides: [], providedSonames: [], neededSonames: [] },
});
