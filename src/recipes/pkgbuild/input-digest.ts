import { type FolderSnapshot, snapshotFolder } from '../../host/index.ts';
import type { PackageSource } from './package-source.ts';

/** Left out at the top of the folder: not part of the recipe, or derived from it. */
const neverInputs = new Set(['.git', '.SRCINFO']);
const leftoverFolders = new Set(['src', 'pkg']);
/** What makepkg leaves in the folder it is run in: packages, source packages, signatures, logs. */
const leftoverFiles =
  /\.(?:pkg|src)\.tar(?:\.[a-z0-9]+)?(?:\.sig)?$|-[^-]+-[^-]+-[^-]+-[a-z_]+\.log(?:\.\d+)?$/;

/**
 * The digest of all that goes into a build: every file of the folder with name, executable bit and
 * bytes, and the target of every link; and the texts of `PKGBUILD` and `.CI/config`. Left out are
 * `.git`, `.CI/info`, `.SRCINFO` and what earlier runs of makepkg left behind (packages, logs, `src/`,
 * `pkg/`, downloads), unless the recipe names it as a source of its own. Throws SYS004.
 */
export function readInputs(folder: string, sources: readonly PackageSource[]): FolderSnapshot {
  const own = new Set(sources.filter(({ url }) => url === undefined).map(({ text }) => text.split('/')[0]));
  const downloads = new Set(sources.filter(({ url }) => url !== undefined).map(({ fileName }) => fileName));
  return snapshotFolder(folder, {
    texts: new Set(['PKGBUILD', '.CI/config']),
    leavesOut: (path, kind) => {
      if (path.includes('/')) return path === '.CI/info';
      if (neverInputs.has(path)) return true;
      if (own.has(path)) return false;
      if (downloads.has(path)) return true;
      return kind === 'folder' ? leftoverFolders.has(path) : leftoverFiles.test(path);
    },
  });
}
