import { compareVersions, parseDependency, satisfies } from '../../formats/pacman/index.ts';
import type { Need, RecipeKind } from '../../model/index.ts';
import { describeSubject } from './describe-subject.ts';
import type { PkgbuildSettings } from './pkgbuild-settings.ts';
import type { PkgbuildDetails } from './recipe-details.ts';
import { stagePkgbuild } from './stage.ts';

/** PKGBUILD recipes as a kind of the engine, with a farm's settings. */
export function createPkgbuildKind(settings: PkgbuildSettings): RecipeKind<PkgbuildDetails> {
  return {
    name: 'pkgbuild',
    satisfies: (offered, need) => satisfies(offered, parseDependency(need.text)),
    compareVersions,
    parseNeed: (text): Need => {
      const { name, operator, version } = parseDependency(text);
      return {
        phase: 'run',
        name,
        text,
        ...(operator === undefined ? {} : { operator }),
        ...(version === undefined ? {} : { version }),
      };
    },
    parseOffer: (text) => {
      const { name, version } = parseDependency(text);
      return { name, version };
    },
    timeoutFactor: (recipe) => recipe.details.settings.timeoutFactor,
    describeSubject,
    keepsSources: (recipe) => recipe.details.settings.cacheSources,
    stage: (context, services) => stagePkgbuild(settings, context, services),
  };
}
