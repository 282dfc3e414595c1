import type { Group } from '../formats/gentoo/index.ts';
import type { Item, RecombinedKey, SettledItem } from './dependency-items.ts';
import type { IndexOptions } from './input.ts';

/** What one build says of one variable. */
export interface BuildValue {
  readonly combination: number;
  /** As the build has it: evaluated. */
  readonly text: string;
  /** As its ebuild has it, with conditions; undefined when there is no environment. */
  readonly template: string | undefined;
}

/** One variable of all builds that are indexed. */
export interface Recombination {
  readonly key: RecombinedKey;
  readonly values: readonly BuildValue[];
  readonly flags: readonly string[];
  readonly eapi: string;
  /** State of flags that do not differ between the builds; undefined for one that does. */
  readonly settled: (flag: string) => boolean | undefined;
  readonly options: IndexOptions;
  readonly cpv: string;
}

/** A build's value, read. */
export interface ReadBuild {
  readonly combination: number;
  readonly flags: ReadonlySet<string>;
  readonly value: Group<Item>;
  readonly items: readonly SettledItem[];
}
