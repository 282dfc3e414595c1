import type { Problem } from '../diagnostics/index.ts';

/** One immutable published state of a target. */
export interface Generation {
  readonly repo: string;
  readonly arch: string;
  /** Counts up by one with each state; a number is never used again. */
  readonly number: number;
  /** The state it was built on; undefined for the first. */
  readonly parent: number | undefined;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
  readonly reason: string;
  readonly packages: number;
  /** Whether readers see this one now. */
  readonly visible: boolean;
  /** Folder with the complete state. */
  readonly path: string;
}

/** What a publication did. `nothing-new`: what was asked for is visible already, and nothing was written. */
export interface PublishReport {
  readonly kind: 'published' | 'nothing-new';
  /** The generation that is visible afterwards; 0 when there is none. */
  readonly generation: number;
  /** File names that were added, by name. */
  readonly added: readonly string[];
  /** File names that were replaced or removed; they are in the archive now. */
  readonly archived: readonly string[];
  /** Warnings, such as a package that got an older version. */
  readonly problems: readonly Problem[];
}

/** How thorough a verification is: `quick` looks at names, sizes and databases, `full` reads every package. */
export type VerifyMode = 'quick' | 'full';

export interface VerifyReport {
  readonly repo: string;
  readonly arch: string;
  /** The generation that was visible when the verification began, and was looked at to the end. */
  readonly generation: number;
  readonly packages: number;
  /** Empty when the generation is whole. */
  readonly problems: readonly Problem[];
}
