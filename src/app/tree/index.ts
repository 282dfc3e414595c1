// The door of kits and releases: what a command needs is loaded when it runs.
import type { RegenReport } from '../../tree/index.ts';
import type { TreeRegenOptions } from './regen-tree.ts';

export type { KitReport, RegenEvent, RegenReport } from '../../tree/index.ts';
export { isFarm } from '../is-farm.ts';
export type { TreeRegenOptions } from './regen-tree.ts';

/** `packmill tree regen`: see `regenTree`. */
export async function regenTree(options: TreeRegenOptions): Promise<RegenReport> {
  return await (await import('./regen-tree.ts')).regenTree(options);
}
