import type { TableRow } from './input.ts';

/** An object as far as a matrix shows it. */
export interface MatrixObject {
  readonly sha512: string;
  /** Bytes. */
  readonly size: number;
  /** Of the distfile. */
  readonly name: string;
}

/** The build of a combination, where it is known. */
export interface MatrixBuild {
  readonly path: string;
  readonly buildId?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly builtMs: number;
}

/** One combination that exists. */
export interface MatrixRow extends Pick<TableRow, 'use'> {
  /** By class of paths. */
  readonly parts: Readonly<Record<string, MatrixObject>>;
  readonly build?: MatrixBuild | undefined;
}

/** What is known of one ebin before anybody asks for something particular. */
export interface MatrixFacts {
  /** `category/name-version` of the ebuild. */
  readonly cpv: string;
  /** The version that was built; another one when the ebin has a revision of its own. */
  readonly origin: string;
  /** Flags that choose, in the order of IUSE. */
  readonly flags: readonly string[];
  /** Flags, of those that choose, that are on by default. */
  readonly defaults: readonly string[];
  /** Flags that every build has the same way. */
  readonly pinned: ReadonlyMap<string, boolean>;
  /** Flags of the builds that the ebin leaves out. */
  readonly dropped: readonly string[];
  /** Flags that ask for a class of paths; a class without one is always there, or a package of its own. */
  readonly partFlags: Readonly<Record<string, string>>;
  readonly rows: readonly MatrixRow[];
  /** REQUIRED_USE of the ebuild that was built; undefined when it is not known. */
  readonly demands: string | undefined;
}
