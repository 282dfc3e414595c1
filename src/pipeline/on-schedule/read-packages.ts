import { isValidPkgname } from '../../formats/pacman/index.ts';
import { readPackageSettings, updateHookName } from '../../formats/pkgbuild-repo/index.ts';
import type { WorkingCopy } from '../../git/index.ts';
import type { FileTree, TreeFile } from '../../host/index.ts';
import { versionCheckFiles } from '../../upstream/index.ts';
import type { ScheduledPackage } from './context.ts';

/**
 * The packages of a commit with what decides how they are updated, sorted by name, in two questions to git however many
 * there are. Unreadable settings are problems of their package and count as absent.
 */
export async function readPackages(
  copy: WorkingCopy,
  commit: string,
  only: ReadonlySet<string> | undefined,
): Promise<readonly ScheduledPackage[]> {
  const entries = await copy.entries(commit, '');
  const names = new Set<string>();
  for (const path of entries.keys()) {
    const slash = path.indexOf('/');
    const name = path.slice(0, slash);
    if (slash > 0 && isValidPkgname(name) && (!only || only.has(name))) names.add(name);
  }
  const sorted = [...names].sort();
  const wanted = sorted.flatMap((name) =>
    [`${name}/.CI/config`, `${name}/.SRCINFO`].filter((path) => entries.has(path)),
  );
  const files = await copy.readFiles(commit, wanted);
  const text = (path: string): string | undefined => {
    const bytes = files.get(path);
    return bytes && Buffer.from(bytes).toString();
  };
  return sorted.map((name): ScheduledPackage => {
    const settingsText = text(`${name}/.CI/config`);
    const read = readPackageSettings(settingsText ?? '', `${name}/.CI/config`);
    return {
      name,
      settingsText,
      settings: read.settings,
      problems: read.problems,
      srcinfoText: text(`${name}/.SRCINFO`),
      hasRecipe: entries.has(`${name}/PKGBUILD`),
      hasUpdateHook: entries.has(`${name}/.CI/${updateHookName}`),
      versionCheckFile: versionCheckFiles.find((file) => entries.has(`${name}/${file}`)),
    };
  });
}

/** A package folder of a commit with bytes and modes, paths relative to it; submodules are left out. */
export async function readRecipeTree(copy: WorkingCopy, commit: string, name: string): Promise<FileTree> {
  const entries = await copy.entries(commit, name);
  const bytes = await copy.readFolder(commit, name);
  const tree = new Map<string, TreeFile>();
  for (const [path, { mode }] of entries) {
    const content = bytes.get(path);
    if (content && (mode === '100644' || mode === '100755' || mode === '120000'))
      tree.set(path.slice(name.length + 1), { bytes: content, mode });
  }
  return tree;
}
