import { basename, dirname, join, relative, sep } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import { absolutePath, pathKind } from '../host/index.ts';

/** Where autogens work (specification 1.3). */
export interface Overlay {
  /** Nearest folder upwards with `metadata/layout.conf`; ebuilds are written below it. */
  readonly root: string;
  /** Nearest folder upwards with `.git`. */
  readonly repository: string;
  /** Whether the repository is kit-fixups itself: its name says so (specification 1.7). */
  readonly isFixups: boolean;
}

/**
 * Finds the overlay and the repository that a folder is in; `named` is the repository where that is known. Throws AGN001
 * with the marker that is missing.
 */
export function findOverlay(folder: string, named?: string): Overlay {
  const from = absolutePath(folder);
  const root = nearestWith(from, 'metadata/layout.conf');
  if (root === undefined) {
    throw fault('AGN001', { what: `no 'metadata/layout.conf' in '${from}' and the folders above` });
  }
  const repository = named ?? nearestWith(from, '.git');
  if (repository === undefined) {
    throw fault('AGN001', { what: `no '.git' in '${from}' and the folders above` });
  }
  return { root, repository, isFixups: basename(repository).startsWith('kit-fixups') };
}

/** The nearest folder upwards that has a marker; undefined: none has. */
export function nearestWith(folder: string, marker: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (pathKind(join(at, marker)) !== 'none') return at;
    if (dirname(at) === at) return undefined;
  }
}

/** Parts of the path from the overlay root to a folder in it; none for the root itself. Compares whole names. */
export function partsBelow(root: string, folder: string): readonly string[] {
  const path = relative(root, folder);
  if (path === '') return [];
  const parts = path.split(sep);
  if (parts[0] === '..' || path.startsWith(sep)) {
    throw fault('AGN001', { what: `'${folder}' is not below the overlay root '${root}'` });
  }
  return parts;
}

/** Who generates what: `<last two parts of the overlay root>:<folder below it>` (specification 1.8). */
export function autogenIdOf(root: string, folder: string): string {
  const overlay = root.split(sep).filter(Boolean).slice(-2).join('/');
  return `${overlay}:${partsBelow(root, folder).join('/')}`;
}
