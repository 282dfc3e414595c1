import type { Digest } from '../primitives/index.ts';

/** One finished file of a build: bytes in the store and what planner and publisher must know of them. */
export interface Artifact {
  /** pkgname. */
  readonly name: string;
  /** `[epoch:]pkgver-pkgrel` as built. */
  readonly version: string;
  /** Architecture of the file itself: `x86_64` or `any`. */
  readonly arch: string;
  readonly fileName: string;
  readonly object: Digest;
  readonly sizeBytes: number;
  /** Run-time dependencies and provided names as the file itself declares them (`libfoo>=1`, `libfoo.so=1-64`). */
  readonly depends: readonly string[];
  readonly provides: readonly string[];
  /** Sonames its files provide / need, as `libfoo.so.1`; found by reading the files, not the recipe. */
  readonly providedSonames: readonly string[];
  readonly neededSonames: readonly string[];
  /** Object with everything else a publisher of this kind needs (JSON; its shape is the recipe kind's). */
  readonly facts: Digest;
  /** Object with the `BuildRecord` of the attempt that made it; undefined for what was made before there were any. */
  readonly record?: Digest | undefined;
}
