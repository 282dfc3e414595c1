import type { StoredArtifact } from '../database/index.ts';
import { fault } from '../diagnostics/index.ts';
import type { TreePackage } from '../publisher/ebuild-tree/index.ts';
import type { PublishReport } from '../publisher/index.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import type { Farm } from './farm.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';
import { isGone, knownAutogens, makerOf, type TreeOwner } from './tree-owners.ts';

/**
 * Publishes what autogens made as a generation of their tree. Throws PUB035 when a package is another autogen's, and what
 * `EbuildTrees.publish` throws.
 */
export async function publishTree(
  farm: Farm,
  wish: {
    readonly target: string;
    readonly waiting: readonly StoredArtifact[];
    readonly remove: readonly string[];
    readonly reason: string;
  },
): Promise<PublishReport> {
  const { target, waiting, reason } = wish;
  const known = knownAutogens(farm, target);
  const owners = new Map(farm.trees.packages(target).map(({ name, from }) => [name, from]));
  const isOthers = (name: string, from: TreeOwner | undefined): TreeOwner | undefined => {
    const owner = owners.get(name);
    if (owner === undefined || from === undefined || isGone(known, owner)) return undefined;
    return isSame(owner, from) ? undefined : owner;
  };
  const makers = new Map(waiting.map((one) => [one, makerOf(farm, target, one)]));
  const add: TreePackage[] = [];
  for (const one of waiting) {
    const { artifact } = one;
    const from = makers.get(one);
    const owner = isOthers(artifact.name, from);
    if (owner !== undefined && from !== undefined) throw takenFault(artifact.name, from, owner);
    if (add.some(({ name }) => name === artifact.name))
      throw fault('PUB035', { what: `'${artifact.name}' of '${from?.job}' is made by another autogen, too` });
    const { name, version, fileName, object } = artifact;
    const facts = isEbinTarget(farm, target) ? { facts: artifact.facts } : {};
    add.push({ name, version, fileName, object, ...facts, ...(from === undefined ? {} : { from }) });
  }
  // what was handed over to another autogen is not this one's to take out
  const remove = wish.remove.filter((name) => {
    const owner = owners.get(name);
    return owner === undefined || [...makers.values()].some((one) => one !== undefined && isSame(one, owner));
  });
  return await changeTree(farm, { tree: target, add, remove, reason });
}

/**
 * Publishes a change of a tree, for ebins and stages with the files that tell of all of it. Throws what `EbuildTrees.publish` and
 * `repositoryPackage` throw.
 */
export async function changeTree(
  farm: Farm,
  change: Parameters<Farm['trees']['publish']>[0],
): Promise<PublishReport> {
  const { tree, add, remove } = change;
  if (isStageTarget(farm, tree))
    return await (await import('./stage-targets/publish.ts')).changeMirror(farm, tree, {
      ...change,
      add: [],
    });
  if (!isEbinTarget(farm, tree)) return await farm.trees.publish(change);
  const { repositoryPackage } = await import('./ebin-targets/publish.ts');
  const whole = await repositoryPackage(farm, tree, { add, remove });
  return await farm.trees.publish({
    ...change,
    add: [...add, whole],
    remove: remove.filter((name) => name !== whole.name),
  });
}

/** Jobs of two sources may have the same name. */
const isSame = (one: TreeOwner, other: TreeOwner): boolean =>
  one.job === other.job && one.source === other.source;

function takenFault(name: string, from: TreeOwner, owner: TreeOwner): Error {
  if (from.source === owner.source)
    return fault('PUB035', { what: `'${name}' of '${from.job}' is made by '${owner.job}' already` });
  return fault('PUB035', {
    what: `'${name}' of '${from.job}' in '${from.source}' is made by '${owner.job}' of '${owner.source}' already`,
    next: "Build the tree from one source alone. 'packmill repo remove NAME --repo TREE' lets go of a package: whoever makes it next has it.",
  });
}
