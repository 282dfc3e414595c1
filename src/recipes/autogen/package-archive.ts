import { dirname } from 'node:path';
import { encodeTarEntry, encodeTarHeader, tarEnd } from '../../formats/archives/index.ts';
import {
  bytesIfThere,
  type FileTree,
  pathKind,
  readFileTree,
  subfolders,
  type TreeFile,
} from '../../host/index.ts';
import { compareText } from '../../primitives/index.ts';
import type { OverlayPlace } from './discover.ts';

const plainMode = (mode: string): number => (mode === '100755' ? 0o755 : 0o644);

/** Files as a tar that is the same for the same files: no owners, no times. Links are left out. */
export function packFiles(tree: FileTree): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const [path, { bytes, mode }] of tree) {
    if (mode !== '120000') pieces.push(encodeTarEntry({ path, mode: plainMode(mode) }, bytes));
  }
  return Buffer.concat([...pieces, tarEnd]);
}

const mostBytes = 1024 * 1024 * 1024;
const skip: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/**
 * All that autogens of an overlay can read, as a tar of the repository that it is in: the overlay, and of the rest generators,
 * releases, and what tells of mirrors. The same for the same files; links stay links. Throws SYS004, also for more than a gibibyte.
 */
export async function packOverlay({ overlay, repository }: OverlayPlace): Promise<Uint8Array> {
  const inside = overlay === repository ? '' : overlay.slice(repository.length + 1);
  const parts = inside === '' ? [''] : [inside, 'generators', 'releases'];
  const tree = new Map<string, TreeFile>();
  for (const part of parts) {
    const folder = part === '' ? repository : `${repository}/${part}`;
    if (pathKind(folder) !== 'folder') continue;
    for (const [path, file] of await readFileTree(folder, { skip, mostBytes }))
      tree.set(part === '' ? path : `${part}/${path}`, file);
  }
  for (const path of inside === '' ? [] : mirrorFiles(repository)) {
    const bytes =
      pathKind(`${repository}/${path}`) === 'file' ? bytesIfThere(`${repository}/${path}`) : undefined;
    if (bytes) tree.set(path, { bytes, mode: '100644' });
  }
  const pieces: Uint8Array[] = [];
  const folders = new Set<string>(['.']);
  const enter = (folder: string): void => {
    if (folders.has(folder)) return;
    enter(dirname(folder));
    folders.add(folder);
    pieces.push(encodeTarHeader({ path: `${folder}/`, type: 'folder', mode: 0o755 }, 0));
  };
  for (const [path, { bytes, mode }] of [...tree].sort(([a], [b]) => compareText(a, b))) {
    enter(dirname(path));
    if (mode === '120000') {
      const linkPath = Buffer.from(bytes).toString('utf8');
      pieces.push(encodeTarHeader({ path, type: 'symlink', mode: 0o777, linkPath }, 0));
    } else pieces.push(encodeTarEntry({ path, mode: plainMode(mode) }, bytes));
  }
  return Buffer.concat([...pieces, tarEnd]);
}

/** Lists of mirrors of all overlays of a repository, and what names their masters. */
function mirrorFiles(repository: string): readonly string[] {
  const layers = subfolders(repository)
    .filter((kit) => !skip.has(kit))
    .flatMap((kit) => subfolders(`${repository}/${kit}`).map((layer) => `${kit}/${layer}`));
  const ofLayers = layers.flatMap((layer) => [
    `${layer}/profiles/thirdpartymirrors`,
    `${layer}/metadata/layout.conf`,
  ]);
  return ['profiles/thirdpartymirrors', ...ofLayers];
}
