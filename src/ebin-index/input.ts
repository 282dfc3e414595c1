import type { BuildFacts } from '../formats/gentoo/index.ts';

/** One binary package as far as its metadata goes (specification 2.9, 10.7). */
export interface Build extends BuildFacts {
  /** `environment.bz2`, unpacked; undefined when only the index is at hand. */
  readonly environment?: string | undefined;
  /** Names, other than root, that own something in the image. */
  readonly owners?: readonly string[] | undefined;
}

/** One compressed canonical tar (specification 5.7). Digests are hexadecimal, lower case. */
export interface IndexedObject {
  /** SHA-512 of the tar before compression. */
  readonly canonical: string;
  readonly sha512: string;
  /** BLAKE2b with 512 bits. */
  readonly blake2b: string;
  /** Bytes. */
  readonly size: number;
  /** Of the distfile, such as `demo-1.0-main-ae60f29400112233.tar.xz`; its ending says how it is compressed. */
  readonly name: string;
}

/** The class of paths that no rule takes away. */
export const mainPart = 'main';

/** One build that is indexed, and what its image was split into. */
export interface TableRow {
  /** Flags that are on, of those that its build knows. */
  readonly use: readonly string[];
  /** Path of the build. */
  readonly build: string;
  /** By class of paths, `main` among them; a class without content is absent. */
  readonly parts: Readonly<Record<string, IndexedObject>>;
}

/** How a class of paths beside `main` is offered (specification 5.3, 6.7, 9.1). */
export interface PartClass {
  readonly name: string;
  /** `auto`: a sub-package when its content differs between combinations, a flag when it does not. */
  readonly mode: 'flag' | 'subpackage' | 'auto';
  /** USE flag that asks for it. */
  readonly flag: string;
  /** Whether it is installed unless the flag is off: the flag is on by default. */
  readonly inverted?: boolean | undefined;
}

/** What the generator can be told; every field is optional, and absent ones mean what the specification calls default. */
export interface IndexOptions {
  readonly form?: 'tree' | 'naive' | undefined;
  /** Order of branching: as in IUSE, or whatever makes the text shortest (the default). */
  readonly order?: 'iuse' | 'best' | undefined;
  readonly requiredUse?: 'tree' | 'naive' | 'cover' | 'auto' | undefined;
  readonly explicitRequiredUse?: boolean | undefined;
  readonly partialExtra?: 'ignore' | 'require' | undefined;
  readonly constant?: 'keep' | 'drop' | undefined;
  readonly defaults?: 'original' | 'nearest' | undefined;
  /** Which of several builds of one combination counts, and more: see `readPick`. */
  readonly pick?: string | undefined;
  readonly mixed?: 'newest' | 'reject' | 'union' | undefined;
  readonly archDimension?: boolean | undefined;
  readonly noarch?: boolean | undefined;
  readonly allowBindist?: boolean | undefined;
  readonly allowPrefix?: boolean | undefined;
  readonly subslot?: 'conditional' | 'newest' | 'reject' | undefined;
  readonly keepBuildDeps?: boolean | undefined;
  readonly phases?: 'inline' | 'bundle' | 'reject' | 'drop' | undefined;
  readonly owners?: 'names' | 'numeric' | undefined;
  readonly uriStyle?: 'path' | 'short' | 'bare' | undefined;
  /** Digits of addresses of the style `short`: at least 20, by default 32. */
  readonly uriDigits?: number | undefined;
  readonly mirrorName?: string | undefined;
  readonly useGentooMirrors?: boolean | undefined;
  /** Most combinations that one ebin may have; by default 4096, of at most 12 flags. */
  readonly maxCombinations?: number | undefined;
  /** Most bytes of an ebuild; by default 1 MiB. */
  readonly maxEbuild?: number | undefined;
  /** Whether the main ebin has a flag for each sub-package, which pulls it in. */
  readonly subpackageFlag?: boolean | undefined;
  /** How many times the ebin was made anew with other content under one version: becomes part of the revision. */
  readonly bump?: number | undefined;
}
