import { join } from 'node:path';
import {
  type ControlGroup,
  type ControlGroups,
  findHierarchy,
  kernelNumber,
  keyedNumber,
  makeGroupFolder,
  ownMembership,
  readKernelFile,
  removeGroupFolder,
  sweepGroups,
  writeKernelFile,
} from './cgroup.ts';

const words = (text: string | undefined): readonly string[] => (text ?? '').trim().split(/\s+/);

/** Whether groups below `parent` can be given memory and process limits; switches the controllers on. */
export function enableControllers(parent: string): boolean {
  const offered = words(readKernelFile(join(parent, 'cgroup.controllers')));
  if (!offered.includes('memory') || !offered.includes('pids')) return false;
  const control = join(parent, 'cgroup.subtree_control');
  const enabled = (): boolean => {
    const now = words(readKernelFile(control));
    return now.includes('memory') && now.includes('pids');
  };
  return enabled() || (writeKernelFile(control, '+memory +pids') && enabled());
}

/**
 * A group with processes in it cannot hand controllers to its children ("no internal processes"), so
 * we step down into a leaf first, as the delegation rules of systemd want it.
 */
function stepDown(own: string): boolean {
  const leaf = join(own, 'packmill-main');
  if (readKernelFile(join(leaf, 'cgroup.procs')) === undefined && !makeGroupFolder(leaf)) return false;
  if (!writeKernelFile(join(leaf, 'cgroup.procs'), '0')) return false;
  if (enableControllers(own)) return true;
  writeKernelFile(join(own, 'cgroup.procs'), '0');
  removeGroupFolder(leaf);
  return false;
}

function usableParent(): string | undefined {
  const { mounts, membership } = ownMembership();
  const hierarchy = findHierarchy(mounts, membership, undefined);
  if (hierarchy === undefined) return undefined;
  const farm = join(hierarchy.top, 'packmill');
  // A former start may already have put us into the leaf.
  const own = hierarchy.own.replace(/\/packmill-main$/, '');
  if (own !== hierarchy.top && (enableControllers(own) || stepDown(own))) return own;
  if (!enableControllers(hierarchy.top)) return undefined;
  const there = readKernelFile(join(farm, 'cgroup.procs')) !== undefined || makeGroupFolder(farm);
  return there && enableControllers(farm) ? farm : undefined;
}

/** The group in one folder of version 2. */
export function describeGroupV2(folder: string): ControlGroup {
  return {
    joinFiles: [join(folder, 'cgroup.procs')],
    usage: () => ({
      peakMemoryBytes: kernelNumber(join(folder, 'memory.peak')),
      outOfMemoryKills: keyedNumber(readKernelFile(join(folder, 'memory.events')), 'oom_kill'),
    }),
    remove: () => removeGroupFolder(folder),
  };
}

/** Control groups of version 2; undefined where we may not make any with memory and pids limits. */
export function findControlGroupsV2(): ControlGroups | undefined {
  const parent = usableParent();
  if (parent === undefined) return undefined;
  return {
    version: 2,
    create: (name, limits) => {
      const folder = join(parent, name);
      if (!makeGroupFolder(folder)) return undefined;
      const group = describeGroupV2(folder);
      let usable = true;
      if (limits.memoryBytes !== undefined) {
        usable = writeKernelFile(join(folder, 'memory.max'), String(limits.memoryBytes));
        writeKernelFile(join(folder, 'memory.swap.max'), '0');
        // One victim would leave a half-dead build behind; the whole group goes.
        writeKernelFile(join(folder, 'memory.oom.group'), '1');
      }
      if (usable && limits.processes !== undefined) {
        usable = writeKernelFile(join(folder, 'pids.max'), String(limits.processes));
      }
      if (usable) return group;
      group.remove();
      return undefined;
    },
    sweep: () => sweepGroups(parent),
  };
}
