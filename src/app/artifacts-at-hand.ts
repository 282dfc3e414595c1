import type { ArtifactIndex } from '../builder/index.ts';
import type { StoredArtifact } from '../database/index.ts';
import type { Artifact, RecipeKind } from '../model/index.ts';
import type { Digest, JobId } from '../primitives/index.ts';
import type { PackageFacts } from '../recipes/pkgbuild/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { Farm } from './farm.ts';

/** One of the farm's targets for one architecture. */
export interface TargetRef {
  readonly target: string;
  readonly arch: string;
}

/** What the newest success of each job of the target made, whether published already or not. */
export function artifactsAtHand(
  farm: Farm,
  kind: Pick<RecipeKind, 'parseOffer'>,
  { target, arch }: TargetRef,
): ArtifactIndex {
  const outputs = new Map<string, Artifact>();
  const provided = new Map<string, Artifact[]>();
  for (const { artifact } of farm.database.artifacts.newest(target, arch)) {
    outputs.set(artifact.name, artifact);
    for (const text of artifact.provides) {
      const { name } = kind.parseOffer(text);
      provided.set(name, [...(provided.get(name) ?? []), artifact]);
    }
  }
  return {
    byOutput: (name) => outputs.get(name),
    byProvided: (name) => provided.get(name) ?? [],
  };
}

/** How far back an earlier success is looked for. */
const depth = 200;

/** The artifacts of a job's successes, the newest success first; failures between them do not count. */
export function* successesOf(farm: Pick<Farm, 'database'>, job: JobId): Generator<readonly StoredArtifact[]> {
  for (const attempt of farm.database.attempts.ofJob(job, depth)) {
    if (attempt.outcome?.kind === 'succeeded') yield farm.database.artifacts.ofAttempt(attempt.id);
  }
}

/** What a job made when it last succeeded; empty when it never did. */
export function lastMade(farm: Pick<Farm, 'database'>, job: JobId): readonly StoredArtifact[] {
  const [newest] = successesOf(farm, job);
  return newest ?? [];
}

/** What a publisher and a sandbox must know of a finished package besides its bytes. Throws STO problems. */
export async function readPackageFacts(store: ObjectStore, facts: Digest): Promise<PackageFacts> {
  return JSON.parse(Buffer.from(await store.readBytes(facts)).toString('utf8')) as PackageFacts;
}
