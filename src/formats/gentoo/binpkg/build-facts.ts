import { fault, type Problem, problem } from '../../../diagnostics/index.ts';

/** What the metadata of one binary package says (specification 2.9, 10.7). Nothing of it is ever executed. */
export interface BuildFacts {
  /** Relative to its folder of packages when it was found in one, else as it was given: unique among the builds of a package. */
  readonly path: string;
  readonly format: 'gpkg' | 'xpak';
  /** `category/name-version[-rN]`. */
  readonly cpv: string;
  /** Undefined for files of folders that keep one for each version. */
  readonly buildId: number | undefined;
  /** Seconds since the epoch. */
  readonly buildTime: number;
  readonly chost: string;
  /** `slot` or `slot/subslot`. */
  readonly slot: string;
  readonly eapi: string;
  /** As written, with `+` and `-` in front of names. */
  readonly iuse: readonly string[];
  /** As written, with implicit flags. */
  readonly use: readonly string[];
  /** ARCH of the index header, when there is one; otherwise it is read from the flags. */
  readonly arch?: string | undefined;
  /** Values by key with blanks made one, without `environment.bz2` and the ebuild. An absent key is an empty value. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Whether a build is of use for others (specification 2.9): returns a warning, EBN009, when files were withheld from it.
 * Throws EBN005 for one for a prefix that was not allowed.
 */
export function judgeBuild(
  { path, metadata }: Pick<BuildFacts, 'path' | 'metadata'>,
  { allowPrefix }: { readonly allowPrefix?: boolean | undefined },
): readonly Problem[] {
  const place = { file: path };
  const prefix = (metadata['EPREFIX'] ?? '').trim();
  if (prefix !== '' && !allowPrefix)
    throw fault('EBN005', { what: `the package is built for the prefix '${prefix}'`, place });
  const mask = (metadata['PKG_INSTALL_MASK'] ?? '').trim();
  if (mask === '') return [];
  return [problem('EBN009', { what: `files that match '${mask}' are not in the package`, place })];
}
