import { parseDependency } from '../pacman/index.ts';

/** One package of the dependency tree: what it can be needed as, and what it needs (specification 12). */
export interface TreeEntry {
  readonly pkgbase: string;
  /** pkgnames and provides, without versions. */
  readonly names: readonly string[];
  readonly needs: readonly string[];
}

/** The text form (12.1): `pkgbase:names:needs`, entries joined by `;`. */
export function formatDependencyTree(entries: readonly TreeEntry[]): string {
  return entries
    .map(({ pkgbase, names, needs }) => `${pkgbase}:${names.join(',')}:${needs.join(',')}`)
    .join(';');
}

const needKeys = /^(?:depends|makedepends|checkdepends)(?:_[a-z0-9_]+)?$/;
const provideKeys = /^provides(?:_[a-z0-9_]+)?$/;

/**
 * The entry of a package by its `.SRCINFO` (undefined: it has none, and neither names nor needs). All sections, all
 * architectures and all legal names count; read leniently, for what is wrong with the file is said elsewhere.
 */
export function treeEntry(pkgbase: string, srcinfo: string | undefined): TreeEntry {
  const names = new Set<string>();
  const provides = new Set<string>();
  const needs = new Set<string>();
  for (const { key, value } of assignments(srcinfo ?? '')) {
    if (key === 'pkgname') names.add(value);
    else if (provideKeys.test(key)) provides.add(parseDependency(value).name);
    else if (needKeys.test(key)) needs.add(parseDependency(value).name);
  }
  for (const own of [...names, ...provides]) needs.delete(own);
  return { pkgbase, names: [...new Set([...names, ...provides])], needs: [...needs] };
}

/**
 * The entry by the reference's rule (12.2), for comparisons: names of letters, digits, `_` and `-` only, needs of the
 * global section without checkdepends and architectures. When there are needs but no names, the columns shift.
 */
export function legacyTreeEntry(pkgbase: string, srcinfo: string | undefined): TreeEntry {
  const plain = (value: string): string | undefined => /^([A-Za-z0-9_-]+)(?:[<>=].*)?$/.exec(value)?.[1];
  const own = new Set<string>();
  const provides = new Set<string>();
  const needs = new Set<string>();
  let isGlobal = true;
  for (const { key, value } of assignments(srcinfo ?? '')) {
    if (key === 'pkgname') isGlobal = false;
    const name = plain(value);
    if (name === undefined) continue;
    if (key === 'pkgname') own.add(name);
    else if (key === 'provides') provides.add(name);
    else if (isGlobal && (key === 'depends' || key === 'makedepends')) needs.add(name);
  }
  const names = new Set([...own, ...provides]);
  const shifted = names.size === 0 && needs.size > 0;
  return shifted
    ? { pkgbase, names: [...needs], needs: [] }
    : { pkgbase, names: [...names], needs: [...needs] };
}

/** An edge: the first waits for the second. */
export type TreeEdge = readonly [string, string];

/** Edges by the reference's rule (12.3): of several packages with a name the last one has it. Without the edges that empty names make. */
export function legacyEdges(entries: readonly TreeEntry[]): readonly TreeEdge[] {
  const byName = new Map<string, string>();
  for (const { pkgbase, names } of entries) for (const name of names) byName.set(name, pkgbase);
  const edges: TreeEdge[] = [];
  for (const { pkgbase, needs } of entries) {
    const on = new Set<string>();
    for (const need of needs) {
      const provider = byName.get(need);
      if (provider !== undefined && provider !== pkgbase) on.add(provider);
    }
    for (const provider of on) edges.push([pkgbase, provider]);
  }
  return edges;
}

function* assignments(srcinfo: string): Generator<{ readonly key: string; readonly value: string }> {
  for (const line of srcinfo.split('\n')) {
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const key = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    if (value !== '' && !key.startsWith('#')) yield { key, value };
  }
}
