/**
 * The mirror that builds use (specification 5.7): the first database of a distribution's repository without its last four
 * path components, and pacman's words for them. Undefined when none is of that kind; a file of this machine is no mirror
 * for others.
 */
export function mirrorUrl(databases: readonly string[]): string | undefined {
  for (const database of databases) {
    if (!/^https?:\/\/.*\/(?:core|extra|community)\/os\//.test(database)) continue;
    const base = /^(.+)\/[^/]+\/[^/]+\/[^/]+\/[^/]+$/.exec(database)?.[1];
    if (base !== undefined) return `${base}/$repo/os/$arch`;
  }
  return undefined;
}
