import type { Farm } from './farm.ts';

/** Whether a target is published as one tree of files: of ebuilds, whoever makes them, of stages, or of symbol data. */
export function isTreeTarget({ config }: Pick<Farm, 'config'>, target: string): boolean {
  const kind = config.targets[target]?.kind;
  return kind === 'ebuild-tree' || kind === 'ebins' || kind === 'stages' || kind === 'python';
}

/** Whether a target is a tree of ebuilds that autogens make. */
export const isAutogenTarget = ({ config }: Pick<Farm, 'config'>, target: string): boolean =>
  config.targets[target]?.kind === 'ebuild-tree';
