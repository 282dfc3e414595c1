import { readFileSync } from 'node:fs';

/** One line of `/proc/self/mountinfo` (proc(5)). */
export interface Mount {
  /** Folder of the mounted file system that is visible at `point`. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  /** Options of the file system, for control groups the controllers. */
  readonly options: readonly string[];
}

const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** Takes the text of a mountinfo file apart; lines that are too short are left out. */
export function parseMounts(text: string): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [left = '', right = ''] = line.split(' - ', 2);
    const fields = left.split(' ');
    const [type = '', , options = ''] = right.split(' ');
    const [root, point] = [fields[3], fields[4]];
    if (root === undefined || point === undefined) continue;
    mounts.push({
      root: unescapeOctal(root),
      point: unescapeOctal(point),
      type,
      options: options.split(','),
    });
  }
  return mounts;
}

/** What is mounted in our own mount namespace. */
export function readMounts(): readonly Mount[] {
  return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
}
