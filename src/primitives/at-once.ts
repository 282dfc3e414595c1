/** How much of a list is worked on at the same time. */
export interface AtOnce {
  /** A count below one is one. */
  readonly most: number;
  /** Once it aborts nothing more begins. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does a piece of work for each item, at most so many at one time, begun in the order of the items. Returns the results in
 * that order, without those that were not begun. After a failure nothing more begins; it is thrown when what was under way
 * has ended, so that nothing goes on behind the caller's back.
 */
export async function atOnce<Item, Result>(
  items: readonly Item[],
  { most, signal }: AtOnce,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  let failure: { readonly error: unknown } | undefined;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failure && !signal?.aborted) {
      const index = next;
      next += 1;
      try {
        results.set(index, await work(items[index] as Item, index));
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  const workers = Math.min(items.length, Math.max(1, Math.floor(most)));
  await Promise.all(Array.from({ length: workers }, worker));
  if (failure) throw failure.error;
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
