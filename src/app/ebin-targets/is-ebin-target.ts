import type { Farm } from '../farm.ts';

/** Whether a target is a repository of ebins. */
export const isEbinTarget = ({ config }: Pick<Farm, 'config'>, target: string): boolean =>
  config.targets[target]?.kind === 'ebins';
