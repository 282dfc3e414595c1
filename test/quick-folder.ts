// Where tests keep their files: in memory, where that is possible. They make and remove thousands of small files; on a
// disk half of their processor time goes into its bookkeeping, and every commit of a database waits for it.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const memory = '/dev/shm';
const prefix = 'packmill-';
/** Four times the most that a whole run held at a time. */
const enoughBytes = 2 * 2 ** 30;

/**
 * For a spec whose recipes name sources by file://: those may lie everywhere but below folders of the system, and
 * memory is one. Comes before everything that makes a folder.
 */
export function stayOnDisk(): void {
  process.env.TMPDIR = '/var/tmp';
}

/**
 * Makes a folder in memory for this run and has everything below put its temporary files there; it goes when this
 * process ends. Does nothing where somebody has chosen a folder (TMPDIR), or where memory is scarce or no place for
 * programs and for what overlays write down.
 */
export function useQuickFolder(): void {
  if (process.env.TMPDIR !== undefined) return;
  try {
    for (const name of readdirSync(memory)) removeIfLeft(name);
    const folder = join(memory, `${prefix}${process.pid}`);
    mkdirSync(folder);
    process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
    // like /tmp: some tests go on as another user
    chmodSync(folder, 0o1777);
    if (isFit(folder)) process.env.TMPDIR = folder;
  } catch {
    // no such folder, or not ours to write to: tests use the usual one
  }
}

function isFit(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  const free = Number(/^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
  if (!(bavail * bsize >= enoughBytes && free >= 2 * enoughBytes)) return false;
  const program = join(folder, 'program');
  writeFileSync(program, '', { mode: 0o755 });
  try {
    // refused where programs may not be started
    accessSync(program, constants.X_OK);
    const mark = 'import os, sys; os.setxattr(sys.argv[1], "user.packmill", b"1")';
    return spawnSync('python3', ['-c', mark, program]).status === 0;
  } finally {
    rmSync(program);
  }
}

/** A run that was killed could not tidy up. */
function removeIfLeft(name: string): void {
  const pid = new RegExp(`^${prefix}(\\d+)$`).exec(name)?.[1];
  if (pid === undefined) return;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as { code?: string }).code === 'ESRCH')
      rmSync(join(memory, name), { recursive: true, force: true });
  }
}
