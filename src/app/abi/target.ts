import { fault } from '../../diagnostics/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { isTreeTarget } from '../target-kinds.ts';

/** A pacman repository of the farm, by default its own. Throws ABI002 for a tree, a mirror, and the like. */
export function pacmanTarget(
  farm: Pick<Farm, 'config' | 'trees'>,
  name: string | undefined,
  arch: string | undefined,
): TargetRef {
  const target = name ?? farm.config.repository;
  if (isTreeTarget(farm, target)) {
    const what = `'${target}' is no repository of pacman packages: what it publishes is not linked`;
    throw fault('ABI002', { what });
  }
  return { target, arch: arch ?? farm.config.arch };
}
