import { encodeTarEntry, tarEnd } from '../../formats/archives/index.ts';
import type { FileTree } from '../../host/index.ts';

/** Files as a tar that is the same for the same files: no owners, no times. Links are left out. */
export function packFiles(tree: FileTree): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const [path, { bytes, mode }] of tree) {
    if (mode !== '120000')
      pieces.push(encodeTarEntry({ path, mode: mode === '100755' ? 0o755 : 0o644 }, bytes));
  }
  return Buffer.concat([...pieces, tarEnd]);
}
