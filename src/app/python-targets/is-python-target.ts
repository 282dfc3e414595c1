import type { Farm } from '../farm.ts';

/** Whether a target is symbol data of Python. */
export const isPythonTarget = ({ config }: Pick<Farm, 'config'>, target: string): boolean =>
  config.targets[target]?.kind === 'python';
