import { compareBytes } from '../primitives/index.ts';
import type { Row } from './decision-tree.ts';
import type { IndexedObject, TableRow } from './input.ts';

/** A table with its combinations as numbers: bit `flags.length - 1 - i` is flag `i` (specification 6.4). */
export interface Table {
  /** The flags on which the ebin branches, in the order of IUSE. */
  readonly flags: readonly string[];
  /** By rising combination. */
  readonly entries: readonly TableEntry[];
}

export interface TableEntry {
  readonly combination: number;
  readonly row: TableRow;
}

/** The number of a set of enabled flags; those that the table does not branch on are ignored. */
export function combinationOf(flags: readonly string[], use: Iterable<string>): number {
  const on = new Set(use);
  return flags.reduce((number, flag) => number * 2 + (on.has(flag) ? 1 : 0), 0);
}

/** The enabled flags of a number, in the order of the table. */
export function flagsOf(flags: readonly string[], combination: number): string[] {
  return flags.filter((_, index) => (combination >>> (flags.length - 1 - index)) & 1);
}

/** The table of some rows, whatever their order. */
export function tableOf(flags: readonly string[], rows: readonly TableRow[]): Table {
  const entries = rows.map((row) => ({ combination: combinationOf(flags, row.use), row }));
  return { flags, entries: entries.sort((a, b) => a.combination - b.combination) };
}

/** All classes that some combination has, sorted. */
export function partsOf({ entries }: Table): string[] {
  return [...new Set(entries.flatMap(({ row }) => Object.keys(row.parts)))].sort(compareBytes);
}

/** What each combination has of one class, as small numbers for `decisionTree`; number 0 is none. */
export interface PartValues {
  readonly rows: readonly Row[];
  readonly objects: ReadonlyMap<number, IndexedObject>;
}

/** The values of one class; equal objects have one number, in the order in which they come first. */
export function valuesOf({ entries }: Table, part: string): PartValues {
  const numbers = new Map<string, number>();
  const objects = new Map<number, IndexedObject>();
  const rows = entries.map(({ combination, row }) => {
    const object = row.parts[part];
    if (!object) return { combination, value: 0 };
    const value = numbers.get(object.sha512) ?? numbers.size + 1;
    numbers.set(object.sha512, value);
    if (!objects.has(value)) objects.set(value, object);
    return { combination, value };
  });
  return { rows, objects };
}

/** Flags that never change what a class has, between combinations that both exist (specification 6.10). */
export function neutralFlags({ flags, entries }: Table, part: string): string[] {
  const digests = new Map(
    entries.map(({ combination, row }) => [combination, row.parts[part]?.sha512 ?? '']),
  );
  return flags.filter((_, index) => {
    const bit = 2 ** (flags.length - 1 - index);
    return entries.every(({ combination }) => {
      const other = digests.get(combination ^ bit);
      return other === undefined || other === digests.get(combination);
    });
  });
}

/**
 * The fewest flags, as far as taking them away one by one from the last on finds them, that decide what a class has where a
 * combination has it (specification 9.8).
 */
export function decidingFlags({ flags, entries }: Table, part: string): string[] {
  const having = entries.filter(({ row }) => row.parts[part]);
  let kept = (1 << flags.length) - 1;
  for (let bit = 1; bit < 1 << flags.length; bit *= 2) {
    const digests = new Map<number, string>();
    const isDecided = having.every(({ combination, row }) => {
      const at = combination & kept & ~bit;
      const digest = row.parts[part]?.sha512 ?? '';
      const isSame = (digests.get(at) ?? digest) === digest;
      digests.set(at, digest);
      return isSame;
    });
    if (isDecided) kept &= ~bit;
  }
  return flagsOf(flags, kept);
}

/** The combinations that exist, of all combinations of some flags. */
export interface Existence {
  readonly flags: readonly string[];
  /** Rising. */
  readonly combinations: readonly number[];
}

/** What exists of a table; with a class, where that is there. */
export function existenceOf({ flags, entries }: Table, part?: string): Existence {
  const there = entries.filter(({ row }) => part === undefined || row.parts[part]);
  return { flags, combinations: there.map(({ combination }) => combination) };
}
