import type { Farm } from '../farm.ts';

/** Whether a target is a mirror of stages. */
export const isStageTarget = ({ config }: Pick<Farm, 'config'>, target: string): boolean =>
  config.targets[target]?.kind === 'stages';
