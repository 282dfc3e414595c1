import type { GitlabTag } from './gitlab-tags.ts';
import type { RecipeTexts, Rewrite } from './recipe-texts.ts';

/**
 * Writes the newest tag of a GitLab project into a recipe (specification 7.6): pkgver, pkgrel, `_commit`, and every source
 * that is an archive of the project.
 * @param prefix what tags have before the version, removed where present; default `v`
 */
export function rewriteForTag(_recipe: RecipeTexts, _tag: GitlabTag, _prefix = 'v'): Rewrite {
  throw new Error('not there yet');
}
