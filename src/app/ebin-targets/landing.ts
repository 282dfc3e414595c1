import { basename, dirname } from 'node:path';
import type { StoredArtifact } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { indexFolder, presumedVersion, readPackageFolder } from '../../ebins/index.ts';
import { packageNameOf, parseInstanceName } from '../../formats/gentoo/index.ts';
import {
  copyHashing,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  hashFile,
  linkNew,
  namesIn,
  pathExists,
  removeEntry,
  systemRandom,
} from '../../host/index.ts';
import type { BuiltFacts } from '../../recipes/ebin/index.ts';
import type { Farm } from '../farm.ts';

/** So many builds of one version are not looked at one by one. */
const mostNames = 10_000;
/** Files on their way into a PKGDIR; Portage and readers of ebins leave hidden files alone. */
const onTheWay = '.packmill-';

/** Binary packages of a version that a PKGDIR has, as paths below it. Throws EBN001, EBN012, SYS004. */
export function existingBuilds(folder: string, cpv: string): readonly string[] {
  return readPackageFolder(folder)
    .packages.filter((found) => presumedVersion(found) === cpv && found.path.split('/').length === 3)
    .map(({ path }) => path);
}

/**
 * Puts a binary package that was built for a request into its PKGDIR: whole, under a name that no other build has, and into the
 * index where the folder has one. Safe to repeat. Returns its path. Throws STO problems, SYS003, SYS004.
 */
export async function landBuild(farm: Farm, { artifact }: StoredArtifact, folder: string): Promise<string> {
  const { path } = JSON.parse(
    Buffer.from(await farm.store.readBytes(artifact.facts)).toString('utf8'),
  ) as BuiltFacts;
  const source = await farm.store.path(artifact.object);
  // what a kill left: nobody else puts packages there
  for (const name of namesIn(folder)) if (name.startsWith(onTheWay)) removeEntry(`${folder}/${name}`);
  const temporary = `${folder}/${onTheWay}${systemRandom.hex(8)}`;
  await copyHashing(source, temporary, 0o644);
  try {
    for (const name of namesFor(path)) {
      const target = `${folder}/${name}`;
      ensureFolder(dirname(target));
      const isNew = linkNew(temporary, target);
      const isSame = entryFacts(target)?.sizeBytes === artifact.sizeBytes;
      if (!isNew && !(isSame && (await hashFile(target)).digest === artifact.object)) continue;
      fsyncDirectory(dirname(target));
      if (pathExists(`${folder}/Packages`)) await indexFolder(folder, { signatures: 'ignore' });
      return target;
    }
  } finally {
    removeEntry(temporary);
  }
  throw fault('EBN105', { what: `no name is free in '${folder}' for '${path}'` });
}

/** The name that Portage chose, then others with the next numbers: a build elsewhere counts from 1. */
function* namesFor(path: string): Generator<string> {
  yield path;
  const ending = /\.(?:gpkg\.tar|xpak|tbz2)$/.exec(path)?.[0] ?? '';
  const own = parseInstanceName(basename(path, ending));
  const first = (own?.buildId ?? 0) + 1;
  for (let next = first; own && next < first + mostNames; next += 1)
    yield `${dirname(path)}/${own.pf}-${next}${ending}`;
}

/** `category/name` of a result of a request. */
export const packageOfBuild = ({ artifact }: StoredArtifact): string | undefined =>
  packageNameOf(artifact.name);
