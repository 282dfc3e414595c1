import type { WorkingCopy } from '../git/index.ts';
import type { FileTree, TreeFile } from '../host/index.ts';

/** Files of a commit below a folder ('' for all) by their whole paths, links as links; other repositories in it are left out. */
export async function committedFiles(copy: WorkingCopy, commit: string, folder: string): Promise<FileTree> {
  const entries = await copy.entries(commit, folder);
  const bytes = await copy.readFolder(commit, folder);
  const files = [...bytes].flatMap(([path, content]): [string, TreeFile][] => {
    const mode = entries.get(path)?.mode;
    return mode === '100644' || mode === '100755' || mode === '120000'
      ? [[path, { bytes: content, mode }]]
      : [];
  });
  return new Map(files);
}
