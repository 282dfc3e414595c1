import type { PythonDistribution } from '../../formats/python-graph/index.ts';
import type { ToldTrouble } from '../../recipes/python/index.ts';
import type { Farm } from '../farm.ts';
import type { PythonPlanning } from './planning.ts';

/** What a source named when it was looked at last. */
export interface NotedSelection {
  readonly items: readonly { readonly stem: string; readonly distribution: PythonDistribution }[];
  readonly problems: readonly ToldTrouble[];
}

const wordOf = (source: string): string => `distributions of ${source}`;

/** Writes down what a source names, for those who look at the farm. */
export function noteSelection(
  { database }: Pick<Farm, 'database'>,
  source: string,
  { items, problems }: Pick<PythonPlanning, 'items' | 'problems'>,
): void {
  const noted: NotedSelection = {
    items: items.map(({ stem, distribution }) => ({ stem, distribution })),
    problems: problems.map(({ code, what }) => ({ code, what })),
  };
  const text = JSON.stringify(noted);
  if (database.words.get(wordOf(source)) !== text) database.words.set(wordOf(source), text);
}

/** What was written down; nothing for a source that was never looked at. */
export function notedSelection({ database }: Pick<Farm, 'database'>, source: string): NotedSelection {
  const text = database.words.get(wordOf(source));
  return text === undefined ? { items: [], problems: [] } : (JSON.parse(text) as NotedSelection);
}
