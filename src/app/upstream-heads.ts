import { type Problem, problem } from '../diagnostics/index.ts';
import { branchKey, type WatchedBranch } from '../formats/pkgbuild-repo/index.ts';
import { digestBytes, replaceFile, textIfThere, writeFileWithMode } from '../host/index.ts';
import type { Recipe } from '../model/index.ts';
import { gitConfig, type PkgbuildDetails, watchedRefs } from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';

const timeoutMs = 20_000;

/** Recipes whose input digests take the newest upstream commits in, and servers that did not answer. */
export interface WatchedRecipes {
  readonly recipes: readonly Recipe<PkgbuildDetails>[];
  readonly problems: readonly Problem[];
}

/**
 * Asks the upstreams of recipes that follow a branch for its newest commit, so that a new commit counts as a
 * change of the recipe. The last known commit stands in for a server that does not answer.
 */
export async function watchUpstreams(
  farm: Farm,
  recipes: readonly Recipe<PkgbuildDetails>[],
  signal?: AbortSignal,
): Promise<WatchedRecipes> {
  const refs = new Map<string, WatchedBranch>();
  for (const recipe of recipes) for (const ref of watchedRefs(recipe)) refs.set(keyOf(ref), ref);
  if (refs.size === 0) return { recipes, problems: [] };
  const file = `${farm.paths.root}/state/upstream-heads.json`;
  const known = await readKnown(file);
  const heads = await askAll(farm, refs, signal);
  const problems: Problem[] = [];
  for (const [key, { url }] of refs) {
    if (heads.has(key)) continue;
    const last = known[key];
    if (last !== undefined) heads.set(key, last);
    const what = `'${url}' does not tell its newest commit`;
    problems.push(
      problem('PLN090', { what, why: last ? `The last known commit ${last} counts.` : undefined }),
    );
  }
  replaceFile(file, `${JSON.stringify({ ...known, ...Object.fromEntries(heads) }, undefined, 1)}\n`);
  return { recipes: recipes.map((recipe) => withHeads(recipe, heads)), problems };
}

/** A branch as digests of recipes have it: without `refs/heads/`. */
const keyOf = ({ url, ref }: WatchedBranch): string => `${url}#${ref.replace(/^refs\/heads\//, '')}`;

async function readKnown(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(textIfThere(file) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
}

async function askAll(
  farm: Farm,
  branches: ReadonlyMap<string, WatchedBranch>,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const rewrites = Object.entries(farm.config.sources.map).map(([prefix, to]) => ({
    prefix,
    replacement: to.startsWith('/') ? `file://${to}/` : to,
  }));
  await writeFileWithMode(farm.paths.gitConfig, gitConfig(rewrites), 0o644);
  const { branchHeads } = await import('../upstream/index.ts');
  const answers = await branchHeads(branches.values(), {
    configFile: farm.paths.gitConfig,
    timeoutMs,
    signal,
  });
  const heads = new Map<string, string>();
  for (const [key, branch] of branches) {
    const answer = answers.get(branchKey(branch));
    if (answer?.kind === 'commit') heads.set(key, answer.commit);
  }
  return heads;
}

function withHeads(
  recipe: Recipe<PkgbuildDetails>,
  heads: ReadonlyMap<string, string>,
): Recipe<PkgbuildDetails> {
  const lines = watchedRefs(recipe).map((ref) => `${keyOf(ref)} ${heads.get(keyOf(ref)) ?? ''}`);
  if (lines.length === 0) return recipe;
  return { ...recipe, inputDigest: digestBytes([recipe.inputDigest, ...lines].join('\n')) };
}
