import type { Problem } from '../diagnostics/index.ts';
import {
  type CacheEntry,
  leaves,
  md5Of,
  parseDependencies,
  parseManifest,
  parsePackageId,
  parseSourceUri,
  printCacheEntry,
} from '../formats/gentoo/index.ts';
import type { FileTree } from '../host/index.ts';
import { cacheEntries } from './after-metadata.ts';
import { sortedJson } from './meta-repo.ts';

const dependencyKinds = ['BDEPEND', 'DEPEND', 'IDEPEND', 'PDEPEND', 'RDEPEND'] as const;

export interface KitCacheInput {
  readonly kit: string;
  readonly branch: string;
  readonly files: FileTree;
  /** What ebuilds without metadata have wrong. */
  readonly problems: readonly Problem[];
}

/** The text of `tmp/kit_cache/RELEASE/KIT-BRANCH`, version 1.0.6, which other tools read (specification 7.6). */
export function kitCacheText(input: KitCacheInput): string {
  const atoms: Record<string, unknown> = {};
  for (const [atom, entry] of cacheEntries(input.files)) atoms[atom] = atomFacts(atom, entry, input);
  const errors = input.problems.map(({ place, what }) => [place?.file ?? '', what]);
  return sortedJson({ cache_data_version: '1.0.6', atoms, metadata_errors: Object.fromEntries(errors) });
}

function atomFacts(atom: string, entry: CacheEntry, { files, kit, branch }: KitCacheInput): unknown {
  const id = parsePackageId(atom);
  const catpkg = `${id?.category ?? ''}/${id?.name ?? ''}`;
  const place = { file: atom };
  const byKind = dependencyKinds.flatMap((kind): [string, string[]][] => {
    const { expression } = parseDependencies(entry.variables[kind] ?? '', { place });
    const names = expression ? leaves(expression).map(({ category, name }) => `${category}/${name}`) : [];
    return names.length === 0 ? [] : [[kind, [...new Set(names)].sort()]];
  });
  const manifest = files.get(`${catpkg}/Manifest`)?.bytes;
  return {
    relations: [...new Set(byKind.flatMap(([, names]) => names))].sort(),
    relations_by_kind: Object.fromEntries(byKind),
    category: id?.category,
    package: id?.name,
    catpkg,
    revision: id?.version.revision ?? '0',
    eclasses: Object.entries(entry.eclasses),
    metadata: entry.variables,
    md5: entry.md5,
    manifest_md5: manifest === undefined ? null : md5Of(manifest),
    metadata_out: printCacheEntry(entry),
    files: distfilesOf(entry, manifest, atom),
    kit,
    branch,
  };
}

function distfilesOf(entry: CacheEntry, manifest: Uint8Array | undefined, atom: string): unknown[] {
  const { expression } = parseSourceUri(entry.variables['SRC_URI'] ?? '', { place: { file: atom } });
  const addresses = new Map<string, string[]>();
  for (const { uri, fileName } of expression ? leaves(expression) : [])
    addresses.set(fileName, [...(addresses.get(fileName) ?? []), uri]);
  const text = Buffer.from(manifest ?? new Uint8Array()).toString('utf8');
  const { entries } = parseManifest(text, atom).manifest;
  return [...addresses].flatMap(([name, uris]) => {
    const found = entries.find((one) => one.type === 'DIST' && one.name === name);
    if (!found) return [];
    const hashes = Object.entries(found.hashes).map(([digest, value]) => [digest.toLowerCase(), value]);
    return [{ name, src_uri: uris, size: String(found.size), hashes: Object.fromEntries(hashes) }];
  });
}
