import type { Artifact, Need, RecipeKind } from '../model/index.ts';

/** Answers which of the farm's finished packages offer a name (as output, provided name or soname). */
export interface ArtifactIndex {
  byOutput(name: string): Artifact | undefined;
  byProvided(name: string): readonly Artifact[];
}

/** The farm's word on needs that no package of the farm offers. */
export interface DependencyPolicy {
  readonly hostProvides: ReadonlySet<string>;
  readonly official: ReadonlySet<string>;
  readonly otherwise: 'assume' | 'fail';
}

export interface ResolvedDependencies {
  /** To install, dependencies before their dependants where there is such an order. */
  readonly install: readonly Artifact[];
  /** Met by the root itself. */
  readonly hostProvided: readonly string[];
  /** Offered by nobody: taken for granted, or fatal, as the policy says. */
  readonly unmet: readonly { readonly need: string; readonly of: string }[];
}

type Words = Pick<RecipeKind, 'satisfies' | 'parseNeed' | 'parseOffer'>;

/**
 * Finds what must be installed for a recipe's needs: packages of the farm with all their own run-time
 * dependencies, by the edge rule of specification 12.4 (exact name first; a provided name only when no
 * official repository offers it and one package alone provides it, or it is a soname).
 */
export function resolveDependencies(
  recipe: { readonly name: string; readonly outputs: readonly string[]; readonly needs: readonly Need[] },
  index: ArtifactIndex,
  policy: DependencyPolicy,
  words: Words,
): ResolvedDependencies {
  const install: Artifact[] = [];
  const seen = new Set<string>();
  const hostProvided = new Set<string>();
  const unmet = new Map<string, string>();
  const own = new Set(recipe.outputs);

  const meet = (need: Need, of: string): void => {
    if (own.has(need.name)) return;
    const artifact = findArtifact(need, index, policy, words);
    if (artifact) add(artifact);
    else if (policy.hostProvides.has(need.name)) hostProvided.add(need.name);
    else if (need.optional !== true && !unmet.has(need.text)) unmet.set(need.text, of);
  };
  const add = (artifact: Artifact): void => {
    if (seen.has(artifact.name)) return;
    seen.add(artifact.name);
    for (const text of artifact.depends) meet(words.parseNeed(text), artifact.name);
    install.push(artifact);
  };

  for (const need of recipe.needs) meet(need, recipe.name);
  return {
    install,
    hostProvided: [...hostProvided].sort(),
    unmet: [...unmet].map(([need, of]) => ({ need, of })),
  };
}

function findArtifact(
  need: Need,
  index: ArtifactIndex,
  policy: DependencyPolicy,
  words: Words,
): Artifact | undefined {
  const exact = index.byOutput(need.name);
  if (exact) return words.satisfies(exact.version, need) ? exact : undefined;
  const soname = /\.so(?:\.|$)/.test(need.name);
  if (policy.official.has(need.name) && !soname) return undefined;
  const providers = index.byProvided(need.name).filter((artifact) =>
    artifact.provides.some((text) => {
      const offer = words.parseOffer(text);
      return offer.name === need.name && words.satisfies(offer.version, need);
    }),
  );
  return providers.length === 1 || soname ? providers[0] : undefined;
}
