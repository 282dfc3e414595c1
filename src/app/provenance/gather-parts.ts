import type { StoredArtifact } from '../../database/index.ts';
import { isFault } from '../../diagnostics/index.ts';
import { copyHashing, ensureFolder } from '../../host/index.ts';
import type { Artifact, AvailableArtifact, BuildRecord, Material } from '../../model/index.ts';
import { type Digest, parseDigest } from '../../primitives/index.ts';
import { packRecipeBytes, unpackRecipe } from '../../recipes/pkgbuild/index.ts';
import type { Farm } from '../farm.ts';
import { RecipeSources } from '../recipe-sources.ts';

/** All that a build takes, as it was then, in folders of the verification; or what of it is gone. */
export interface GatheredParts {
  readonly recipeFolder: string;
  readonly sources: string;
  readonly dependencies: readonly AvailableArtifact[];
  /** What cannot be had any more, a line each; nothing can be built when there is any. */
  readonly missing: readonly string[];
}

export interface PartsWanted {
  readonly stored: StoredArtifact;
  readonly record: BuildRecord;
  readonly folder: string;
}

/** Brings together the recipe, the sources that were kept, and the dependencies of a build. */
export async function gatherParts(farm: Farm, wanted: PartsWanted): Promise<GatheredParts> {
  const { record, folder } = wanted;
  const missing: string[] = [];
  const recipeFolder = `${folder}/source/${record.recipe.name}`;
  const sources = `${folder}/sources`;
  if (!(await bringRecipe(farm, wanted, recipeFolder))) {
    missing.push(
      `the recipe '${record.recipe.name}' as it was is neither in the store nor in its repository`,
    );
  }
  await farm.sandbox.makeFolder(sources);
  for (const material of record.materials.filter(({ role, isKept }) => role === 'source' && isKept)) {
    const path = await pathOf(farm, material);
    if (path === undefined) missing.push(`the source '${material.name}' is not in the store any more`);
    else await copyHashing(path, `${sources}/${material.name}`, 0o644);
  }
  await farm.sandbox.giveToBuilder(sources);
  const dependencies: AvailableArtifact[] = [];
  for (const material of record.materials.filter(isOfFarm)) {
    const path = await pathOf(farm, material);
    if (path === undefined) missing.push(`the dependency '${material.name}' is not in the store any more`);
    else dependencies.push(available(material, path));
  }
  return { recipeFolder, sources, dependencies, missing };
}

const isOfFarm = ({ role, isKept }: Material): boolean => role === 'dependency' && isKept === true;

/** Where the store has the bytes; undefined when it does not, or they are damaged. */
async function pathOf(farm: Farm, { digest }: Material): Promise<string | undefined> {
  const object = parseDigest(digest.sha256 ?? '');
  try {
    return object === undefined ? undefined : await farm.store.path(object);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** A dependency as a build is given it; what of its artifact plays no part in that is left empty. */
function available({ name: fileName, digest, annotations = {} }: Material, path: string): AvailableArtifact {
  const text = (key: string): string => String(annotations[key] ?? '');
  const { folders, provides } = annotations as { folders?: readonly string[]; provides?: readonly string[] };
  const object = digest.sha256 as Digest;
  const artifact: Artifact = {
    ...{ name: text('package'), version: text('version'), arch: text('arch'), fileName, object },
    ...{ sizeBytes: 0, depends: [], provides: provides ?? [], providedSonames: [], neededSonames: [] },
    facts: object,
  };
  return { artifact, path, folders: folders ?? [] };
}

/** The recipe from the archive that the store keeps, or from its repository at the commit of then; false when neither has it. */
async function bringRecipe(farm: Farm, { stored, record }: PartsWanted, folder: string): Promise<boolean> {
  ensureFolder(folder.slice(0, folder.lastIndexOf('/')));
  const material = record.materials.find(({ role }) => role === 'recipe');
  if (!material) return false;
  const archive = (await pathOf(farm, material)) ?? (await archiveFromGit(farm, stored, material));
  if (archive === undefined) return false;
  await unpackRecipe(archive, folder);
  return true;
}

async function archiveFromGit(
  farm: Farm,
  { attempt }: StoredArtifact,
  { digest }: Material,
): Promise<string | undefined> {
  const { attempts, jobs, plans } = farm.database;
  const job = jobs.get(attempts.get(attempt)?.jobKey ?? -1);
  const origin = job && plans.get(job.plan)?.origin;
  if (!job || origin?.commit === undefined) return undefined;
  try {
    const { folder, arch } = { folder: jobs.planned(job.key).folder, arch: plans.get(job.plan)?.arch ?? '' };
    const { source, commit } = origin;
    const recipe = await new RecipeSources(farm).recipeOf({ folder, source, commit, arch });
    const { digest: packed } = await farm.store.putBytes(await packRecipeBytes(recipe.folder));
    return packed === digest.sha256 ? await farm.store.path(packed) : undefined;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
