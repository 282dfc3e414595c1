/** Package folders that a comparison of two trees touches. */
export interface ChangedFolders {
  /** They are there now: to be built. Sorted. */
  readonly changed: readonly string[];
  /** They are not there any more. Sorted. */
  readonly removed: readonly string[];
}

/**
 * Which folders changed paths belong to (specification 5.3). Paths that begin with a dot and files at the top belong to
 * none. `isThere` says whether a folder exists now; `ignored` are files of a folder (`.CI/info`) that alone build nothing.
 */
export function changedFolders(
  paths: Iterable<string>,
  isThere: (folder: string) => boolean,
  ignored: readonly string[] = [],
): ChangedFolders {
  const changed = new Set<string>();
  const removed = new Set<string>();
  for (const path of paths) {
    const slash = path.indexOf('/');
    if (slash <= 0 || path.startsWith('.')) continue;
    const folder = path.slice(0, slash);
    if (!isThere(folder)) removed.add(folder);
    else if (!ignored.includes(path.slice(slash + 1))) changed.add(folder);
  }
  return { changed: [...changed].sort(), removed: [...removed].sort() };
}
