/**
 * The mirror that builds use (specification 5.7): the first database of a distribution's repository without its last four
 * path components, and pacman's words for them. Undefined when none is of that kind.
 */
export function mirrorUrl(databases: readonly string[]): string | undefined {
  for (const database of databases) {
    if (!/\/(?:core|extra|community)\/os\//.test(database)) continue;
    const base = /^(.+)\/[^/]+\/[^/]+\/[^/]+\/[^/]+$/.exec(database)?.[1];
    if (base !== undefined) return `${base}/$repo/os/$arch`;
  }
  return undefined;
}
