import { repositoryTexts } from '../../ebin-index/index.ts';
import { readTarBytes } from '../../formats/archives/index.ts';
import { layoutOf, parseLayout } from '../../formats/gentoo/index.ts';
import { digestBytes, type TreeFile } from '../../host/index.ts';
import { compareBytes, compareText } from '../../primitives/index.ts';
import type { TreePackage } from '../../publisher/ebuild-tree/index.ts';
import { archiveName, packFiles } from '../../recipes/autogen/index.ts';
import type { Farm } from '../farm.ts';
import { readEbinFacts } from './objects.ts';
import { ebinTargetSettings } from './settings.ts';

/** The part of the tree that belongs to no package: categories, mirrors, masters. */
export const repositoryPart = 'repository';

/**
 * The files of a repository of ebins that belong to no package, as its packages will be when `add` is there and `remove` is not.
 * Masters that were named once stay. Throws CFG010, EBN070, EBN083, STO problems.
 */
export async function repositoryPackage(
  farm: Farm,
  target: string,
  change: { readonly add: readonly TreePackage[]; readonly remove: readonly string[] },
): Promise<TreePackage> {
  const settings = ebinTargetSettings(farm, target);
  const before = farm.trees.packages(target);
  const removed = new Set(change.remove);
  const names = [
    ...before.map(({ name }) => name).filter((name) => !removed.has(name)),
    ...change.add.map(({ name }) => name),
  ].filter((name) => name.includes('/'));
  const masters = new Set(settings.masters ?? (await mastersBefore(farm, before)));
  if (settings.masters === undefined)
    for (const { facts } of change.add)
      for (const master of facts === undefined ? [] : (await readEbinFacts(farm, facts)).masters)
        masters.add(master);
  const texts = repositoryTexts({
    name: settings.repoName,
    masters: [...masters].filter((one) => one !== settings.repoName).sort(compareBytes),
    categories: [...new Set(names.map((name) => name.split('/', 1).join()))],
    mirrorName: settings.mirrorName ?? 'binhost',
    mirrors: settings.mirrors,
  });
  const files = new Map<string, TreeFile>(
    [...texts]
      .sort(([a], [b]) => compareText(a, b))
      .map(([path, text]) => [path, { bytes: Buffer.from(text), mode: '100644' }]),
  );
  const bytes = packFiles(files);
  const { digest: object } = await farm.store.putBytes(bytes);
  return {
    name: repositoryPart,
    version: '0',
    fileName: archiveName(repositoryPart, digestBytes(bytes)),
    object,
  };
}

async function mastersBefore(farm: Farm, before: readonly TreePackage[]): Promise<readonly string[]> {
  const part = before.find(({ name }) => name === repositoryPart);
  if (!part) return [];
  for (const { path, body } of readTarBytes(await farm.store.readBytes(part.object), part.fileName))
    if (path === 'metadata/layout.conf')
      return layoutOf(parseLayout(Buffer.from(body).toString('utf8'), '').settings).masters ?? [];
  return [];
}
