import type { FileChange } from '../git/index.ts';
import type { FileTree, TreeFile } from '../host/index.ts';
import type { RecipeFolder } from '../review/index.ts';

/** What an update never touches: settings and git's own (specification 7.6). */
const kept = (path: string): boolean => /^(?:\.CI|\.git|\.gitignore)(?:\/|$)/.test(path);

const same = (a: TreeFile | undefined, b: TreeFile | undefined): boolean =>
  a === b ||
  (a !== undefined && b !== undefined && a.mode === b.mode && Buffer.compare(a.bytes, b.bytes) === 0);

/** Whether an update is one at all: PKGBUILD or .SRCINFO differ, or only one of the two has them (specification 7.11). */
export function recipeDiffers(before: FileTree, after: FileTree): boolean {
  return ['PKGBUILD', '.SRCINFO'].some((path) => {
    const [a, b] = [before.get(path), after.get(path)];
    return (a === undefined) !== (b === undefined) || (a && b && Buffer.compare(a.bytes, b.bytes) !== 0);
  });
}

/** The folder with the recipe of another one: all files replaced, but for those that an update never touches. */
export function withRecipeOf(before: FileTree, after: FileTree): FileTree {
  return new Map([
    ...[...before].filter(([path]) => kept(path)),
    ...[...after].filter(([path]) => !kept(path)),
  ]);
}

/** The tree with one file of other text; its mode stays, a new one is an ordinary file. */
export function withText(tree: FileTree, path: string, text: string): FileTree {
  const mode = tree.get(path)?.mode ?? '100644';
  return new Map([...tree, [path, { bytes: Buffer.from(text), mode: mode === '120000' ? '100644' : mode }]]);
}

/** Text of a file; undefined when it is not there, or a link. */
export function textOf(tree: FileTree, path: string): string | undefined {
  const file = tree.get(path);
  return file && file.mode !== '120000' ? Buffer.from(file.bytes).toString() : undefined;
}

/** What a commit has to change so that folder `name` goes from one tree to the other; empty when they are the same. */
export function folderChanges(name: string, before: FileTree, after: FileTree): readonly FileChange[] {
  const changes: FileChange[] = [];
  for (const path of before.keys()) {
    if (!after.has(path)) changes.push({ path: `${name}/${path}`, removed: true });
  }
  for (const [path, file] of after) {
    if (!same(before.get(path), file)) changes.push({ path: `${name}/${path}`, ...file });
  }
  return changes;
}

/** Whether two trees are the same, modes included. */
export function sameTree(a: FileTree, b: FileTree): boolean {
  return a.size === b.size && [...a].every(([path, file]) => same(file, b.get(path)));
}

/** A tree as reviews take it. */
export function asRecipeFolder(tree: FileTree): RecipeFolder {
  return {
    files: new Map([...tree].map(([path, { bytes }]) => [path, bytes])),
    modes: new Map([...tree].map(([path, { mode }]) => [path, mode])),
  };
}
