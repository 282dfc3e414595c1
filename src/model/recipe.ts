import type { Digest } from '../primitives/index.ts';

/** The five kinds of recipe; the engine compares none of them. */
export type RecipeKindName = 'pkgbuild' | 'autogen' | 'ebin' | 'stage' | 'python';

export type VersionOperator = '<' | '<=' | '=' | '>=' | '>';

/**
 * Something a recipe's outputs make available to others.
 * `output`: the name of something it produces; `provides`: another name it claims; `soname`: a shared library.
 */
export interface Offer {
  readonly via: 'output' | 'provides' | 'soname';
  readonly name: string;
  readonly version?: string;
}

/** Something a recipe needs from elsewhere. `phase` says when: to run, to build, or for its tests. */
export interface Need {
  readonly phase: 'run' | 'build' | 'check';
  readonly name: string;
  readonly operator?: VersionOperator;
  readonly version?: string;
  /** As the recipe writes it, for messages: `libfoo>=1.2`. */
  readonly text: string;
  /** The job waits for it, and can do without it: that it failed, or was never made, keeps nobody. */
  readonly optional?: boolean;
}

/** One thing to make, as planner and dispatcher see it; what only its own kind understands is in `details`. */
export interface Recipe<Details = unknown> {
  readonly kind: RecipeKindName;
  /** pkgbase of a PKGBUILD; unique within its source. */
  readonly name: string;
  /** Absolute path of the recipe's folder. */
  readonly folder: string;
  /** Full version as known before building, bump applied (`1:2.0-3.1`); a dynamic one may change in the build. */
  readonly version: string;
  /** Whether only the build tells the version (a `pkgver()` function); `version` is then the last one written down. */
  readonly hasDynamicVersion: boolean;
  /** Architectures it can be made for; `any` stands for all. */
  readonly architectures: readonly string[];
  /** Names of what it produces (pkgnames). */
  readonly outputs: readonly string[];
  readonly offers: readonly Offer[];
  readonly needs: readonly Need[];
  /** Over everything in the folder that goes into the build (and upstream heads where known). */
  readonly inputDigest: Digest;
  /** Minimum builder class, or the name of one builder (specification 12.6). */
  readonly buildClass: number | string | undefined;
  /** Labels that a builder must carry to build it. */
  readonly labels?: readonly string[] | undefined;
  readonly details: Details;
}
