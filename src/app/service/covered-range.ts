import type { CommitRange } from '../../database/index.ts';

/**
 * The commit up to which a range that begins at `since` was accepted already; undefined: it goes on where the last one
 * ended, or its beginning is not known. A tag that moves only after a request was accepted stays behind when the one
 * who asked dies in between, and the next range then begins where the lost one did.
 * @param accepted newest first
 * @param despite a commit that the one who asks knows of; the range is new all the same
 */
export function coveredTo(
  accepted: readonly CommitRange[],
  since: string,
  despite: string | undefined,
): string | undefined {
  const [last] = accepted;
  if (!last || last.upTo === since || last.upTo === despite) return undefined;
  // a dead one may have been followed by another dead one: back along ranges that go on where another ended
  let end = last.upTo;
  for (const range of accepted) {
    if (range.upTo !== end) continue;
    if (range.since === since) return last.upTo;
    end = range.since;
  }
  return undefined;
}
