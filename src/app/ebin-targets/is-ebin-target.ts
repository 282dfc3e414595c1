import type { Farm } from '../farm.ts';

/** Whether a target is a repository of ebins. */
export const isEbinTarget = ({ config }: Pick<Farm, 'config'>, target: string): boolean =>
  config.targets[target]?.kind === 'ebins';

/** The repositories of ebins among the targets of a farm. */
export const ebinTargets = (farm: Pick<Farm, 'config'>): readonly string[] =>
  Object.keys(farm.config.targets).filter((target) => isEbinTarget(farm, target));
