/** Matches whole names of refs: as written, or with one `*` that stands for anything, slashes included. */
export function refMatcher(pattern: string): RegExp {
  const [before = '', after] = pattern
    .split('*', 2)
    .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(after === undefined ? `^${before}$` : `^${before}.*${after}$`);
}
