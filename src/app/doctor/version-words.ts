/** The first dotted number in what a program says of itself: `bubblewrap 0.8.0` gives `0.8.0`; undefined without one. */
export function versionIn(words: string): string | undefined {
  return /\d+(?:\.\d+)+/.exec(words)?.[0];
}

/** Whether a dotted version is at least another one; parts are compared as numbers, missing ones count as 0. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = version.split('.').map(Number);
  const want = minimum.split('.').map(Number);
  for (let i = 0; i < Math.max(have.length, want.length); i += 1) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
