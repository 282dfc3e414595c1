import type { Problem } from '../diagnostics/index.ts';
import type { PackageId } from '../formats/gentoo/index.ts';
import type { IndexedObject } from './input.ts';
import type { IndexReport } from './report.ts';
import type { NamedObject } from './repository-text.ts';

/** One ebuild with everything that belongs to it. */
export interface GeneratedEbuild {
  readonly id: PackageId;
  readonly text: string;
  readonly cache: string;
  readonly objects: readonly NamedObject[];
  /** What flags of parts mean, for `metadata.xml`. */
  readonly flags: ReadonlyMap<string, string>;
}

/** An object that the generator itself made: shell text for phases. */
export interface MadeObject {
  readonly object: IndexedObject;
  readonly text: string;
}

export interface GeneratedIndex {
  /** The ebin, then its sub-packages. */
  readonly ebuilds: readonly GeneratedEbuild[];
  readonly made: readonly MadeObject[];
  readonly report: IndexReport;
  /** Warnings only: errors are thrown, or stand in `refused`. */
  readonly problems: readonly Problem[];
  /** How many combinations the proof looked at, and whether these were all. */
  readonly proof: { readonly combinations: number; readonly isExhaustive: boolean };
}
