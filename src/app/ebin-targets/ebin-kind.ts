import type { RecipeKind } from '../../model/index.ts';
import { createEbinKind, type EbinDetails } from '../../recipes/ebin/index.ts';
import type { Farm } from '../farm.ts';
import { ownProgram } from '../own-program.ts';
import { hasUseFolder } from './gentoo-root.ts';
import { existingBuilds } from './landing.ts';
import { objectKeeper } from './objects.ts';
import { ebinTargetSettings } from './settings.ts';

/** Ebins of a target, with the settings of the farm. */
export function ebinKind(farm: Farm, target: string): RecipeKind<EbinDetails> {
  return createEbinKind({
    index: () => ({
      ...ebinTargetSettings(farm, target),
      ...ownProgram(),
      published: (job) => ({
        tree: farm.trees.list().find(({ name }) => name === target)?.path ?? '',
        packages: farm.trees
          .packages(target)
          .filter(({ from }) => from?.job === job)
          .map(({ name }) => name),
      }),
      keepObject: objectKeeper(farm, target),
    }),
    build: () => ({
      features: farm.config.targets[target]?.features ?? '',
      existing: existingBuilds,
      hasUseFolder: hasUseFolder(farm.config.sandbox['gentoo-root']),
    }),
  });
}
