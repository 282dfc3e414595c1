import type { Recipe } from '../../model/index.ts';
import type { PkgbuildDetails } from './recipe-details.ts';

/**
 * Branches of git repositories that a recipe follows (specification 7.7): unpinned git sources of recipes whose
 * name or `pkgver()` says that they are built from the newest commit.
 */
export function watchedRefs(
  recipe: Recipe<PkgbuildDetails>,
): readonly { readonly url: string; readonly ref: string }[] {
  const { settings, hasPkgverFunction, vcsSources } = recipe.details;
  if (!recipe.name.endsWith('-git') && !settings.forceVcs && !hasPkgverFunction) return [];
  return vcsSources.flatMap(({ vcs, url, fragment }) => {
    if (vcs !== 'git' || url === undefined) return [];
    if (fragment === undefined) return [{ url, ref: 'HEAD' }];
    return fragment.startsWith('branch=') ? [{ url, ref: fragment.slice('branch='.length) }] : [];
  });
}
