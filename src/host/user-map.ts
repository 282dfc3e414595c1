import { readFileSync, writeFileSync } from 'node:fs';
import { pathProblem } from './file-entry.ts';

/** Ids of users, or of groups, that count in our own namespace: begin and length of each range. */
function ownRanges(file: string): readonly (readonly [begin: number, count: number])[] {
  return readFileSync(`/proc/self/${file}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [begin = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
      return [begin, count] as const;
    });
}

/** How many users there are in our own namespace: one where an ordinary user has no subordinate ids (user_namespaces(7)). */
export function userCount(): number {
  return ownRanges('uid_map').reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Gives a process that has just made a user namespace the same users and groups in it that there are outside, so that files
 * keep their owners. Only root may (user_namespaces(7)). Throws SYS004.
 */
export function mapSameUsers(pid: number): void {
  for (const file of ['uid_map', 'gid_map']) {
    const lines = ownRanges(file).map(([begin, count]) => `${begin} ${begin} ${count}\n`);
    const path = `/proc/${pid}/${file}`;
    try {
      writeFileSync(path, lines.join(''));
    } catch (error) {
      throw pathProblem('write', path, error);
    }
  }
}
