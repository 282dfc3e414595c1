import type { StoredArtifact } from '../database/index.ts';
import { fault } from '../diagnostics/index.ts';
import type { TreePackage } from '../publisher/ebuild-tree/index.ts';
import type { PublishReport } from '../publisher/index.ts';
import type { Farm } from './farm.ts';
import { isGone, knownAutogens, ownerOf, type TreeOwner } from './tree-owners.ts';

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
    return owner.job === from.job && owner.source === from.source ? undefined : owner;
  };
  const makers = new Map(waiting.map((one) => [one, makerOf(farm, target, one)]));
  const add: TreePackage[] = [];
  for (const one of waiting) {
    const { artifact } = one;
    const from = makers.get(one);
    const owner = isOthers(artifact.name, from);
    if (owner !== undefined)
      throw fault('PUB035', {
        what: `'${artifact.name}' of '${from?.job}' is made by '${owner.job}' already`,
      });
    if (add.some(({ name }) => name === artifact.name))
      throw fault('PUB035', { what: `'${artifact.name}' of '${from?.job}' is made by another autogen, too` });
    const { name, version, fileName, object } = artifact;
    add.push({ name, version, fileName, object, ...(from === undefined ? {} : { from }) });
  }
  // what was handed over to another autogen is not this one's to take out
  const remove = wish.remove.filter((name) => {
    const owner = owners.get(name);
    return owner === undefined || [...makers.values()].some((one) => one?.job === owner.job);
  });
  return await farm.trees.publish({ tree: target, add, remove, reason });
}

function makerOf(farm: Farm, target: string, { attempt }: StoredArtifact): TreeOwner | undefined {
  const { attempts, jobs } = farm.database;
  const row = jobs.get(attempts.get(attempt)?.jobKey ?? -1);
  if (!row) return undefined;
  const { name, folder } = jobs.planned(row.key);
  return ownerOf(farm, target, { plan: row.plan, name, folder });
}
