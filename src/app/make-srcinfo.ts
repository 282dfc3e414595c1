import {
  digestBytes,
  ensureFolder,
  entryFacts,
  namesIn,
  removeEntry,
  replaceFile,
  setModifiedTime,
  snapshotFolder,
  systemRandom,
  textIfThere,
} from '../host/index.ts';
import { printSrcinfo } from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';

/** What makepkg is not shown, and what it leaves behind. */
const leftOut = new Set(['.git', 'src', 'pkg']);
const mostKept = 5_000;
const keptMs = 30 * 24 * 60 * 60 * 1000;

/**
 * `.SRCINFO` of a recipe as makepkg prints it, in a sandbox. What it printed is remembered by the content of the folder:
 * a repository in which some recipes have a stale one would start makepkg for each of them with every commit. Throws
 * BLD013 when makepkg refuses the recipe, which is not remembered.
 */
export async function makeSrcinfo(farm: Farm, folder: string, arch: string): Promise<string> {
  const root = await farm.sandboxRoot();
  const { digest } = snapshotFolder(folder, {
    texts: new Set(),
    leavesOut: (path) => leftOut.has(path) || path === '.SRCINFO',
  });
  const key = digestBytes(Buffer.from(JSON.stringify([digest, arch, root])));
  const memory = farm.paths.srcinfoMemory;
  const path = `${memory}/${key}`;
  const known = textIfThere(path);
  if (known !== undefined) {
    setModifiedTime(path, farm.clock.nowMs());
    return known;
  }
  const text = await printSrcinfo({
    folder,
    scratch: `${farm.paths.work}/srcinfo-${systemRandom.hex(8)}`,
    arch,
    root,
    sandbox: farm.sandbox,
  });
  ensureFolder(memory);
  forgetOld(memory, farm.clock.nowMs());
  replaceFile(path, text);
  return text;
}

function forgetOld(memory: string, nowMs: number): void {
  const names = namesIn(memory);
  if (names.length < mostKept) return;
  for (const name of names) {
    const usedMs = entryFacts(`${memory}/${name}`)?.modifiedMs ?? nowMs;
    if (nowMs - usedMs > keptMs) removeEntry(`${memory}/${name}`);
  }
}
