import {
  type GeneratedEbuild,
  manifestText,
  type NamedObject,
  packageMetadataText,
  pfOf,
} from '../ebin-index/index.ts';
import { bareFlag, formatPackageId, type ManifestEntry, printManifest } from '../formats/gentoo/index.ts';
import { removeEmptyFolder } from '../host/index.ts';
import {
  allUris,
  cachePath,
  type DiskEbin,
  ebinsIn,
  ebuildValue,
  manifestOf,
  textAt,
} from './disk-package.ts';
import type { FileWriter } from './file-writer.ts';

/** What is to be in the folder of a package. */
export interface PackagePlan {
  /** `category/name`. */
  readonly directory: string;
  readonly fresh: readonly GeneratedEbuild[];
  /** Ebins on disk that go. */
  readonly gone: readonly DiskEbin[];
  /** What flags mean according to the source repository. */
  readonly meanings: ReadonlyMap<string, string>;
}

/** Files of one ebuild, below the repository. */
export function filesOf(ebuild: GeneratedEbuild): {
  ebuild: string;
  manifest: string;
  cache: string;
  xml: string;
} {
  const folder = `${ebuild.id.category}/${ebuild.id.name}`;
  return {
    ebuild: `${folder}/${pfOf(ebuild.id)}.ebuild`,
    manifest: `${folder}/Manifest`,
    cache: cachePath(formatPackageId(ebuild.id)),
    xml: `${folder}/metadata.xml`,
  };
}

const entryOf = ({ name, object }: NamedObject): ManifestEntry => ({
  type: 'DIST',
  name,
  size: object.size,
  hashes: { BLAKE2B: object.blake2b, SHA512: object.sha512 },
});

/** Descriptions of flags that are in `metadata.xml` now. */
export function describedFlags(text: string | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', meaning = ''] of (text ?? '').matchAll(
    /<flag name="([^"]+)"[^>]*>([^<]*)<\/flag>/g,
  ))
    found.set(
      name,
      meaning
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&')
        .replace(/\s+/g, ' ')
        .trim(),
    );
  return found;
}

/**
 * Brings the folder of a package in line (specification 8.10). At every moment the Manifest has what each ebuild names: first
 * it gains the new lines, then ebuilds are replaced and removed, then it loses the old ones; the cache comes last, and an old
 * entry is known by its `_md5_`. Versions that are not mentioned stay as they are. Throws SYS003, SYS004.
 */
export function publishPackage(repository: string, plan: PackagePlan, writer: FileWriter): void {
  const { directory, fresh, gone, meanings } = plan;
  const going = new Set([...gone.map(({ path }) => path), ...fresh.map((one) => filesOf(one).ebuild)]);
  const staying = ebinsIn(repository, directory).filter(({ path }) => !going.has(path));
  const wanted = new Set(staying.flatMap(({ text }) => allUris(text).map(({ name }) => name)));
  const before = manifestOf(repository, directory);
  const objects = fresh.flatMap(({ objects: own }) => own);
  const after = printManifest({
    entries: [...before.filter(({ name }) => wanted.has(name)), ...objects.map(entryOf)],
  });
  if (before.length > 0 && fresh.length > 0)
    writer.put(`${directory}/Manifest`, printManifest({ entries: [...before, ...objects.map(entryOf)] }));
  else if (fresh.length > 0) writer.put(`${directory}/Manifest`, manifestText(objects));
  for (const ebuild of fresh) writer.put(filesOf(ebuild).ebuild, ebuild.text);
  for (const { path, cpv } of gone) {
    writer.remove(path);
    writer.remove(cachePath(cpv));
  }
  if (fresh.length === 0 && staying.length === 0) {
    removeFolder(repository, directory, writer);
    return;
  }
  writer.put(`${directory}/Manifest`, after);
  putMetadata(repository, { directory, fresh, meanings, staying }, writer);
  for (const ebuild of fresh) writer.put(filesOf(ebuild).cache, ebuild.cache);
}

function putMetadata(
  repository: string,
  plan: Omit<PackagePlan, 'gone'> & { readonly staying: readonly DiskEbin[] },
  writer: FileWriter,
): void {
  const path = `${plan.directory}/metadata.xml`;
  const flags = plan.staying.length === 0 ? new Map() : describedFlags(textAt(repository, path));
  for (const { flags: own, text } of plan.fresh) {
    for (const flag of ebuildValue(text, 'IUSE').split(' ').map(bareFlag)) {
      const meaning = own.get(flag) ?? plan.meanings.get(flag);
      if (meaning !== undefined) flags.set(flag, meaning);
    }
  }
  writer.put(path, packageMetadataText(flags));
}

function removeFolder(repository: string, directory: string, writer: FileWriter): void {
  for (const name of ['Manifest', 'metadata.xml']) writer.remove(`${directory}/${name}`);
  if (removeEmptyFolder(`${repository}/${directory}`))
    removeEmptyFolder(`${repository}/${directory.slice(0, directory.indexOf('/'))}`);
}
