import { remarkDependencies, resolveDependencies } from '../builder/index.ts';
import type { BegunAttempt } from '../dispatcher/index.ts';
import type { Artifact, AvailableArtifact, PublishedFile, Recipe, RecipeKind } from '../model/index.ts';
import { renderReason } from '../planner/index.ts';
import { type JobId, parseJobId } from '../primitives/index.ts';
import { artifactsAtHand, lastMade, readPackageFacts, type TargetRef } from './artifacts-at-hand.ts';
import type { Farm } from './farm.ts';

/** A farm package that a build installs, with the folders it puts files in. */
export type NeededArtifact = Pick<AvailableArtifact, 'artifact' | 'folders'>;

/** What the record knows of one attempt's needs; the builder looks nothing up any more. */
export interface AttemptInputs {
  readonly of: TargetRef;
  readonly dependencies: readonly NeededArtifact[];
  /** Files of the same recipe that the target publishes already. */
  readonly published: readonly PublishedFile[];
  /** Needs that the target's repositories have to meet. */
  readonly repositoryNeeds: readonly string[];
  /** How needs were met, as lines for the log. */
  readonly remarks: readonly string[];
}

/** Target and architecture of a job. */
export function targetOf(job: JobId): TargetRef {
  const parts = parseJobId(job);
  if (!parts) throw new Error(`'${job}' is no job id`);
  return { target: parts.target, arch: parts.arch };
}

/** Finds what an attempt has to be given. Throws BLD009 when a need is met by nobody and the farm forbids that. */
export async function gatherInputs(
  farm: Farm,
  kind: RecipeKind,
  job: JobId,
  recipe: Recipe,
): Promise<AttemptInputs> {
  const of = targetOf(job);
  const { dependencies } = farm.config;
  const resolved = resolveDependencies(
    recipe,
    artifactsAtHand(farm, kind, of),
    {
      hostProvides: new Set(dependencies['host-provides']),
      official: new Set(dependencies.official),
      otherwise: dependencies.otherwise,
    },
    kind,
  );
  const needed: NeededArtifact[] = [];
  for (const artifact of resolved.install)
    needed.push({ artifact, folders: await foldersOf(farm, artifact) });
  const { hostProvided, unmet } = resolved;
  const hasRepositories = (farm.config.targets[of.target]?.['extra-repos'] ?? []).length > 0;
  const remarks = remarkDependencies({
    name: recipe.name,
    installed: needed,
    hostProvided,
    unmet,
    otherwise: dependencies.otherwise,
    hasRepositories,
  });
  const repositoryNeeds = hasRepositories ? unmet.map(({ need }) => need) : [];
  // what was removed since it was made is published no more, and has to be made again
  const made = farm.database.inventory.get(job)?.success ? lastMade(farm, job) : [];
  const published = made.map(({ artifact: { fileName, version, object } }) => ({
    fileName,
    version,
    object,
  }));
  return { of, dependencies: needed, published, repositoryNeeds, remarks };
}

/** Folders that a package puts files in, as its facts list them. */
async function foldersOf(farm: Farm, { facts }: Artifact): Promise<readonly string[]> {
  const { files } = await readPackageFacts(farm.store, facts);
  return [...new Set(files.map((file) => file.slice(0, Math.max(0, file.lastIndexOf('/')))))].filter(
    (path) => path !== '',
  );
}

/** What a log begins with: which build this is, and why there is one. */
export function introduction(begun: BegunAttempt, builder: string): readonly string[] {
  const { job, continues, failedDependencies } = begun;
  return [
    `building ${job.name} ${job.version} on ${builder}`,
    ...job.reasons.map((reason) => `why: ${renderReason(reason)}`),
    ...(continues === undefined ? [] : [`the attempt before was interrupted; its log is ${continues}`]),
    ...failedDependencies.map(
      (failed) => `dependency '${failed.job}' ended as ${failed.state}; building against what is published`,
    ),
  ];
}
