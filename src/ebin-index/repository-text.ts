import { fault } from '../diagnostics/index.ts';
import {
  isRepositoryName,
  type ManifestEntry,
  printCategories,
  printManifest,
} from '../formats/gentoo/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { IndexedObject } from './input.ts';
import { usualMirror } from './source-uri.ts';

/** A distfile with its name in the Manifest. */
export interface NamedObject {
  readonly name: string;
  readonly object: IndexedObject;
}

/**
 * The Manifest of a package's folder for all its versions (specification 8.6): one line for each name, thin. The names are known
 * to stand for one content each.
 */
export function manifestText(objects: readonly NamedObject[]): string {
  const entries = objects.map(
    ({ name, object }): ManifestEntry => ({
      type: 'DIST',
      name,
      size: object.size,
      hashes: { BLAKE2B: object.blake2b, SHA512: object.sha512 },
    }),
  );
  return printManifest({ entries });
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** `metadata.xml` with what the flags mean (specification 8.9); flags without a description are left out. */
export function packageMetadataText(flags: ReadonlyMap<string, string>): string {
  const sorted = [...flags].sort(([a], [b]) => compareBytes(a, b));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE pkgmetadata SYSTEM "https://www.gentoo.org/dtd/metadata.dtd">',
    '<pkgmetadata>',
    ...(sorted.length === 0
      ? []
      : [
          '\t<use>',
          ...sorted.map(([flag, text]) => `\t\t<flag name="${escaped(flag)}">${escaped(text)}</flag>`),
          '\t</use>',
        ]),
    '</pkgmetadata>',
    '',
  ].join('\n');
}

/** What the files of a whole repository depend on. */
export interface EbinRepository {
  /** By default `ebins`. */
  readonly name?: string | undefined;
  /** The repositories that the builds were made from. */
  readonly masters: readonly string[];
  readonly categories: readonly string[];
  readonly mirrorName?: string | undefined;
  /** Addresses of the store. */
  readonly mirrors: readonly string[];
}

/** The files of a repository that belong to no package, by path (specification 8.7). Throws EBN070 for names that are none. */
export function repositoryTexts(repository: EbinRepository): ReadonlyMap<string, string> {
  const { name = 'ebins', masters, categories, mirrorName = usualMirror, mirrors } = repository;
  for (const one of [name, ...masters])
    if (!isRepositoryName(one)) throw fault('EBN070', { what: `'${one}' is not the name of a repository` });
  return new Map([
    ['profiles/repo_name', `${name}\n`],
    ['profiles/eapi', '8\n'],
    ['profiles/categories', printCategories(categories)],
    ['profiles/thirdpartymirrors', mirrors.length === 0 ? '' : `${mirrorName}\t${mirrors.join(' ')}\n`],
    [
      'metadata/layout.conf',
      [
        `masters =${masters.map((master) => ` ${master}`).join('')}`,
        'thin-manifests = true',
        'sign-manifests = false',
        'manifest-hashes = BLAKE2B SHA512',
        'cache-formats = md5-dict',
        'profile-formats = portage-2',
        '',
      ].join('\n'),
    ],
  ]);
}
