import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** What the running machine says of itself. */
export interface SystemFacts {
  /** Version of the running Node, as `24.21.0`. */
  readonly runtime: string;
  /** Release of the kernel, as uname(2) gives it. */
  readonly kernel: string;
  /** Text of os-release(5), empty where there is none. */
  readonly osRelease: string;
  /** The mounted cgroup hierarchy of cgroups(7) and its controllers; undefined where none is mounted. */
  readonly controlGroups: { readonly version: 1 | 2; readonly controllers: readonly string[] } | undefined;
  readonly isRoot: boolean;
}

/** Reads the facts anew with each call; a file that is not there reads as empty or undefined. */
export function readSystemFacts(): SystemFacts {
  return {
    runtime: process.versions.node,
    kernel: release(),
    osRelease: textOf('/etc/os-release') ?? '',
    controlGroups: controlGroups(),
    isRoot: process.getuid?.() === 0,
  };
}

function controlGroups(): SystemFacts['controlGroups'] {
  const unified = textOf('/sys/fs/cgroup/cgroup.controllers');
  if (unified !== undefined) return { version: 2, controllers: unified.trim().split(/\s+/).filter(Boolean) };
  const known = (textOf('/proc/cgroups') ?? '').split('\n').map((line) => line.split('\t')[0] ?? '');
  const mounted = known.filter((name) => /^[a-z]/.test(name) && existsSync(`/sys/fs/cgroup/${name}`));
  return mounted.length > 0 ? { version: 1, controllers: mounted } : undefined;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
