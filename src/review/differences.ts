/** Above this many comparisons the middle part counts as different as a whole. */
const mostComparisons = 1_000_000;

/**
 * Which items of two lists are not in their longest common row: indexes into `old` and `now`. Equal beginnings and
 * ends are left out first; what remains and is very long counts as different as a whole.
 */
export function differences(
  old: readonly string[],
  now: readonly string[],
): { readonly removed: readonly number[]; readonly added: readonly number[] } {
  let first = 0;
  while (first < old.length && first < now.length && old[first] === now[first]) first += 1;
  let [oldEnd, nowEnd] = [old.length, now.length];
  while (oldEnd > first && nowEnd > first && old[oldEnd - 1] === now[nowEnd - 1]) {
    oldEnd -= 1;
    nowEnd -= 1;
  }
  const rows = oldEnd - first;
  const columns = nowEnd - first;
  const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => first + index);
  if (rows * columns > mostComparisons) return { removed: indexes(rows), added: indexes(columns) };
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      lengths[at] =
        old[first + row] === now[first + column]
          ? (lengths[at + width + 1] as number) + 1
          : Math.max(lengths[at + width] as number, lengths[at + 1] as number);
    }
  }
  const removed: number[] = [];
  const added: number[] = [];
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const at = row * width + column;
    if (row < rows && column < columns && old[first + row] === now[first + column]) {
      row += 1;
      column += 1;
    } else if (
      column >= columns ||
      (row < rows && (lengths[at + width] as number) >= (lengths[at + 1] as number))
    ) {
      removed.push(first + row);
      row += 1;
    } else {
      added.push(first + column);
      column += 1;
    }
  }
  return { removed, added };
}
