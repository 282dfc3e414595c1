import { fault, type Problem } from '../diagnostics/index.ts';
import { SourceRepository } from '../git/index.ts';
import { pathExists } from '../host/index.ts';
import type { Recipe } from '../model/index.ts';
import { load, type PkgbuildDetails } from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';
import { type LoadedRecipes, loadRecipes } from './load-recipes.ts';
import { makeSrcinfo } from './make-srcinfo.ts';

/** A source of recipes as it was at one commit. */
export interface SourceState {
  /** Whole id; undefined for a plain folder, which is taken as it stands. */
  readonly commit: string | undefined;
  /** Folder with the recipes' folders; nobody may write in it. */
  readonly folder: string;
  /** The commit that was asked for is not to be had any more; this is the newest one. */
  readonly isGone: boolean;
}

/** How long a talk with a git server may take. */
const fetchLimits = { timeoutMs: 10 * 60_000 };
const keptCheckouts = 8;
const keptStates = 4;

/** The git repositories of recipes that a farm follows (`recipe-sources` in packmill.yaml). */
export class RecipeSources {
  readonly #farm: Farm;
  readonly #signal: AbortSignal | undefined;
  readonly #open = new Map<string, Promise<SourceRepository | undefined>>();
  readonly #loaded = new Map<string, Promise<LoadedRecipes>>();

  /** `signal` calls talks with git servers off, which then end with GIT001. */
  constructor(farm: Farm, signal?: AbortSignal) {
    this.#farm = farm;
    this.#signal = signal;
  }

  get ids(): readonly string[] {
    return Object.keys(this.#farm.config['recipe-sources']);
  }

  /** The address of a source, for people; undefined when there is no such source. */
  url(id: string): string | undefined {
    return this.#farm.config['recipe-sources'][id]?.url;
  }

  /**
   * Lays out a source: at a commit, or as new as its server has it. Throws SCH001 for an unknown source and GIT
   * problems, of which those of the world (GIT001, SYS004 and others) are worth another try.
   */
  async at(id: string, commit: string | undefined): Promise<SourceState> {
    const url = this.url(id);
    if (url === undefined) throw fault('SCH001', { what: `the farm has no recipe source '${id}'` });
    const repository = await this.#repository(id, url);
    if (!repository) return { commit: undefined, folder: url, isGone: false };
    const limits = { ...fetchLimits, signal: this.#signal };
    if (commit === undefined) await repository.fetch(limits);
    const found = await repository.resolve(commit, limits);
    const folder = await repository.checkout(found.commit);
    return { commit: found.commit, folder, isGone: found.isGone };
  }

  /** All recipes of a source at a commit; read once per commit and architecture. */
  recipes(state: SourceState, arch: string): Promise<LoadedRecipes> {
    const request = { paths: [state.folder], only: undefined, arch, upstreamHeads: false };
    if (state.commit === undefined) return loadRecipes(this.#farm, request);
    const key = `${state.folder} ${arch}`;
    const known = this.#loaded.get(key);
    if (known) return known;
    const loading = loadRecipes(this.#farm, request);
    this.#loaded.set(key, loading);
    loading.catch(() => this.#loaded.delete(key));
    for (const old of [...this.#loaded.keys()].slice(0, -keptStates)) this.#loaded.delete(old);
    return loading;
  }

  /**
   * One recipe of a job, from the folder it was planned with; laid out again where it is gone. Throws the recipe's
   * own problem, CLI002 when its folder is not there any more.
   */
  async recipeOf(job: {
    readonly folder: string;
    readonly source: string | undefined;
    readonly commit: string | undefined;
    readonly arch: string;
  }): Promise<Recipe<PkgbuildDetails>> {
    if (!pathExists(job.folder) && job.source !== undefined) await this.at(job.source, job.commit);
    const { recipe, problems } = await load(job.folder, {
      arch: job.arch,
      regenerate: (folder) => makeSrcinfo(this.#farm, folder, job.arch),
    });
    if (recipe) return recipe;
    throw firstFault(problems, job.folder);
  }

  /** Removes checkouts that nobody needs. */
  async prune(inUse: ReadonlySet<string>): Promise<void> {
    for (const repository of this.#open.values())
      await (await repository)?.pruneCheckouts(keptCheckouts, inUse);
  }

  #repository(id: string, url: string): Promise<SourceRepository | undefined> {
    const known = this.#open.get(id);
    if (known) return known;
    const opening = isPlainFolder(url)
      ? Promise.resolve(undefined)
      : SourceRepository.open({
          url,
          folder: `${this.#farm.paths.root}/sources/${id}`,
          branch: this.#farm.config['recipe-sources'][id]?.branch,
          clock: this.#farm.clock,
        });
    this.#open.set(id, opening);
    opening.catch(() => this.#open.delete(id));
    return opening;
  }
}

function firstFault(problems: readonly Problem[], folder: string): Error {
  const first = problems.find(({ severity }) => severity === 'error');
  return fault('CLI002', { what: first ? `${first.code} ${first.what}` : `'${folder}' is no recipe` });
}

/** A folder of this machine that is no git repository: a source without commits. */
export const isPlainFolder = (url: string): boolean =>
  url.startsWith('/') && pathExists(url) && !pathExists(`${url}/.git`) && !pathExists(`${url}/HEAD`);
