import type { Artifact } from '../../model/index.ts';

/** A file of stages as an artifact: it runs on any machine that asks for it, and depends on nothing. */
export const stageArtifact = (
  of: Pick<Artifact, 'name' | 'version' | 'fileName' | 'object' | 'sizeBytes' | 'facts'>,
): Artifact => ({
  ...of,
  ...{ arch: 'any', depends: [], provides: [], providedSonames: [], neededSonames: [] },
});
