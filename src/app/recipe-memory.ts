import { fault, type Problem } from '../diagnostics/index.ts';
import type { CommittedFolder } from '../git/index.ts';
import type { LoadedRecipe } from '../model/index.ts';
import { loadAll, lookAtFolder, type PkgbuildDetails } from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';
import { type LoadedRecipes, sortLoaded } from './load-recipes.ts';
import { makeSrcinfo } from './make-srcinfo.ts';

/** What a folder of a commit turned out to be. */
type Seen =
  | { readonly folder: string; readonly atMs: number; readonly result: LoadedRecipe<PkgbuildDetails> }
  | { readonly folder: string; readonly result: undefined; readonly problem: Problem | undefined };

/** A commit as it was read for an architecture. */
interface ReadCommit {
  readonly series: string;
  /** By tree and name. */
  readonly seen: ReadonlyMap<string, Seen>;
  readonly loaded: LoadedRecipes;
}

/** A commit to read. */
export interface CommitToRead {
  readonly source: string;
  readonly commit: string;
  readonly arch: string;
  /** Names of recipes that it is read for. */
  readonly wanted: ReadonlySet<string>;
  /** Its folders, in order. */
  readonly folders: () => Promise<readonly CommittedFolder[]>;
  /** Paths of some of them, for those that have to be read. */
  readonly layOut: (folders: readonly CommittedFolder[]) => Promise<readonly string[]>;
}

/** How long makepkg's refusal of a recipe that is wanted counts: it may be due to more than its files. */
const refusedMs = 60_000;

const keyOf = ({ tree, name }: CommittedFolder): string => `${tree} ${name}`;

/**
 * Recipes of commits that were read lately. A further commit of a source costs the reading of what differs: a folder
 * with the same tree and name is the same recipe for the same architecture. Where makepkg refused to print a `.SRCINFO`,
 * it is asked again when that recipe is wanted.
 */
export class RecipeMemory {
  readonly #farm: Farm;
  readonly #most: number;
  readonly #reading = new Map<string, Promise<ReadCommit>>();
  /** Newest last. */
  readonly #read = new Map<string, ReadCommit>();

  /** `most`: how many commits are kept, those of all sources and architectures together. */
  constructor(farm: Farm, most: number) {
    this.#farm = farm;
    this.#most = most;
  }

  /**
   * All recipes of a commit. Throws PLN001 when it has none, and what laying out throws.
   */
  async read(commit: CommitToRead): Promise<LoadedRecipes> {
    const key = `${commit.source} ${commit.arch} ${commit.commit}`;
    const known = this.#read.get(key);
    if (known && [...known.seen.values()].every((one) => this.#isSure(one, commit.wanted))) {
      this.#keep(key, known);
      return known.loaded;
    }
    const underWay = this.#reading.get(key);
    if (underWay) {
      const { seen, loaded } = await underWay;
      // others may want other recipes: what makepkg refused was not asked again for them
      const isEnough = ![...seen.values()].some((one) => this.#isRefusal(one, commit.wanted));
      return isEnough ? loaded : this.read(commit);
    }
    const reading = this.#readAnew(commit);
    this.#reading.set(key, reading);
    try {
      const read = await reading;
      this.#keep(key, read);
      return read.loaded;
    } finally {
      this.#reading.delete(key);
    }
  }

  #keep(key: string, read: ReadCommit): void {
    this.#read.delete(key);
    this.#read.set(key, read);
    for (const old of [...this.#read.keys()].slice(0, -this.#most)) this.#read.delete(old);
  }

  async #readAnew(commit: CommitToRead): Promise<ReadCommit> {
    const series = `${commit.source} ${commit.arch}`;
    const before = [...this.#read.values()].filter((one) => one.series === series).reverse();
    const recall = (key: string): Seen | undefined => {
      for (const { seen } of before) {
        const found = seen.get(key);
        if (found) return this.#isSure(found, commit.wanted) ? found : undefined;
      }
      return undefined;
    };
    const folders = await commit.folders();
    const seen = new Map<string, Seen | undefined>();
    for (const folder of folders) seen.set(keyOf(folder), recall(keyOf(folder)));
    const missing = folders.filter((folder) => !seen.get(keyOf(folder)));
    const fresh = await this.#look(await commit.layOut(missing), commit.arch);
    for (const [at, folder] of missing.entries()) seen.set(keyOf(folder), fresh[at]);
    return finish(commit, series, seen as ReadonlyMap<string, Seen>);
  }

  /** Whether what was found counts, or has to be looked at again though the files are the same. */
  #isSure({ folder, ...seen }: Seen, wanted: ReadonlySet<string>): boolean {
    if (!seen.result || seen.result.recipe) return true;
    if (seen.result.problems.some(({ blame }) => blame === 'world')) return false;
    return !this.#isRefusal({ folder, ...seen }, wanted);
  }

  /** Whether makepkg refused a recipe that is wanted, long enough ago to be asked again. */
  #isRefusal({ folder, ...seen }: Seen, wanted: ReadonlySet<string>): boolean {
    if (!seen.result?.problems.some(({ code }) => code === 'BLD013')) return false;
    const isWanted = wanted.has(folder.slice(folder.lastIndexOf('/') + 1));
    return isWanted && this.#farm.clock.nowMs() - seen.atMs >= refusedMs;
  }

  /** Reads folders, in their order. */
  async #look(folders: readonly string[], arch: string): Promise<readonly Seen[]> {
    const looks = folders.map((folder) => ({ folder, look: lookAtFolder(folder) }));
    const recipes = looks.filter(({ look }) => look === 'recipe').map(({ folder }) => folder);
    const results = await loadAll(recipes, {
      arch,
      regenerate: (folder) => makeSrcinfo(this.#farm, folder, arch),
      parallel: this.#farm.jobs,
    });
    const atMs = this.#farm.clock.nowMs();
    const byFolder = new Map(recipes.map((folder, at) => [folder, results[at]]));
    return looks.map(({ folder, look }): Seen => {
      const result = byFolder.get(folder);
      return result
        ? { folder, atMs, result }
        : { folder, result: undefined, problem: look === 'recipe' ? undefined : look };
    });
  }
}

function finish(
  { source, commit }: CommitToRead,
  series: string,
  seen: ReadonlyMap<string, Seen>,
): ReadCommit {
  const all = [...seen.values()];
  const read = all.flatMap((one) => (one.result ? [{ folder: one.folder, result: one.result }] : []));
  if (read.length === 0) {
    throw fault('PLN001', { what: `'${source}' holds no recipes at commit ${commit.slice(0, 12)}` });
  }
  const loaded = sortLoaded(read);
  const others = all.flatMap((one) => (one.result || !one.problem ? [] : [one.problem]));
  return { series, seen, loaded: { ...loaded, problems: [...others, ...loaded.problems] } };
}
