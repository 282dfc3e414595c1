import { type Problem, problem } from '../diagnostics/index.ts';
import type { JobEdge, Need, Recipe } from '../model/index.ts';
import type { Inventory, PlanPolicy } from './inventory.ts';

/** Whether an offered version meets a need; an offer without a version is `undefined`. */
export type Satisfies = (offered: string | undefined, need: Need) => boolean;

/** A recipe with the names that it really makes. */
export interface Candidate {
  readonly recipe: Recipe;
  readonly outputs: readonly string[];
}

interface Offered {
  /** Number of the recipe. */
  readonly by: number;
  readonly version: string | undefined;
}

/** One need resolved: the recipe that has to come first. */
export interface Arrow {
  /** Number of the recipe that is needed. */
  readonly on: number;
  readonly need: Need;
  readonly match: JobEdge['match'];
  readonly required: boolean;
}

/** An arrow with the recipe it belongs to: `by` waits for `on`. */
export interface PlacedArrow extends Arrow {
  readonly by: number;
}

export interface ResolverInput {
  readonly candidates: readonly Candidate[];
  readonly inventory: Inventory;
  readonly policy: PlanPolicy;
  readonly satisfies: Satisfies;
}

const nothing: readonly Offered[] = [];

/** Finds the recipes that meet needs, by the edge rule of specification 12.4. */
export class Resolver {
  readonly problems: Problem[] = [];
  readonly #input: ResolverInput;
  readonly #outputs = new Map<string, Offered>();
  readonly #provides = new Map<string, Offered[]>();
  readonly #sonames = new Map<string, Offered[]>();

  constructor(input: ResolverInput) {
    this.#input = input;
    for (const [by, { recipe, outputs }] of input.candidates.entries()) {
      for (const name of outputs) this.#outputs.set(name, { by, version: recipe.version });
      for (const offer of recipe.offers) {
        if (offer.via === 'output') continue;
        const index = offer.via === 'soname' ? this.#sonames : this.#provides;
        const list = index.get(offer.name);
        const entry = { by, version: offer.version };
        if (list) list.push(entry);
        else index.set(offer.name, [entry]);
      }
    }
  }

  /** Arrows of one recipe, without those to itself; at most one for each needed recipe and text of a need. */
  arrowsOf(number: number): readonly Arrow[] {
    const { recipe } = this.#input.candidates[number] as Candidate;
    // a need may stand in several phases; building counts most when a cycle has to be cut
    const needs = new Map<string, Need>();
    for (const need of recipe.needs) {
      if (!needs.has(need.text) || need.phase === 'build') needs.set(need.text, need);
    }
    const arrows: Arrow[] = [];
    for (const need of needs.values()) {
      for (const arrow of this.#resolve(number, recipe, need)) arrows.push(arrow);
    }
    return arrows;
  }

  #resolve(number: number, recipe: Recipe, need: Need): readonly Arrow[] {
    const named = this.#outputs.get(need.name);
    if (named && this.#meets(named, need)) {
      return named.by === number ? [] : [this.#arrow(named, need, 'output')];
    }
    const sonames = this.#meeting(this.#sonames.get(need.name), need, 'soname');
    const provides = this.#meeting(this.#provides.get(need.name), need, 'provides');
    const own = ({ by }: Offered): boolean => by === number;
    if (sonames.some(own) || provides.some(own) || named?.by === number) return [];
    if (sonames.length > 0) {
      if (sonames.length > 1) this.#reportAmbiguous(recipe, need, sonames);
      return sonames.map((offered) => this.#arrow(offered, need, 'soname'));
    }
    if (this.#input.policy.officialNames.has(need.name)) return [];
    const [only, ...others] = provides;
    if (only && others.length === 0) return [this.#arrow(only, need, 'provides')];
    if (only) this.#reportAmbiguous(recipe, need, provides);
    else this.#reportUnmet(recipe, need, named);
    return [];
  }

  #meets(offered: Offered, need: Need): boolean {
    return this.#input.satisfies(offered.version, need);
  }

  /** One entry per recipe. A soname's version is often known only after the build: none meets any need. */
  #meeting(list: readonly Offered[] | undefined, need: Need, via: 'soname' | 'provides'): readonly Offered[] {
    if (!list) return nothing;
    const found = new Map<number, Offered>();
    for (const offered of list) {
      const open = via === 'soname' && offered.version === undefined;
      if (!found.has(offered.by) && (open || this.#meets(offered, need))) found.set(offered.by, offered);
    }
    return [...found.values()];
  }

  #arrow(offered: Offered, need: Need, match: 'output' | 'provides' | 'soname'): Arrow {
    const required = need.optional !== true && !this.#isPublished(offered, need, match);
    return { on: offered.by, need, match, required };
  }

  /** Whether what stands published meets the need already, so that a failure would not block (decision 4). */
  #isPublished(offered: Offered, need: Need, match: 'output' | 'provides' | 'soname'): boolean {
    const { published, recipes } = this.#input.inventory;
    if (match === 'output') {
      const version = published.get(need.name);
      return version !== undefined && this.#input.satisfies(version, need);
    }
    const { recipe, outputs } = this.#input.candidates[offered.by] as Candidate;
    if (!outputs.some((name) => published.has(name))) return false;
    if (match === 'provides') return true;
    const had = recipes.get(recipe.name)?.success?.providedSonames ?? [];
    const version = need.version?.split('-')[0];
    return version === undefined
      ? had.some((soname) => soname === need.name || soname.startsWith(`${need.name}.`))
      : had.includes(`${need.name}.${version}`);
  }

  #reportAmbiguous(recipe: Recipe, need: Need, providers: readonly Offered[]): void {
    const names = providers.map(({ by }) => `'${this.#input.candidates[by]?.recipe.name}'`).sort();
    this.problems.push(
      problem('PLN015', {
        what: `'${recipe.name}' needs '${need.text}', which ${names.join(' and ')} provide`,
        place: { file: recipe.folder },
      }),
    );
  }

  #reportUnmet(recipe: Recipe, need: Need, named: Offered | undefined): void {
    const { officialNames } = this.#input.policy;
    const published = this.#input.inventory.published.get(need.name);
    const place = { file: recipe.folder };
    if (named) {
      const what = `'${recipe.name}' needs '${need.text}', but '${need.name}' is planned at ${named.version}`;
      this.problems.push(problem('PLN016', { what, place }));
    } else if (officialNames.size > 0 && published === undefined) {
      const what = `'${recipe.name}' needs '${need.text}', which nobody is known to offer`;
      this.problems.push(problem('PLN017', { what, place }));
    }
  }
}
