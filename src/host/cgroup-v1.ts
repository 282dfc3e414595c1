import { join } from 'node:path';
import {
  type ControlGroup,
  type ControlGroups,
  findHierarchy,
  kernelNumber,
  keyedNumber,
  makeGroupFolder,
  ownGroupName,
  ownMembership,
  readKernelFile,
  removeGroupFolder,
  sweepGroups,
  writeKernelFile,
} from './cgroup.ts';

/** A folder of the hierarchy in which groups can really be made, our own group first. */
function usableParent(controller: string): string | undefined {
  const { mounts, membership } = ownMembership();
  const hierarchy = findHierarchy(mounts, membership, controller);
  if (hierarchy === undefined) return undefined;
  for (const parent of [hierarchy.own, hierarchy.top]) {
    const probe = join(parent, `probe-${ownGroupName(0)}`);
    if (makeGroupFolder(probe)) {
      removeGroupFolder(probe);
      return parent;
    }
  }
  return undefined;
}

function describe(memory: string, pids: string): ControlGroup {
  return {
    // 'tasks' moves one thread: unlike 'cgroup.procs' it need not wait for a quiet moment of the whole system (10 ms).
    joinFiles: [join(memory, 'tasks'), join(pids, 'tasks')],
    usage: () => ({
      peakMemoryBytes: kernelNumber(join(memory, 'memory.max_usage_in_bytes')),
      outOfMemoryKills: keyedNumber(readKernelFile(join(memory, 'memory.oom_control')), 'oom_kill'),
    }),
    remove: () => removeGroupFolder(memory) && removeGroupFolder(pids),
  };
}

/** Control groups of version 1 with their separate memory and pids hierarchies; undefined without both. */
export function findControlGroupsV1(): ControlGroups | undefined {
  const memoryParent = usableParent('memory');
  const pidsParent = usableParent('pids');
  if (memoryParent === undefined || pidsParent === undefined) return undefined;
  return {
    version: 1,
    create: (name, limits) => {
      const memory = join(memoryParent, name);
      const pids = join(pidsParent, name);
      const group = describe(memory, pids);
      if (!makeGroupFolder(memory)) return undefined;
      let usable = makeGroupFolder(pids);
      if (usable && limits.memoryBytes !== undefined) {
        const bytes = String(limits.memoryBytes);
        usable = writeKernelFile(join(memory, 'memory.limit_in_bytes'), bytes);
        // Kernels without swap accounting lack the file; the limit of memory alone has to do there.
        writeKernelFile(join(memory, 'memory.memsw.limit_in_bytes'), bytes);
      }
      if (usable && limits.processes !== undefined) {
        usable = writeKernelFile(join(pids, 'pids.max'), String(limits.processes));
      }
      if (usable) return group;
      group.remove();
      return undefined;
    },
    sweep: () => sweepGroups(memoryParent) + sweepGroups(pidsParent),
  };
}
