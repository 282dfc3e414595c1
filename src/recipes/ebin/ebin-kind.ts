import { compareVersions } from '../../formats/gentoo/index.ts';
import type { RecipeKind } from '../../model/index.ts';
import { type BuildSettings, stageBuild } from './build-stage.ts';
import type { EbinDetails } from './ebin-recipe.ts';
import type { IndexSettings } from './index-settings.ts';
import { stageIndex } from './index-stage.ts';

/** Ebins as a kind of the engine. They need nothing of each other. */
export function createEbinKind(settings: {
  readonly index: () => IndexSettings;
  readonly build: () => BuildSettings;
}): RecipeKind<EbinDetails> {
  return {
    name: 'ebin',
    satisfies: () => false,
    compareVersions: (a, b) => Math.sign(compareVersions(a, b)) as -1 | 0 | 1,
    parseNeed: (text) => ({ phase: 'run', name: text, text }),
    parseOffer: (text) => ({ name: text, version: undefined }),
    timeoutFactor: () => 1,
    keepsSources: ({ details }) => details.kind === 'index',
    stage: async (context, services) => {
      const { details } = context.recipe;
      if (details.kind === 'index') return await stageIndex(settings.index(), details, context, services);
      return await stageBuild(settings.build(), details, context, services);
    },
  };
}
