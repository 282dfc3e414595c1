// What a fault test makes outside of its own folder carries the test's process id in its name, so that what a killed
// test left can be told from what another one needs.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let count = 0;

/** A name for a network thing (the kernel takes 15 characters, of which two stay free) or a folder. */
export function ownName(): string {
  count += 1;
  return `pmf${process.pid.toString(36)}x${count}`;
}

export const folderOf = (name: string): string => join(tmpdir(), `packmill-faults-${name}`);

/** Runs a command of the system that has to go well. */
export function system(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Removes namespaces, bridges, mounts and folders of tests that are gone. */
export function sweepLeftovers(): void {
  for (const name of namesIn('/run/netns')) if (isDead(name)) quietly('ip', 'netns', 'del', name);
  for (const name of namesIn('/sys/class/net')) if (isDead(name)) quietly('ip', 'link', 'del', name);
  for (const folder of namesIn(tmpdir())) {
    if (folder.startsWith('packmill-faults-') && isDead(folder.slice('packmill-faults-'.length)))
      removeFolder(join(tmpdir(), folder));
  }
}

/** Removes a folder with what is mounted in it. */
export function removeFolder(folder: string): void {
  for (const path of mountsBelow(folder)) quietly('umount', '--lazy', path);
  rmSync(folder, { recursive: true, force: true });
}

/** Mount points in a folder, innermost first. */
export function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}

/** Whether a name is one of ours whose process runs no more. */
function isDead(name: string): boolean {
  const pid = /^pmf([0-9a-z]+)x/.exec(name)?.[1];
  return pid !== undefined && !existsSync(`/proc/${Number.parseInt(pid, 36)}`);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function quietly(command: string, ...args: string[]): void {
  try {
    system(command, ...args);
  } catch {
    // somebody else was quicker
  }
}
