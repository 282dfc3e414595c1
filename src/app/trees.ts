import { fault, isFault, type Problem } from '../diagnostics/index.ts';
import { entryFacts } from '../host/index.ts';
import { jobId } from '../primitives/index.ts';
import { lastMade } from './artifacts-at-hand.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import type { Farm } from './farm.ts';
import { changeTree } from './publish-tree.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';

/** A package of a tree, as repositories show theirs. */
interface TreeEntry {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  readonly sizeBytes: number;
}

/** What a tree consists of, with the sizes of the archives that it was made of. Throws PUB004, STO problems. */
export async function showTree(farm: Farm, tree: string): Promise<readonly TreeEntry[]> {
  farm.trees.generations(tree);
  const entries: TreeEntry[] = [];
  for (const { name, version, fileName, object } of farm.trees.packages(tree)) {
    const sizeBytes = entryFacts(await farm.store.path(object))?.sizeBytes ?? 0;
    entries.push({ name, version, fileName, sizeBytes });
  }
  return entries;
}

/**
 * Whether a tree has the files that it was made of (PUB036); unless it is to be quick, also whether it keeps to PMS and to its
 * Manifests, as `packmill tree check` judges it; a repository of ebins as `packmill ebin verify` does, with its distfiles. Throws
 * PUB004, EBD and SBX problems.
 */
export async function verifyTree(
  farm: Farm,
  tree: string,
  quick: boolean,
): Promise<{
  readonly generation: number;
  readonly packages: number;
  readonly problems: readonly Problem[];
}> {
  const { generation, problems } = await farm.trees.verify(tree, quick ? 'quick' : 'full');
  const packages = farm.trees.packages(tree).length;
  if (quick) return { generation, packages, problems };
  if (isStageTarget(farm, tree))
    return { generation, packages, problems: [...problems, ...(await signaturesOf(farm, tree))] };
  if (isPythonTarget(farm, tree)) return { generation, packages, problems };
  const judged = isEbinTarget(farm, tree) ? await ebinsOf(farm, tree) : await judge(farm, tree);
  return { generation, packages, problems: [...problems, ...judged] };
}

// What only some trees need is loaded when it is: it is most of packmill.
const signaturesOf = async (farm: Farm, tree: string): Promise<readonly Problem[]> =>
  await (await import('./stage-targets/verify.ts')).verifySignatures(farm, tree);
const ebinsOf = async (farm: Farm, tree: string): Promise<readonly Problem[]> =>
  await (await import('./ebin-targets/verify.ts')).verifyEbinTree(farm, tree);

/** What is to be said of the texts of a tree. That a master is not here says nothing against its files, and is told. */
async function judge(farm: Farm, tree: string): Promise<readonly Problem[]> {
  const trees = farm.trees.list();
  const folder = trees.find(({ name }) => name === tree)?.path ?? '';
  // masters may be trees of this farm, too; others are for `packmill tree check --master`
  const masters = trees.map(({ path }) => path);
  const { signal } = new AbortController();
  try {
    const wish = { folder, masters, by: 'packmill', workers: undefined, signal } as const;
    const { checkTreeFolder } = await import('./ebuild-tree/index.ts');
    return (await checkTreeFolder(wish)).problems;
  } catch (error) {
    if (isFault(error, 'EBD014')) return [error.problem];
    throw error;
  }
}

/**
 * Takes packages out of a tree; an autogen none of whose packages is left counts as never run, so that its next run brings them
 * back. Throws CLI007 for a package that is not there, PUB004.
 */
export async function removeFromTree(
  farm: Farm,
  tree: string,
  packages: readonly string[],
): Promise<{ readonly generation: number; readonly removed: readonly string[] }> {
  await farm.trees.recover();
  farm.trees.generations(tree);
  const before = farm.trees.packages(tree);
  const missing = packages.filter((name) => !before.some((one) => one.name === name));
  if (missing.length > 0)
    throw fault('CLI007', { what: `'${tree}/any' has no package '${missing.join("', '")}'` });
  const left = new Set(before.map(({ name }) => name).filter((name) => !packages.includes(name)));
  // before they are taken out: whoever dies in between shall not leave an autogen that thinks all is there
  for (const { name, from } of before) {
    if (!packages.includes(name) || from === undefined) continue;
    const id = jobId({ target: tree, arch: 'any', name: from.job });
    if (lastMade(farm, id).every(({ artifact }) => !left.has(artifact.name)))
      farm.database.inventory.forget(id);
  }
  const reason = `remove ${packages.join(', ')}`;
  const { generation } = await changeTree(farm, { tree, add: [], remove: packages, reason });
  return { generation, removed: packages };
}
