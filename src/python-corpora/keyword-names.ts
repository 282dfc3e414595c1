import type { ArgSpec, KeywordName, Kwargs } from '../formats/pyresources/index.ts';
import { compareText } from '../primitives/index.ts';
import type { CorpusRow } from './corpus-row.ts';
import { editDistance } from './edit-distance.ts';
import { type OldOrNew, readOldOrNew } from './symbol-places.ts';

/**
 * Names that code passes through a function's `**kwargs`: `{"Function": path or "Node": id, "Name": "kwargs", "Kwargs": {name:
 * {"Count", "Types": {path: count}}}}`. `AnyName` is another word for `Function`, the original's.
 */
export interface SeenKeywords {
  readonly of: OldOrNew;
  readonly name: string;
  readonly keywords: readonly SeenKeyword[];
}

export interface SeenKeyword {
  readonly name: string;
  readonly count: number;
  readonly types: ReadonlyMap<string, number>;
}

/** Throws MPY406. */
export function readSeenKeywords(row: CorpusRow): SeenKeywords {
  const all = row.row('Kwargs');
  return {
    of: readOldOrNew(row, ['Function', 'AnyName']),
    name: row.text('Name'),
    keywords: row.names('Kwargs').map((name) => {
      const one = all.row(name);
      return { name, count: one.count('Count'), types: one.counts('Types') };
    }),
  };
}

/** What is kept of all that was seen (specification, 7.8): a smaller share is left out, and what comes after so much in sum. */
const limits = {
  keyword: { least: 0.02, enough: 0.9 },
  type: { least: 0.1, enough: 0.9 },
  /** Names that differ in no more letters than this are taken for one. */
  distance: 3,
} as const;

/**
 * Plausible names behind `**kwargs`, the most frequent first; undefined where none are left, or where the signature has no such
 * parameter. Of names that are nearly the same the first counts, and none that is nearly a parameter's.
 */
export function plausibleKeywords(seen: SeenKeywords, argSpec: ArgSpec | undefined): Kwargs | undefined {
  if (argSpec !== undefined && argSpec.kwarg === '') return undefined;
  const taken = (argSpec?.args ?? []).map(({ name }) => name).filter((name) => name !== '');
  const kwargs: KeywordName[] = [];
  const frequent = mostFrequent(
    seen.keywords.map((one) => [one, one.count] as const),
    { ...limits.keyword, nameOf: ({ name }) => name },
  );
  for (const { name, types } of frequent) {
    if (taken.some((other) => editDistance(name, other) <= limits.distance)) continue;
    taken.push(name);
    const paths = mostFrequent(types, { ...limits.type, nameOf: (path) => path });
    kwargs.push({ name, types: paths.map((path) => path.replace(/^builtins\./u, '')) });
  }
  return kwargs.length === 0 ? undefined : { name: argSpec?.kwarg ?? seen.name, kwargs };
}

/** By count, then by name: those with a large enough share, until they are enough in sum. */
function mostFrequent<T>(
  counted: Iterable<readonly [T, number]>,
  { least, enough, nameOf }: { readonly least: number; readonly enough: number; nameOf(one: T): string },
): readonly T[] {
  const rows = [...counted].sort(([a, x], [b, y]) => y - x || compareText(nameOf(a), nameOf(b)));
  const all = rows.reduce((sum, [, count]) => sum + count, 0);
  const kept: T[] = [];
  let sum = 0;
  for (const [one, count] of rows) {
    // compared as whole numbers: shares are not exact
    if (count === 0 || count < least * all || sum > enough * all) break;
    kept.push(one);
    sum += count;
  }
  return kept;
}
