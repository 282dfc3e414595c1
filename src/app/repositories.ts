import { fault, type Problem } from '../diagnostics/index.ts';
import { parseDesc } from '../formats/pacman/index.ts';
import { jobId } from '../primitives/index.ts';
import type { RepositoryEntry, RepositorySummary } from '../publisher/pacman-repo/index.ts';
import { lastMade } from './artifacts-at-hand.ts';
import type { Farm } from './farm.ts';
import { isTreeTarget } from './target-kinds.ts';
import { removeFromTree, showTree, verifyTree } from './trees.ts';

/** Which repository is meant; what is left out is the farm's own. */
export interface RepositoryName {
  readonly name: string | undefined;
  readonly arch: string | undefined;
}

/** A tree of ebuilds is for any architecture. */
function nameOf(farm: Farm, { name, arch }: RepositoryName): { repo: string; arch: string; isTree: boolean } {
  const repo = name ?? farm.config.repository;
  const isTree = farm.trees.list().some((one) => one.name === repo) || isTreeTarget(farm, repo);
  return { repo, arch: isTree ? 'any' : (arch ?? farm.config.arch), isTree };
}

/** Published repositories, and trees of ebuilds. */
export async function listRepositories(farm: Farm): Promise<readonly RepositorySummary[]> {
  return [...farm.repositories.list(), ...farm.trees.list()];
}

/** A package as it is shown; those of trees have one archive for all architectures. */
export type ShownPackage = Pick<RepositoryEntry, 'name' | 'version' | 'fileName' | 'sizeBytes'> &
  Partial<Omit<RepositoryEntry, 'desc'>>;

/** Packages of the visible generation. Throws PUB004 when there is no such repository or tree. */
export async function showRepository(
  farm: Farm,
  which: RepositoryName,
): Promise<{ name: string; arch: string; packages: readonly ShownPackage[] }> {
  const { repo, arch, isTree } = nameOf(farm, which);
  if (isTree) return { name: repo, arch, packages: await showTree(farm, repo) };
  const packages = farm.repositories.show(repo, arch).map(({ desc: _, ...entry }) => entry);
  return { name: repo, arch, packages };
}

export interface VerifiedRepository {
  readonly name: string;
  readonly arch: string;
  readonly generation: number;
  readonly packages: number;
  readonly problems: readonly Problem[];
}

/** Checks the visible generation: quick looks at names, sizes and signatures of databases, full reads everything. */
export async function verifyRepository(
  farm: Farm,
  which: RepositoryName & { readonly quick: boolean },
): Promise<VerifiedRepository> {
  const { repo, arch, isTree } = nameOf(farm, which);
  if (isTree) return { name: repo, arch, ...(await verifyTree(farm, repo, which.quick)) };
  const { generation, packages, problems } = await farm.repositories.verify(repo, arch, {
    mode: which.quick ? 'quick' : 'full',
  });
  return { name: repo, arch, generation, packages, problems };
}

export interface KeptGeneration {
  readonly generation: number;
  /** ISO 8601, UTC. */
  readonly when: string;
  readonly packages: number;
  readonly reason: string;
  readonly visible: boolean;
}

/** Kept generations, newest first. */
export async function listGenerations(farm: Farm, which: RepositoryName): Promise<readonly KeptGeneration[]> {
  const { repo, arch, isTree } = nameOf(farm, which);
  return (isTree ? farm.trees.generations(repo) : farm.repositories.generations(repo, arch))
    .map(({ number, createdMs, packages, reason, visible }) => ({
      generation: number,
      when: new Date(createdMs).toISOString(),
      packages,
      reason,
      visible,
    }))
    .reverse();
}

/** Makes a kept generation visible again; without a number, the newest one before the visible one. */
export async function rollbackRepository(
  farm: Farm,
  which: RepositoryName & { readonly generation: number | undefined },
): Promise<{ name: string; arch: string; generation: number }> {
  const { repo, arch, isTree } = nameOf(farm, which);
  await (isTree ? farm.trees : farm.repositories).recover();
  const kept = isTree ? farm.trees.generations(repo) : farm.repositories.generations(repo, arch);
  const visible = kept.find((one) => one.visible)?.number ?? 0;
  const before = kept.filter(({ number }) => number < visible).at(-1)?.number;
  const generation = which.generation ?? before;
  if (generation === undefined) {
    throw fault('PUB004', { what: `no generation before ${visible} of '${repo}/${arch}' is kept` });
  }
  if (isTree) {
    await farm.trees.rollback(repo, generation);
    return { name: repo, arch, generation };
  }
  const report = await farm.repositories.rollback({
    repo,
    arch,
    generation,
    reason: `rollback to ${generation}`,
  });
  return { name: repo, arch, generation: report.generation };
}

/** Takes packages out; a recipe none of whose packages is left counts as never built. Throws CLI007. */
export async function removePackages(
  farm: Farm,
  which: RepositoryName & { readonly packages: readonly string[] },
): Promise<{ name: string; arch: string; generation: number; removed: readonly string[] }> {
  const { repo, arch, isTree } = nameOf(farm, which);
  if (isTree) return { name: repo, arch, ...(await removeFromTree(farm, repo, which.packages)) };
  await farm.repositories.recover();
  const before = farm.repositories.show(repo, arch);
  const present = before.filter(({ name }) => which.packages.includes(name));
  const missing = which.packages.filter((name) => !present.some((entry) => entry.name === name));
  if (missing.length > 0) {
    throw fault('CLI007', { what: `'${repo}/${arch}' has no package '${missing.join("', '")}'` });
  }
  const reason = `remove ${which.packages.join(', ')}`;
  const report = await farm.repositories.remove({ repo, arch, names: which.packages, reason });
  forgetRemoved(farm, { repo, arch, present });
  return { name: repo, arch, generation: report.generation, removed: which.packages };
}

/** Recipes none of whose packages are left count as never built. */
export function forgetRemoved(
  farm: Pick<Farm, 'database' | 'repositories'>,
  { repo, arch, present }: { repo: string; arch: string; present: readonly RepositoryEntry[] },
): void {
  const left = new Set(farm.repositories.show(repo, arch).map(({ name }) => name));
  for (const { desc, name } of present) {
    const base = parseDesc(desc).get('BASE')?.[0] ?? name;
    const id = jobId({ target: repo, arch, name: base });
    if (lastMade(farm, id).every(({ artifact }) => !left.has(artifact.name)))
      farm.database.inventory.forget(id);
  }
}
