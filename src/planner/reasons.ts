import type { JobAction, JobReason, Recipe } from '../model/index.ts';
import type { Inventory, PlanPolicy } from './inventory.ts';

export interface ReasonsInput {
  readonly inventory: Inventory;
  readonly policy: PlanPolicy;
  readonly compareVersions: (a: string, b: string) => -1 | 0 | 1;
}

/** Why a recipe has to be built for its own sake; empty when it is up to date as far as it alone goes. */
export function ownReasons(recipe: Recipe, input: ReasonsInput): readonly JobReason[] {
  const { rebuild } = input.policy;
  const record = input.inventory.recipes.get(recipe.name);
  const last = record?.success;
  const reasons: JobReason[] = [];
  if (rebuild === 'all' || rebuild?.has(recipe.name)) reasons.push({ kind: 'asked' });
  const { scheduled, broken } = input.policy;
  const breaks = broken?.get(recipe.name) ?? [];
  reasons.push(...breaks);
  // who asks for a rebuild names what is broken
  if (breaks.length === 0 && scheduled?.has(recipe.name)) {
    const { gone } = input.policy;
    reasons.push({
      kind: 'scheduled',
      commit: scheduled.get(recipe.name),
      ...(gone === undefined ? {} : { gone }),
    });
  }
  if (!last) {
    if (!record?.unfinished) reasons.push({ kind: 'new' });
  } else if (last.inputDigest !== recipe.inputDigest) {
    reasons.push(changeOf(recipe, last.version, input));
  }
  if (record?.unfinished) reasons.push({ kind: 'not-finished', last: record.unfinished });
  return reasons;
}

function changeOf(recipe: Recipe, last: string, { compareVersions }: ReasonsInput): JobReason {
  if (recipe.hasDynamicVersion) return { kind: 'inputs-changed', since: last };
  return compareVersions(last, recipe.version) === 0
    ? { kind: 'recipe-changed', version: recipe.version }
    : { kind: 'version-changed', from: last, to: recipe.version };
}

/** `libfoo.so.1` and `libfoo.so.2` are versions of one library. */
const library = (soname: string): string => /^(.*?\.so)(?:\.|$)/.exec(soname)?.[1] ?? soname;

/** Everything that a last success provides in sonames, by recipe, and which of them anyone provides. */
export class SonameIndex {
  readonly #libraries = new Map<string, ReadonlySet<string>>();
  readonly #anywhere = new Set<string>();
  readonly #inventory: Inventory;
  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    for (const [name, { success }] of inventory.recipes) {
      if (!success || success.providedSonames.length === 0) continue;
      this.#libraries.set(name, new Set(success.providedSonames.map(library)));
      for (const soname of success.providedSonames) this.#anywhere.add(soname);
    }
  }

  /**
   * Sonames that the published packages of a recipe use and that went away: a dependency still has the
   * library, but in another version. Left over by a run that was ended between the two builds.
   */
  missing(recipe: string, dependency: string): readonly string[] {
    const libraries = this.#libraries.get(dependency);
    const needed = this.#inventory.recipes.get(recipe)?.success?.neededSonames;
    if (!libraries || !needed) return [];
    return needed.filter((soname) => !this.#anywhere.has(soname) && libraries.has(library(soname)));
  }
}

/** What is to be done for a set of reasons. */
export function actionFor(reasons: readonly JobReason[]): JobAction {
  if (reasons.every(({ kind }) => kind === 'up-to-date')) return 'keep';
  return reasons.every(({ kind }) => kind === 'dependency-rebuilt') ? 'build-if-broken' : 'build';
}
