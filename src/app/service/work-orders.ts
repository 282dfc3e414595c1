import type { WorkOrder } from '../../api/index.ts';
import type { BegunAttempt } from '../../dispatcher/index.ts';
import type { Recipe } from '../../model/index.ts';
import { type PkgbuildDetails, packRecipeBytes } from '../../recipes/pkgbuild/index.ts';
import { gatherInputs, introduction, targetOf } from '../attempt-inputs.ts';
import type { Farm } from '../farm.ts';
import { pkgbuildKind, pkgbuildSettings } from '../recipe-kinds.ts';
import type { RecipeSources } from '../recipe-sources.ts';

const oneMebibyte = 1 << 20;

/** Writes down all that a builder needs for an attempt, so that it has nothing to look up and nothing to decide. */
export class WorkOrders {
  readonly #farm: Farm;
  readonly #sources: RecipeSources;

  constructor(farm: Farm, sources: RecipeSources) {
    this.#farm = farm;
    this.#sources = sources;
  }

  /** The recipe of an attempt's job, at the commit of its plan. Throws what `RecipeSources` throws. */
  recipeOf(begun: Pick<BegunAttempt, 'plan' | 'job'>): Promise<Recipe<PkgbuildDetails>> {
    const origin = this.#farm.database.plans.get(begun.plan)?.origin;
    const { arch } = targetOf(begun.job.id);
    const { folder } = begun.job;
    return this.#sources.recipeOf({ folder, source: origin?.source, commit: origin?.commit, arch });
  }

  /** The order for an attempt that a builder elsewhere began. Throws problems that end the attempt as failed. */
  async compose(
    begun: BegunAttempt,
    by: { readonly builder: string; readonly fence: number; readonly token: string },
  ): Promise<WorkOrder> {
    const farm = this.#farm;
    const { job } = begun;
    const { target, arch } = targetOf(job.id);
    const recipe = await this.recipeOf(begun);
    const inputs = await gatherInputs(farm, pkgbuildKind(farm, target), job.id, recipe);
    const archive = await farm.store.putBytes(await packRecipeBytes(recipe.folder));
    const settings = pkgbuildSettings(farm, target);
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
      dependencies: inputs.dependencies.map(({ artifact, folders }) => ({
        artifact: plain(artifact),
        folders: [...folders],
      })),
      published: [...inputs.published],
      repositoryNeeds: [...inputs.repositoryNeeds],
      remarks: [...inputs.remarks],
      introduction: [...introduction(begun, by.builder)],
      settings: plain({
        ...settings,
        upstreams: [...settings.upstreams],
        repositories: withMirror(settings.repositories ?? [], mirror),
      }),
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
