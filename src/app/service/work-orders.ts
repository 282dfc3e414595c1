import type { WorkOrder } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { BegunAttempt } from '../../dispatcher/index.ts';
import type { Recipe } from '../../model/index.ts';
import { type AutogenDetails, packOverlay } from '../../recipes/autogen/index.ts';
import { type BuildDetails, type EbinDetails, indexRecipe } from '../../recipes/ebin/index.ts';
import { type PkgbuildDetails, packRecipeBytes } from '../../recipes/pkgbuild/index.ts';
import type { PythonDetails } from '../../recipes/python/index.ts';
import type { StageDetails } from '../../recipes/stage/index.ts';
import type { StoredObject } from '../../store/index.ts';
import { gatherInputs, introduction, targetOf } from '../attempt-inputs.ts';
import { autogenOrderSettings } from '../autogen-orders.ts';
import { isEbinTarget } from '../ebin-targets/is-ebin-target.ts';
import { isWishName } from '../ebin-targets/is-wish-name.ts';
import { ebinOrderSettings } from '../ebin-targets/orders.ts';
import { foldersOf } from '../ebin-targets/recipes.ts';
import { wishOfJob, wishRecipe } from '../ebin-targets/wishes.ts';
import type { Farm } from '../farm.ts';
import { isPythonTarget } from '../python-targets/is-python-target.ts';
import { pythonInputs, pythonOrderSettings } from '../python-targets/orders.ts';
import { kindOf, pkgbuildSettings } from '../recipe-kinds.ts';
import type { RecipeSources } from '../recipe-sources.ts';
import { isStageTarget } from '../stage-targets/is-stage-target.ts';
import { mirrorInputs, stageOrderSettings } from '../stage-targets/orders.ts';
import { isAutogenTarget } from '../target-kinds.ts';

const oneMebibyte = 1 << 20;

/** Writes down all that a builder needs for an attempt, so that it has nothing to look up and nothing to decide. */
export class WorkOrders {
  readonly #farm: Farm;
  readonly #sources: RecipeSources;
  /** Archives of overlays by their folders. */
  readonly #overlays = new Map<string, Promise<StoredObject>>();

  constructor(farm: Farm, sources: RecipeSources) {
    this.#farm = farm;
    this.#sources = sources;
  }

  /** The recipe of an attempt's job, at the commit of its plan. Throws what `RecipeSources` throws. */
  async recipeOf(begun: Pick<BegunAttempt, 'plan' | 'job'>): Promise<Recipe> {
    if (this.isEbin(begun)) return this.#ebinOf(begun);
    if (this.isStage(begun)) return await this.stageOf(begun);
    if (this.isPython(begun)) return await this.pythonOf(begun);
    return this.isAutogen(begun) ? await this.#autogenOf(begun) : await this.pkgbuildOf(begun);
  }

  /** The same of a job that is no autogen's. */
  pkgbuildOf(begun: Pick<BegunAttempt, 'plan' | 'job'>): Promise<Recipe<PkgbuildDetails>> {
    const origin = this.#farm.database.plans.get(begun.plan)?.origin;
    const { arch } = targetOf(begun.job.id);
    const { folder } = begun.job;
    return this.#sources.recipeOf({ folder, source: origin?.source, commit: origin?.commit, arch });
  }

  isAutogen({ job }: Pick<BegunAttempt, 'job'>): boolean {
    return isAutogenTarget(this.#farm, targetOf(job.id).target);
  }

  isEbin({ job }: Pick<BegunAttempt, 'job'>): boolean {
    return isEbinTarget(this.#farm, targetOf(job.id).target);
  }

  isStage({ job }: Pick<BegunAttempt, 'job'>): boolean {
    return isStageTarget(this.#farm, targetOf(job.id).target);
  }

  isPython({ job }: Pick<BegunAttempt, 'job'>): boolean {
    return isPythonTarget(this.#farm, targetOf(job.id).target);
  }

  /** The exploration or manifest of a job, at the commit of its plan. Throws CLI002, and what `RecipeSources.python` throws. */
  async pythonOf({ plan, job }: Pick<BegunAttempt, 'plan' | 'job'>): Promise<Recipe<PythonDetails>> {
    const origin = this.#farm.database.plans.get(plan)?.origin;
    const state = await this.#sources.at(origin?.source ?? '', origin?.commit);
    const found = await (await this.#sources.python(state)).recipe(job.name);
    if (found) return found;
    throw fault('CLI002', { what: `'${job.name}' is not named by its source any more` });
  }

  /** The stage of a job, of the version that it was planned with. Throws CLI002, and what `RecipeSources.stages` throws. */
  async stageOf({ plan, job }: Pick<BegunAttempt, 'plan' | 'job'>): Promise<Recipe<StageDetails>> {
    const origin = this.#farm.database.plans.get(plan)?.origin;
    const state = await this.#sources.at(origin?.source ?? '', origin?.commit);
    // the version of a seed is its own
    const all = [
      ...(await this.#sources.stages(state, job.version)).recipes,
      ...(await this.#sources.stages(state)).recipes,
    ];
    const found = all.find(({ name, version }) => name === job.name && version === job.version);
    if (found) return found;
    throw fault('CLI002', { what: `the stage '${job.name}' ${job.version} is not there any more` });
  }

  /** What a job of ebins that may run elsewhere is to build. Throws EBN104. */
  buildOf(begun: Pick<BegunAttempt, 'plan' | 'job'>): BuildDetails {
    return buildDetailsOf(this.#ebinOf(begun));
  }

  /** The package as it lies in its folders when the job begins, which may be later than it was planned. */
  #ebinOf({ plan, job }: Pick<BegunAttempt, 'plan' | 'job'>): Recipe<EbinDetails> {
    if (isWishName(job.name)) return wishRecipe(this.#farm, wishOfJob(this.#farm, job.name));
    const source = this.#farm.database.plans.get(plan)?.origin?.source;
    const folders = source === undefined ? [job.folder] : foldersOf(this.#farm, source);
    const { version, inputDigest } = job;
    return indexRecipe(job.name, { folders, version, inputDigest });
  }

  #autogenOf({ plan, job }: Pick<BegunAttempt, 'plan' | 'job'>): Promise<Recipe<AutogenDetails>> {
    const origin = this.#farm.database.plans.get(plan)?.origin;
    return this.#sources.autogenOf({ name: job.name, source: origin?.source, commit: origin?.commit });
  }

  /** What travels as the recipe of a job, and the settings of its kind. */
  async #parcel(begun: BegunAttempt): Promise<{
    readonly recipe: Recipe;
    readonly archive: StoredObject;
    readonly settings: WorkOrder['settings'];
  }> {
    const farm = this.#farm;
    const { target } = targetOf(begun.job.id);
    if (this.isEbin(begun)) {
      const recipe = this.#ebinOf(begun);
      const details = buildDetailsOf(recipe);
      const archive = await farm.store.putBytes(Buffer.from(JSON.stringify(details)));
      return { recipe, archive, settings: plain(ebinOrderSettings(farm, target, details)) };
    }
    if (this.isStage(begun)) {
      const recipe = await this.stageOf(begun);
      const settings = plain(stageOrderSettings(recipe.details));
      const archive = await farm.store.putBytes(Buffer.from(JSON.stringify(settings)));
      return { recipe, archive, settings };
    }
    if (this.isPython(begun)) {
      const recipe = await this.pythonOf(begun);
      const settings = plain(pythonOrderSettings(recipe));
      const archive = await farm.store.putBytes(Buffer.from(JSON.stringify(settings)));
      return { recipe, archive, settings };
    }
    if (this.isAutogen(begun)) {
      const recipe = await this.#autogenOf(begun);
      const archive = await this.#overlayArchive(recipe.details);
      return { recipe, archive, settings: plain(autogenOrderSettings(farm, target, recipe.details)) };
    }
    const recipe = await this.pkgbuildOf(begun);
    const archive = await farm.store.putBytes(await packRecipeBytes(recipe.folder));
    const settings = pkgbuildSettings(farm, target);
    const mirror = farm.database.plans.get(begun.plan)?.origin?.archMirror;
    const repositories = withMirror(settings.repositories ?? [], mirror);
    return {
      recipe,
      archive,
      settings: plain({ ...settings, upstreams: [...settings.upstreams], repositories }),
    };
  }

  /** Inputs that no job made: what a mirror has, and archives of distributions. */
  async #furtherInputs(begun: BegunAttempt, recipe: Recipe): ReturnType<typeof mirrorInputs> {
    if (this.isPython(begun)) return await pythonInputs(this.#farm.store, recipe as Recipe<PythonDetails>);
    return this.isStage(begun) ? await mirrorInputs(this.#farm, recipe.details as StageDetails) : [];
  }

  /** An overlay that was laid out never changes, and all its jobs get the same archive. */
  async #overlayArchive(details: AutogenDetails): Promise<StoredObject> {
    const known = this.#overlays.get(details.overlay);
    const isLaidOut = details.overlay.startsWith(`${this.#farm.paths.root}/sources/`);
    if (known && isLaidOut && (await this.#farm.store.has((await known).digest))) return await known;
    const packing = packOverlay(details).then((bytes) => this.#farm.store.putBytes(bytes));
    this.#overlays.set(details.overlay, packing);
    packing.catch(() => this.#overlays.delete(details.overlay));
    for (const old of [...this.#overlays.keys()].slice(0, -8)) this.#overlays.delete(old);
    return await packing;
  }

  /** The order for an attempt that a builder elsewhere began. Throws problems that end the attempt as failed. */
  async compose(
    begun: BegunAttempt,
    by: { readonly builder: string; readonly fence: number; readonly token: string },
  ): Promise<WorkOrder> {
    const farm = this.#farm;
    const { job } = begun;
    const { target, arch } = targetOf(job.id);
    const { recipe, archive, settings } = await this.#parcel(begun);
    const inputs = await gatherInputs(farm, await kindOf(farm, target), job.id, recipe);
    const { sandbox } = farm.config;
    const mirror = farm.database.plans.get(begun.plan)?.origin?.archMirror;
    return {
      attempt: begun.id,
      fence: by.fence,
      job: job.id,
      kind: job.kind,
      target,
      arch,
      planned: plain(job),
      recipe: { object: archive.digest, sizeBytes: archive.sizeBytes },
      dependencies: [...inputs.dependencies, ...(await this.#furtherInputs(begun, recipe))].map(
        ({ artifact, folders }) => ({
          artifact: plain(artifact),
          folders: [...folders],
        }),
      ),
      published: [...inputs.published],
      repositoryNeeds: [...inputs.repositoryNeeds],
      remarks: [...inputs.remarks],
      introduction: [...introduction(begun, by.builder)],
      settings,
      limits: {
        network: sandbox.network,
        timeoutMs: sandbox.timeout,
        killGraceMs: sandbox['kill-grace'],
        ...(sandbox.memory === undefined ? {} : { memoryBytes: sandbox.memory }),
        processes: sandbox.processes,
        logBytes: sandbox['log-limit'] + oneMebibyte,
      },
      token: by.token,
      awaited: begun.isAwaited,
      ...(mirror === undefined ? {} : { archMirror: mirror }),
    };
  }
}

function buildDetailsOf({ name, details }: Recipe<EbinDetails>): BuildDetails {
  if (details.kind === 'build') return details;
  throw new Error(`the ebuilds of '${name}' are made by the manager`);
}

/** A value as JSON has it. */
const plain = (value: unknown): WorkOrder['planned'] =>
  JSON.parse(JSON.stringify(value)) as WorkOrder['planned'];

/**
 * Repositories with the mirror of a request put first (specification 13.2): it serves those that are named by
 * `$repo`; others stay as they are.
 */
function withMirror(
  repositories: readonly { readonly name: string; readonly servers: readonly string[] }[],
  mirror: string | undefined,
): readonly { readonly name: string; readonly servers: readonly string[] }[] {
  if (mirror === undefined) return repositories;
  return repositories.map(({ name, servers }) =>
    servers.some((server) => server.includes('$repo'))
      ? { name, servers: [mirror, ...servers] }
      : { name, servers },
  );
}
