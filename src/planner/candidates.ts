import { type Problem, problem } from '../diagnostics/index.ts';
import type { Recipe } from '../model/index.ts';
import { compareText } from '../primitives/index.ts';
import type { Inventory } from './inventory.ts';
import type { Candidate } from './providers.ts';

/**
 * Names that a recipe really makes (specification 12.4a). Interfere files may rename packages, so the
 * last success has the say: for the same inputs, and as long as none of its names is announced.
 */
export function effectiveOutputs(recipe: Recipe, inventory: Inventory): readonly string[] {
  const last = inventory.recipes.get(recipe.name)?.success;
  if (!last || last.outputs.length === 0) return recipe.outputs;
  const renamed = !recipe.outputs.some((name) => last.outputs.includes(name));
  return last.inputDigest === recipe.inputDigest || renamed ? last.outputs : recipe.outputs;
}

export interface CandidatesInput {
  readonly recipes: readonly Recipe[];
  readonly inventory: Inventory;
  readonly arch: string;
}

/**
 * The recipes that get a job, by name, with what they make. Left out and reported: recipes for another
 * architecture, second recipes of one name, second makers of one package.
 */
export function chooseCandidates(input: CandidatesInput): {
  readonly candidates: readonly Candidate[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const sorted = [...input.recipes].sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.folder, b.folder),
  );
  const byName = new Map<string, Recipe>();
  for (const recipe of sorted) {
    const first = byName.get(recipe.name);
    if (first) {
      const what = `recipe '${recipe.name}' is also in '${first.folder}'`;
      problems.push(problem('PLN013', { what, place: { file: recipe.folder } }));
    } else if (!recipe.architectures.some((arch) => arch === input.arch || arch === 'any')) {
      const listed = recipe.architectures.map((arch) => `'${arch}'`).join(', ') || 'no architecture';
      const what = `'${recipe.name}' is for ${listed}, not for '${input.arch}'`;
      problems.push(problem('PLN012', { what, place: { file: recipe.folder } }));
    } else byName.set(recipe.name, recipe);
  }
  const all = [...byName.values()].map((recipe) => ({
    recipe,
    outputs: effectiveOutputs(recipe, input.inventory),
  }));
  return { candidates: dropDoubleMakers(all, problems), problems };
}

/** A package belongs to the recipe of its own name, else to the first one by name. */
function dropDoubleMakers(all: readonly Candidate[], problems: Problem[]): readonly Candidate[] {
  const owner = new Map<string, Candidate>();
  for (const candidate of all) {
    for (const name of candidate.outputs) {
      if (!owner.has(name) || candidate.recipe.name === name) owner.set(name, candidate);
    }
  }
  return all.filter((candidate) => {
    const taken = candidate.outputs.find((name) => owner.get(name) !== candidate);
    if (taken === undefined) return true;
    const what = `'${candidate.recipe.name}' makes '${taken}', as does '${owner.get(taken)?.recipe.folder}'`;
    problems.push(problem('PLN014', { what, place: { file: candidate.recipe.folder } }));
    return false;
  });
}
