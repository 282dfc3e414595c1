import { join } from 'node:path';
import { mergeManifest, parseManifest, printManifest } from '../formats/gentoo/index.ts';
import {
  ensureFolder,
  namesIn,
  removeEntry,
  renameEntry,
  setMode,
  syncTogether,
  systemRandom,
  textIfThere,
  writeWhole,
} from '../host/index.ts';
import type { PackageOutput } from './collect-packages.ts';
import { mayFetch } from './ebuild-words.ts';

/** A file of a package folder as it will be. */
export interface MadeFile {
  readonly path: string;
  /** Undefined: there was none. */
  readonly before: string | undefined;
  /** Undefined: it goes. */
  readonly after: string | undefined;
}

/** What writing a package changes, in the order in which it is done: the Manifest first, as more in it harms nobody. */
export interface MadePackage {
  readonly catpkg: string;
  readonly changes: readonly MadeFile[];
}

/** Compares what a run made with what is there (specification 3.4); nothing is written. Throws SYS004. */
export function comparePackage(root: string, output: PackageOutput): MadePackage {
  const folder = join(root, output.catpkg);
  const changes: MadeFile[] = [];
  for (const [fileName, { staged }] of output.builds) {
    const path = join(folder, fileName);
    const before = textIfThere(path);
    if (before !== staged.text) changes.push({ path, before, after: staged.text });
  }
  const manifest = compareManifest(folder, output);
  return { catpkg: output.catpkg, changes: manifest ? [manifest, ...changes] : changes };
}

function compareManifest(folder: string, output: PackageOutput): MadeFile | undefined {
  const path = join(folder, 'Manifest');
  const before = textIfThere(path);
  if (before === undefined && output.entries.size === 0) return undefined;
  const remaining = remainingEbuilds(folder, output);
  const { manifest } = mergeManifest({
    existing: parseManifest(before ?? '', path).manifest,
    produced: [...output.entries.values()],
    isReferenced: (name) => remaining().some(({ fileName, text }) => mayFetch(text, fileName, name)),
    file: path,
  });
  const after = printManifest(manifest);
  if (after === (before ?? '')) return undefined;
  return { path, before, after: after === '' ? undefined : after };
}

/** Ebuilds that stay in the folder, those of this run with the text they will have; read when first asked for. */
function remainingEbuilds(
  folder: string,
  output: PackageOutput,
): () => readonly { readonly fileName: string; readonly text: string }[] {
  let found: { fileName: string; text: string }[] | undefined;
  return () => {
    found ??= namesIn(folder)
      .filter((name) => name.endsWith('.ebuild') && !output.builds.has(name))
      .map((fileName) => ({ fileName, text: textIfThere(join(folder, fileName)) ?? '' }));
    return found;
  };
}

const ourTemporary = /^\.packmill-[0-9a-f]+\.new$/;

/**
 * Writes what changes: all new texts beside their places, made durable together, then one rename each. When something
 * fails before the renames, nothing has changed. Throws SYS004.
 */
export async function writePackage(root: string, change: MadePackage): Promise<void> {
  if (change.changes.length === 0) return;
  const folder = join(root, change.catpkg);
  ensureFolder(folder);
  // what a run that was killed left
  for (const name of namesIn(folder)) if (ourTemporary.test(name)) removeEntry(join(folder, name));
  const staged: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const { path, after } of change.changes) {
      if (after === undefined) continue;
      const from = join(folder, `.packmill-${systemRandom.hex(8)}.new`);
      staged.push({ from, to: path });
      writeReadable(from, after);
    }
    await syncTogether(staged.map(({ from }) => from));
    for (const { from, to } of staged) renameEntry(from, to);
    for (const { path, after } of change.changes) if (after === undefined) removeEntry(path);
    await syncTogether([folder]);
  } catch (error) {
    for (const { from } of staged) removeEntry(from);
    throw error;
  }
}

/**
 * Writes all that a run made of a package into a folder of its own below `into`: its ebuilds, whether they changed or not,
 * and the Manifest as it is from now on. What lies below `root` stays as it is. Throws SYS004.
 */
export async function writePackageInto(
  into: string,
  root: string,
  { output, change }: { readonly output: PackageOutput; readonly change: MadePackage },
): Promise<void> {
  const folder = join(into, output.catpkg);
  ensureFolder(folder);
  const path = join(root, output.catpkg, 'Manifest');
  const changed = change.changes.find((one) => one.path === path);
  const manifest = changed ? changed.after : textIfThere(path);
  // the folder is of this run alone, and nothing in it has to last
  for (const [name, { staged }] of output.builds) writeReadable(join(folder, name), staged.text);
  if (manifest !== undefined) writeReadable(join(folder, 'Manifest'), manifest);
}

/** Writes a text that all may read, whatever the umask; it is not durable. */
function writeReadable(path: string, text: string): void {
  writeWhole(path, text);
  setMode(path, 0o644);
}
