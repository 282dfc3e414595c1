import { type Problem, problem } from '../../diagnostics/index.ts';
import type { PackageDatabases, PublishedPackage } from '../../upstream/index.ts';

const soname = /^lib.+\.so=/;

/** Shared libraries of each pkgbase in the databases; what a missing database said before stays. */
export function nextLibraries(
  databases: PackageDatabases,
  before: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const isWhole = databases.databases.every(({ packages }) => packages !== undefined);
  const next = new Map(isWhole ? [] : before);
  for (const [pkgbase, names] of librariesOf(databases)) next.set(pkgbase, names);
  return next;
}

function librariesOf(databases: PackageDatabases): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { pkgbase, provides } of packagesOf(databases)) {
    const libraries = provides.filter((name) => soname.test(name));
    if (libraries.length === 0) continue;
    const all = found.get(pkgbase) ?? new Set();
    for (const name of libraries) all.add(name);
    found.set(pkgbase, all);
  }
  return new Map([...found].map(([pkgbase, names]) => [pkgbase, [...names].sort()]));
}

const packagesOf = (databases: PackageDatabases): readonly PublishedPackage[] =>
  databases.databases.flatMap(({ packages }) => packages ?? []);

/**
 * Packages that need a shared library which its package offered before and offers no longer (specification 7.8): a
 * recommendation (CIS009), nothing is done about it. Only sonames count, so that a private copy of a library does not.
 */
export function recommendations(
  databases: PackageDatabases,
  before: ReadonlyMap<string, readonly string[]>,
): readonly Problem[] {
  const offered = new Set([...librariesOf(databases).values()].flat());
  const gone = new Map<string, string>();
  for (const [pkgbase, names] of before) {
    for (const name of names) if (!offered.has(name)) gone.set(name, pkgbase);
  }
  if (gone.size === 0) return [];
  return packagesOf(databases).flatMap(({ name, depends }) =>
    depends
      .filter((need) => gone.has(need))
      .map((need) =>
        problem('CIS009', {
          what: `'${name}' needs '${need}', which '${gone.get(need)}' no longer offers`,
        }),
      ),
  );
}
