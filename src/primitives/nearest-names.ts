/** Edits (insert, remove, replace, swap two neighbours) that lead from one text to the other, or `limit + 1` when more. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] as number) + 1);
      row.push(least);
    }
    if (Math.min(...row) > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}

/**
 * Known names that somebody who wrote `name` may have meant, nearest first, at most `count` (3). A name is near when a
 * third of its letters, at least one and at most four, lead to it; capitals count as small letters.
 */
export function nearestNames(name: string, known: Iterable<string>, count = 3): readonly string[] {
  if (name === '') return [];
  const wanted = name.toLowerCase();
  const limit = Math.min(4, Math.max(1, Math.floor(wanted.length / 3)));
  const near: { readonly name: string; readonly edits: number }[] = [];
  for (const candidate of known) {
    const edits = editsBetween(wanted, candidate.toLowerCase(), limit);
    if (edits <= limit) near.push({ name: candidate, edits });
  }
  near.sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  return near.slice(0, count).map((candidate) => candidate.name);
}

/** The same as words for a message: `'foo' or 'fob'`; undefined when nothing is near. */
export function nearestWords(name: string, known: Iterable<string>): string | undefined {
  const near = nearestNames(name, known).map((candidate) => `'${candidate}'`);
  return near.length === 0 ? undefined : near.join(' or ');
}
