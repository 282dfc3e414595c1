import { entryFacts, pathProblem, removeEntry } from './file-entry.ts';
import { ensureFolders } from './folder-facts.ts';
import { runProcess, type StartedProcess, startProcess } from './process.ts';

/** A lock that the kernel holds for us. */
export interface FileLock {
  /** Removes the file and lets go. */
  release(): Promise<void>;
}

/** Tells the inode that is locked, writes who holds it, and keeps it until standard input ends. */
const holding = `
exec 9>>"$0" || exit 125
flock --nonblock -E 97 9 || exit
stat -L -c 'held %i' /proc/self/fd/9 || exit 125
read -r holder && printf '%s\\n' "$holder" > "$0"
while read -r line; do :; done
`;

const busyCode = 97;

/**
 * Takes a lock on a file (flock(2)), made where there is none; undefined when somebody has it. It is gone at the moment in which
 * we end, however that happens. `holder` is written into the file for people to read; nothing depends on it.
 * Throws SYS001 without flock(1), SYS004 when the file cannot be made.
 */
export async function holdFileLock(path: string, holder: string): Promise<FileLock | undefined> {
  for (;;) {
    ensureFolders([path.slice(0, path.lastIndexOf('/'))]);
    const child = await startProcess('setpriv', ['--pdeathsig', 'KILL', '/bin/sh', '-c', holding, path], {
      stdin: 'pipe',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      newSession: true,
    });
    const inode = await heldInode(child);
    if (inode === undefined) {
      const { code } = await child.ended;
      if (code === busyCode) return undefined;
      throw pathProblem('lock', path, new Error(`flock(1) ends with ${code}`));
    }
    // whoever had the lock removed the file between our opening and our locking it
    if (entryFacts(path)?.inode !== inode) {
      child.kill('SIGKILL');
      await child.ended;
      continue;
    }
    child.stdin?.write(`${holder}\n`);
    return {
      release: async () => {
        if (entryFacts(path)?.inode === inode) removeEntry(path);
        child.kill('SIGKILL');
        await child.ended;
      },
    };
  }
}

/** Whether somebody holds a lock on a file that exists. Throws SYS001 without flock(1). */
export async function isFileLocked(path: string): Promise<boolean> {
  if (entryFacts(path)?.kind !== 'file') return false;
  const { code } = await runProcess('flock', [
    '--nonblock',
    '--shared',
    '-E',
    String(busyCode),
    path,
    'true',
  ]);
  return code === busyCode;
}

/** Undefined when the lock is not to be had. */
async function heldInode(child: StartedProcess): Promise<number | undefined> {
  let said = '';
  return await new Promise((resolve) => {
    child.stdout?.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      const found = /^held ([0-9]+)\n/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.stdout?.once('close', () => resolve(undefined));
  });
}
