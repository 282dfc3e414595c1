import { followedBranch, type WatchedBranch } from '../../formats/pkgbuild-repo/index.ts';
import type { Recipe } from '../../model/index.ts';
import type { PkgbuildDetails } from './recipe-details.ts';

/**
 * Branches of git repositories whose commits are part of a recipe's digest: unpinned git sources of recipes whose name,
 * settings or `pkgver()` say that they are built from the newest commit. Other than `watchedBranches`, for which a pipeline
 * bumps (specification 7.7), it takes every source that makepkg clones: `git://` and those of one architecture too.
 */
export function watchedRefs(recipe: Recipe<PkgbuildDetails>): readonly WatchedBranch[] {
  const { settings, hasPkgverFunction, vcsSources } = recipe.details;
  if (!recipe.name.endsWith('-git') && !settings.forceVcs && !hasPkgverFunction) return [];
  return vcsSources.flatMap(({ vcs, url, fragment }) =>
    vcs === 'git' && url !== undefined ? (followedBranch(url, fragment) ?? []) : [],
  );
}
