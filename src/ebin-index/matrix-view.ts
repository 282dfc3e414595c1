import type { MatrixBuild, MatrixObject } from './matrix-facts.ts';
import type { MatrixPattern } from './matrix-patterns.ts';
import type { NearCombination } from './nearest.ts';

/** Flags that are decided: on, or off. Others are open. */
export interface MatrixFilter {
  readonly on: readonly string[];
  readonly off: readonly string[];
}

/** An object as one of those that a class has. */
export interface SharedObject extends MatrixObject {
  readonly part: string;
  /** Counts within its class, from 1 on: what people call it. */
  readonly number: number;
  /** Combinations that have it, whatever the filter says. */
  readonly combinations: number;
}

/** What some combinations have in common: the same objects of all classes. */
export interface MatrixContent {
  readonly objects: readonly SharedObject[];
  /** Combinations within the filter. */
  readonly combinations: number;
  /** Where it is chosen, without anything that is missing; flags that do not matter there are left out. */
  readonly patterns: readonly MatrixPattern[];
  /** Patterns that are not listed because they are too many. */
  readonly patternsLeft: number;
  /** Builds of these combinations, the first ones. */
  readonly builds: readonly (Partial<MatrixBuild> & { readonly use: readonly string[] })[];
}

/** One class of paths over all combinations. */
export interface MatrixPart {
  readonly part: string;
  /** The flag that asks for it; null when it is always there, or a package of its own. */
  readonly flag: string | null;
  readonly objects: number;
  readonly combinations: number;
  /** Flags that never change it. */
  readonly neutral: readonly string[];
  /** Bytes of its objects, each counted once. */
  readonly keptBytes: number;
  /** Bytes that sharing saves: what each combination would have of its own, less what is kept. */
  readonly savedBytes: number;
}

/** What a wish that decides every flag comes to. */
export interface MatrixChoice {
  readonly use: readonly string[];
  readonly state: 'built' | 'missing' | 'forbidden';
  /** The nearest ones that exist; empty when it is built. */
  readonly nearest: readonly NearCombination[];
}

/** The USE matrix of one ebin, within a filter. */
export interface UseMatrix {
  readonly cpv: string;
  readonly origin: string;
  readonly filter: MatrixFilter;
  readonly flags: readonly {
    readonly flag: string;
    readonly byDefault: boolean;
    /** Classes that it changes; none: the flag is neutral, it chooses nothing. */
    readonly changes: readonly string[];
  }[];
  readonly pinned: readonly { readonly flag: string; readonly isOn: boolean }[];
  readonly dropped: readonly string[];
  /**
   * Combinations within the filter. `missing`: the ebuild that was built allows them, and nobody has built them; undefined
   * where flags are too many to be counted.
   */
  readonly counts: {
    readonly built: number;
    readonly missing: number | null;
    readonly forbidden: number | null;
  };
  /** REQUIRED_USE of the ebuild that was built; null: not known, so that nothing counts as forbidden. */
  readonly demands: string | null;
  readonly parts: readonly MatrixPart[];
  readonly keptBytes: number;
  readonly savedBytes: number;
  readonly contents: readonly MatrixContent[];
  /** Contents that are not listed because they are too many. */
  readonly contentsLeft: number;
  readonly missing: readonly MatrixPattern[];
  readonly missingLeft: number;
  /** When the filter decides all flags. */
  readonly choice: MatrixChoice | null;
}

/** One line on an ebin, for lists. */
export interface MatrixSummary {
  readonly flags: number;
  readonly built: number;
  /** Allowed and not built; null where flags are too many to be counted. */
  readonly missing: number | null;
  readonly objects: number;
  readonly keptBytes: number;
  readonly savedBytes: number;
  /** Milliseconds since the epoch; null when no build is known. */
  readonly newestMs: number | null;
}
