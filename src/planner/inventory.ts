import type { JobReason } from '../model/index.ts';
import type { Digest } from '../primitives/index.ts';

/** What the last success of a recipe left behind. */
export interface LastSuccess {
  readonly inputDigest: Digest;
  /** `[epoch:]pkgver-pkgrel` as built; a dynamic version may differ from what the recipe says. */
  readonly version: string;
  /** Effective names of what was made, which interfere files may have changed. */
  readonly outputs: readonly string[];
  /** `libfoo.so.1`, over all outputs together. */
  readonly providedSonames: readonly string[];
  readonly neededSonames: readonly string[];
}

/** What is known of one recipe of the target and architecture. */
export interface RecipeRecord {
  readonly success?: LastSuccess | undefined;
  /** How the newest job ended when it did not succeed; undefined after a success, and when there was none. */
  readonly unfinished?: 'failed' | 'timed-out' | 'canceled' | 'lost' | 'blocked' | undefined;
}

/** What the farm has, for one target and architecture. */
export interface Inventory {
  /** By recipe name. */
  readonly recipes: ReadonlyMap<string, RecipeRecord>;
  /** Versions of the packages that the target publishes, by package name. */
  readonly published: ReadonlyMap<string, string>;
}

export const emptyInventory: Inventory = { recipes: new Map(), published: new Map() };

/** What the farm wants. */
export interface PlanPolicy {
  /**
   * Names that official repositories offer, packages and what they provide; a provides of a recipe does
   * not stand in for one of these.
   * May be empty: then nothing is known about them.
   */
  readonly officialNames: ReadonlySet<string>;
  /** Recipes to build though nothing changed. Default: none. */
  readonly rebuild?: 'all' | ReadonlySet<string>;
  /** Recipes that a request named, with the commit it named: they run whether something changed or not. */
  readonly scheduled?: ReadonlyMap<string, string | undefined>;
  /** The commit that was asked for, when it is gone and the newest is built in its place. */
  readonly gone?: string | undefined;
  /** Recipes whose published packages a new build of a dependency breaks, with what broke them: they run in any case. */
  readonly broken?: ReadonlyMap<string, readonly JobReason[]>;
  /** For recipes without a recorded duration: default the median of the recorded ones, or 60,000 ms. */
  readonly defaultDurationMs?: number;
}
