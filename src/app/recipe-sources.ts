import { fault, type Problem } from '../diagnostics/index.ts';
import { SourceRepository } from '../git/index.ts';
import { pathExists } from '../host/index.ts';
import type { Recipe } from '../model/index.ts';
import { type AutogenDetails, autogensOf, type OverlayPlace } from '../recipes/autogen/index.ts';
import { load, type PkgbuildDetails } from '../recipes/pkgbuild/index.ts';
import { type EbinRecipes, ebinRecipes } from './ebin-targets/recipes.ts';
import type { Farm } from './farm.ts';
import { type LoadedRecipes, loadRecipes } from './load-recipes.ts';
import { makeSrcinfo } from './make-srcinfo.ts';
import { PythonPlanning } from './python-targets/planning.ts';
import { RecipeMemory } from './recipe-memory.ts';
import { type FoundStages, stageRecipes } from './stage-targets/recipes.ts';

/** A source of recipes as it was at one commit. */
export interface SourceState {
  /** Whole id; undefined for a plain folder, which is taken as it stands. */
  readonly commit: string | undefined;
  /** Name of the source. */
  readonly source: string;
  /** The commit that was asked for is not to be had any more; this is the newest one. */
  readonly isGone: boolean;
}

/** How long a talk with a git server may take. */
const fetchLimits = { timeoutMs: 10 * 60_000 };
/** How long a folder stays that nobody asked for and the newest commit does not have. */
const unusedMs = 24 * 60 * 60 * 1000;

/** Where a job's recipe comes from. */
interface JobPlace {
  readonly folder: string;
  readonly source: string | undefined;
  readonly commit: string | undefined;
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The git repositories of recipes that a farm follows (`recipe-sources` in packmill.yaml). */
export class RecipeSources {
  readonly #farm: Farm;
  readonly #signal: AbortSignal | undefined;
  readonly #open = new Map<string, Promise<SourceRepository | undefined>>();
  readonly #memory: RecipeMemory;
  /** Autogens of the newest commits that were looked at, by source and commit. */
  readonly #autogens = new Map<string, readonly Recipe<AutogenDetails>[]>();

  /** `signal` calls talks with git servers off, which then end with GIT001. */
  constructor(farm: Farm, signal?: AbortSignal) {
    this.#farm = farm;
    this.#signal = signal;
    this.#memory = new RecipeMemory(farm, 4 + 2 * this.ids.length);
  }

  get ids(): readonly string[] {
    return Object.keys(this.#farm.config['recipe-sources']);
  }

  /** The address of a source, for people; undefined when there is no such source. */
  url(id: string): string | undefined {
    return this.#farm.config['recipe-sources'][id]?.url;
  }

  /**
   * A source at a commit, or as new as its server has it. Throws SCH001 for an unknown source and GIT problems, of
   * which those of the world (GIT001, SYS004 and others) are worth another try.
   */
  async at(id: string, commit: string | undefined): Promise<SourceState> {
    const repository = await this.#repository(id);
    if (!repository) return { source: id, commit: undefined, isGone: false };
    const limits = { ...fetchLimits, signal: this.#signal };
    if (commit === undefined) await repository.fetch(limits);
    const found = await repository.resolve(commit, limits);
    return { source: id, commit: found.commit, isGone: found.isGone };
  }

  /** Whether a state is all that there is to know of its source: a plain folder, or the newest commit that was fetched. */
  async isNewest({ source, commit }: SourceState): Promise<boolean> {
    const repository = await this.#repository(source);
    if (!repository || commit === undefined) return true;
    const limits = { ...fetchLimits, signal: this.#signal };
    return (await repository.resolve(undefined, limits)).commit === commit;
  }

  /**
   * All recipes of a source at a commit: what earlier commits had is not read again, but for those `wanted` that could
   * not be read. Throws PLN001, GIT006, SYS004.
   */
  async recipes(
    { source, commit }: SourceState,
    arch: string,
    wanted: readonly string[],
  ): Promise<LoadedRecipes> {
    const repository = await this.#repository(source);
    if (!repository || commit === undefined) {
      const paths = [this.url(source) as string];
      return loadRecipes(this.#farm, { paths, only: undefined, arch, upstreamHeads: false });
    }
    return await this.#memory.read({
      source,
      commit,
      arch,
      wanted: new Set(wanted),
      folders: () => repository.folders(commit),
      layOut: (folders) => repository.layOut(commit, folders),
    });
  }

  /**
   * The overlay of a source of autogens at a commit, with the repository that it is in; shared, so that nobody may write
   * in it. Throws PLN001 when there is no overlay, GIT002, GIT006, SYS004.
   */
  async overlay({ source, commit }: SourceState): Promise<OverlayPlace> {
    const top = await this.#top(source, commit);
    const inside = this.#farm.config['recipe-sources'][source]?.overlay;
    const overlay = inside === undefined ? top : `${top}/${inside}`;
    if (pathExists(`${overlay}/metadata/layout.conf`)) return { overlay, repository: top };
    throw fault('PLN001', {
      what: `source '${source}' has no overlay${inside === undefined ? '' : ` in '${inside}'`}`,
      next: "An overlay has a file 'metadata/layout.conf'; where it is not the top of the repository, set 'overlay'.",
    });
  }

  /** All autogens of a source at a commit, and the job for what nobody generates. Throws what `overlay` throws. */
  async autogens(state: SourceState): Promise<readonly Recipe<AutogenDetails>[]> {
    const place = await this.overlay(state);
    if (state.commit === undefined) return autogensOf(place);
    const key = `${state.source} ${state.commit}`;
    const found = this.#autogens.get(key) ?? autogensOf(place);
    this.#autogens.delete(key);
    this.#autogens.set(key, found);
    for (const old of [...this.#autogens.keys()].slice(0, -2 * this.ids.length)) this.#autogens.delete(old);
    return found;
  }

  /** The autogen of a job at the commit of its plan. Throws CLI002 when it is not there, and what `autogens` throws. */
  async autogenOf(job: {
    readonly name: string;
    readonly source: string | undefined;
    readonly commit: string | undefined;
  }): Promise<Recipe<AutogenDetails>> {
    const { name, source = '', commit } = job;
    const all = await this.autogens(await this.at(source, commit));
    const found = all.find((one) => one.name === name);
    if (found) return found;
    throw fault('CLI002', { what: `the autogen '${name}' is not there any more` });
  }

  /** All packages of a source of ebins, as they lie there now. Throws what `ebinRecipes` throws. */
  async ebins(source: string): Promise<EbinRecipes> {
    return await ebinRecipes(this.#farm, source);
  }

  /**
   * The stages of a source at a commit as jobs, of a version that is named, or of the one that its run builds. Throws what
   * `stageRecipes` throws, and GIT problems.
   */
  async stages({ source, commit }: SourceState, version?: string): Promise<FoundStages> {
    return await stageRecipes(this.#farm, source, { top: await this.#top(source, commit), version });
  }

  /** The jobs of a source of Python distributions at a commit. Throws what `PythonPlanning.open` throws, and GIT problems. */
  async python({ source, commit }: SourceState): Promise<PythonPlanning> {
    return await PythonPlanning.open(this.#farm, source, await this.#top(source, commit));
  }

  /** All of a source at a commit, in a folder that is shared. */
  async #top(source: string, commit: string | undefined): Promise<string> {
    const repository = await this.#repository(source);
    const url = this.url(source) as string;
    return repository && commit !== undefined ? await repository.layOutWhole(commit, nameOf(url)) : url;
  }

  /** Those of some names that a source has a folder with a PKGBUILD for. */
  async recipesNamed({ source, commit }: SourceState, names: readonly string[]): Promise<readonly string[]> {
    const repository = await this.#repository(source);
    const wanted = new Set(names);
    let folders = names.map((name) => `${this.url(source)}/${name}`);
    if (repository && commit !== undefined) {
      const there = (await repository.folders(commit)).filter(({ name }) => wanted.has(name));
      folders = [...(await repository.layOut(commit, there))];
    }
    return folders.filter((folder) => pathExists(`${folder}/PKGBUILD`)).map(lastPart);
  }

  /**
   * One recipe of a job, from the folder it was planned with; laid out again where it is gone. Throws the recipe's
   * own problem, CLI002 when its folder is not there any more.
   */
  async recipeOf(job: JobPlace & { readonly arch: string }): Promise<Recipe<PkgbuildDetails>> {
    const folder = pathExists(job.folder) ? job.folder : await this.#folderAgain(job);
    const { recipe, problems } = await load(folder, {
      arch: job.arch,
      regenerate: (path) => makeSrcinfo(this.#farm, path, job.arch),
    });
    if (recipe) return recipe;
    throw firstFault(problems, folder);
  }

  async #folderAgain({ folder, source, commit }: JobPlace): Promise<string> {
    if (source === undefined) return folder;
    const repository = await this.#repository(source);
    if (!repository) return folder;
    const state = await this.at(source, commit);
    if (state.commit === undefined) return folder;
    const all = await repository.folders(state.commit);
    const own = all.filter(({ name }) => name === lastPart(folder));
    const [path] = await repository.layOut(state.commit, own);
    return path ?? folder;
  }

  /** Removes laid-out folders that nobody needs, and gathers what fetches left; what is in use stays. */
  async prune(inUse: ReadonlySet<string>): Promise<void> {
    const before = this.#farm.clock.nowMs() - unusedMs;
    // what is in use may lie deep in a folder that was laid out
    const kept = new Set([...inUse].map((path) => laidOut.exec(path)?.[0] ?? path));
    for (const opening of this.#open.values()) {
      const repository = await opening;
      await repository?.pruneFolders(before, kept);
      await repository?.tidy({ signal: this.#signal });
    }
  }

  /** Undefined for a plain folder. Throws SCH001. */
  async #repository(id: string): Promise<SourceRepository | undefined> {
    const url = this.url(id);
    if (url === undefined) throw fault('SCH001', { what: `the farm has no recipe source '${id}'` });
    if (this.#farm.config['recipe-sources'][id]?.kind === 'ebins') return undefined;
    const known = this.#open.get(id);
    if (known) return await known;
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
    return await opening;
  }
}

function firstFault(problems: readonly Problem[], folder: string): Error {
  const first = problems.find(({ severity }) => severity === 'error');
  return fault('CLI002', { what: first ? `${first.code} ${first.what}` : `'${folder}' is no recipe` });
}

/** How paths of folders that were laid out begin. */
const laidOut = /^.*\/folders\/[0-9a-f]{40,64}\/[^/]+/;

/** What a repository is called: names of kits say what they are. */
const nameOf = (url: string): string =>
  lastPart(
    url
      .replace(/\/*$/, '')
      .replace(/\.git$/, '')
      .replace(/\/*$/, ''),
  ).replace(/[^A-Za-z0-9_.+-]/g, '_') || 'tree';

/** A folder of this machine that is no git repository: a source without commits. */
export const isPlainFolder = (url: string): boolean =>
  url.startsWith('/') && pathExists(url) && !pathExists(`${url}/.git`) && !pathExists(`${url}/HEAD`);
