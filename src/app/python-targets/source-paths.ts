import { fault } from '../../diagnostics/index.ts';
import { pathExists, realPath } from '../../host/index.ts';

/** Whether a path is in a source, links followed: a source may be somebody else's, and shows nothing of this machine. */
export function isInSource(top: string, path: string): boolean {
  const [real, root] = [realPath(path), realPath(top)];
  return real === root || real.startsWith(`${root}/`);
}

/** A path of a source, or an absolute one of this machine, which the farm's own settings name. Throws MPY253 for one that leads out of its source. */
export function placeOf(top: string, path: string): string {
  if (path.startsWith('/')) return path;
  const full = `${top}/${path}`;
  if (!pathExists(full) || isInSource(top, full)) return full;
  throw fault('MPY253', { what: `'${path}' leads out of its source` });
}
