import type { Existence } from './table.ts';
import { combinationOf, flagsOf } from './table.ts';

/** A combination that exists, and what has to be flipped to have it. */
export interface NearCombination {
  readonly use: readonly string[];
  readonly turnOn: readonly string[];
  readonly turnOff: readonly string[];
}

/** What a wish for flags comes to (specification 10.3). */
export interface Nearest {
  /** Whether the wish exists as it is. */
  readonly isThere: boolean;
  /** All existing combinations with the fewest flips, several when they tie. */
  readonly nearest: readonly NearCombination[];
  /** Index flags of the build that is missing, as USE of its build would say them; empty when it is there. */
  readonly toBuild: readonly string[];
}

const bitCount = (number: number): number => {
  let count = 0;
  for (let rest = number; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/** Existing combinations by how many flags differ from a wish, then in the order of the table. */
export function nearestCombination({ flags, combinations }: Existence, wanted: Iterable<string>): Nearest {
  const wish = combinationOf(flags, wanted);
  const distances = combinations.map((one) => bitCount(one ^ wish));
  const least = Math.min(...distances);
  const nearest = combinations
    .filter((_, index) => distances[index] === least)
    .map((one) => ({
      use: flagsOf(flags, one),
      turnOn: flagsOf(flags, one & ~wish),
      turnOff: flagsOf(flags, wish & ~one),
    }));
  const isThere = least === 0;
  const on = new Set(flagsOf(flags, wish));
  return {
    isThere,
    nearest,
    toBuild: isThere ? [] : flags.map((flag) => (on.has(flag) ? flag : `-${flag}`)),
  };
}

/** Most missing combinations that are listed. */
const listed = 64;

/** Combinations that do not exist, the first ones in the order of the table (specification 10.7). */
export function missingCombinations({ flags, combinations }: Existence): string[][] {
  const exists = new Set(combinations);
  const missing: string[][] = [];
  for (let one = 0; one < 2 ** flags.length && missing.length < listed; one += 1)
    if (!exists.has(one)) missing.push(flagsOf(flags, one));
  return missing;
}
