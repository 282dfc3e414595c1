import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mount, readMounts } from './mounts.ts';
import { processExists } from './signals.ts';

export interface ControlGroupLimits {
  readonly memoryBytes: number | undefined;
  /** Processes and threads at one time. */
  readonly processes: number | undefined;
}

/** One group of processes that the kernel counts and limits together (cgroups(7)). */
export interface ControlGroup {
  /** A process that writes `0` to each of these files is in the group, and so are its children. */
  readonly joinFiles: readonly string[];
  /** Highest memory use, where known, and how many processes died for lack of memory. */
  usage(): { readonly peakMemoryBytes: number | undefined; readonly outOfMemoryKills: number };
  /** Removes the group; false while processes are left in it. */
  remove(): boolean;
}

/** The place below which groups can be made. */
export interface ControlGroups {
  readonly version: 1 | 2;
  /** Makes a group; undefined when the kernel refuses. Names must be new. */
  create(name: string, limits: ControlGroupLimits): ControlGroup | undefined;
  /** Removes the empty groups that packmills which no longer run have left behind; returns how many. */
  sweep(): number;
}

/** Folder of our own group in one hierarchy and the hierarchy's top, both as mounted here. */
export interface Hierarchy {
  readonly own: string;
  readonly top: string;
}

/**
 * Finds a hierarchy: `controller` names one of version 1 (`memory`, `pids`), undefined means version 2.
 * `membership` is the text of `/proc/self/cgroup`.
 */
export function findHierarchy(
  mounts: readonly Mount[],
  membership: string,
  controller: string | undefined,
): Hierarchy | undefined {
  const mount = mounts.find((one) =>
    controller === undefined
      ? one.type === 'cgroup2'
      : one.type === 'cgroup' && one.options.includes(controller),
  );
  if (mount === undefined) return undefined;
  for (const line of membership.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const ours = controller === undefined ? controllers === '' : controllers.split(',').includes(controller);
    if (!ours) continue;
    // In a container the path may be that of the machine while only a part of the tree is mounted.
    const below = path.startsWith(mount.root) ? path.slice(mount.root.length) : '';
    return { own: join(mount.point, below), top: mount.point };
  }
  return undefined;
}

/** Text of a small kernel file, or undefined. */
export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes to a kernel file; false when the kernel refuses. */
export function writeKernelFile(path: string, text: string): boolean {
  try {
    writeFileSync(path, text);
    return true;
  } catch {
    return false;
  }
}

/** The number after `name` in a flat-keyed kernel file such as `memory.events`; 0 when it is not there. */
export function keyedNumber(text: string | undefined, name: string): number {
  const line = text?.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

/** A byte count of a kernel file; `max` and absence are undefined. */
export function kernelNumber(path: string): number | undefined {
  const value = Number.parseInt(readKernelFile(path) ?? '', 10);
  return Number.isFinite(value) ? value : undefined;
}

export function makeGroupFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch {
    return false;
  }
}

export function removeGroupFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'ENOENT';
  }
}

const groupName = /^packmill-([0-9]+)-([0-9]+)-[0-9]+$/;

/** Number of the namespace that gives process ids their meaning: containers may share one tree of groups. */
function processNamespace(): string {
  try {
    return /[0-9]+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

/** The name of this process's group number `count`: who made it can be told from it. */
export function ownGroupName(count: number): string {
  return `packmill-${processNamespace()}-${process.pid}-${count}`;
}

/**
 * Removes empty groups below `parent` whose maker is gone. A group with processes stays, and so does one made in
 * another container: whether that maker lives cannot be seen from here.
 */
export function sweepGroups(parent: string): number {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return 0;
  }
  const here = processNamespace();
  let removed = 0;
  for (const name of names) {
    const [, namespace, maker] = groupName.exec(name) ?? [];
    if (namespace !== here || processExists(Number(maker))) continue;
    if (removeGroupFolder(join(parent, name))) removed += 1;
  }
  return removed;
}

/** Mounts and membership of this process, for the two finders. */
export function ownMembership(): { readonly mounts: readonly Mount[]; readonly membership: string } {
  return { mounts: readMounts(), membership: readKernelFile('/proc/self/cgroup') ?? '' };
}
