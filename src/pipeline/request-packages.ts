import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { type RequestedPackage, requestedPackages } from '../formats/pkgbuild-repo/index.ts';
import type { WorkingCopy } from '../git/index.ts';
import { nearestWords } from '../primitives/index.ts';
import { type RecipeRepository, readSettingsOf } from './recipe-repository.ts';

/** Packages of a request that can be scheduled, with their classes, and what is wrong with others. */
export interface PreparedPackages {
  readonly packages: readonly RequestedPackage[];
  /** Those that the AUR gets (`CI_MANAGE_AUR` of the package). */
  readonly managed: readonly string[];
  readonly problems: readonly Problem[];
}

/** How many packages are worth one listing of the whole tree instead of a question for each. */
const manyPackages = 64;

/**
 * Resolves build classes (specification 5.7: asked for, else `BUILDER_CLASS`, else `CI_DEFAULT_CLASS`, else none) and
 * leaves out folders without a PKGBUILD (CIC009). Sorted by name.
 */
export async function preparePackages(
  copy: WorkingCopy,
  repository: RecipeRepository,
  wanted: readonly RequestedPackage[],
): Promise<PreparedPackages> {
  const { commit, settings } = repository;
  const sorted = [...wanted].sort((one, two) => (one.name < two.name ? -1 : 1));
  const names = sorted.map(({ name }) => name);
  const own = await readSettingsOf(copy, commit, names);
  // not at the same time: it looks at the same folders, which are known by now
  const recipes = await foldersWithRecipe(copy, commit, names);
  const problems: Problem[] = [];
  const packages: RequestedPackage[] = [];
  for (const { name, buildClass: asked } of sorted) {
    const found = own.get(name);
    problems.push(...(found?.problems ?? []));
    if (!recipes.has(name)) {
      problems.push(problem('CIC009', { what: `'${name}' has no PKGBUILD`, place: { file: name } }));
      continue;
    }
    const buildClass = asked ?? found?.settings.buildClass ?? settings.defaultClass;
    packages.push(buildClass === undefined ? { name } : { name, buildClass });
  }
  const managed = packages.flatMap(({ name }) => (own.get(name)?.settings.managesAur ? [name] : []));
  return { packages, managed, problems };
}

async function foldersWithRecipe(
  copy: WorkingCopy,
  commit: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const paths =
    names.length > manyPackages
      ? (await copy.entries(commit, '')).keys()
      : (
          await copy.readFiles(
            commit,
            names.map((name) => `${name}/PKGBUILD`),
          )
        ).keys();
  const found = new Set<string>();
  for (const path of paths) if (path.endsWith('/PKGBUILD')) found.add(path.slice(0, -'/PKGBUILD'.length));
  return found;
}

/**
 * The packages that a text asks for, by name (specification 9.1). Throws CIC007 when one of them is not in the
 * repository or is no name at all, with the nearest names.
 */
export function packagesAskedFor(text: string, repository: RecipeRepository): readonly RequestedPackage[] {
  const { all, packages, unreadable } = requestedPackages(text);
  const there = new Set(repository.packages);
  const unknown = [...unreadable, ...packages.map(({ name }) => name).filter((name) => !there.has(name))];
  if (unknown.length > 0) {
    const near = nearestWords(unknown[0] as string, there);
    throw fault('CIC007', {
      what: `${unknown.map((name) => `'${name}'`).join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not in the repository`,
      ...(near === undefined ? {} : { next: `Did you mean ${near}?` }),
    });
  }
  if (!all) return packages;
  const classes = new Map(packages.map((wanted) => [wanted.name, wanted]));
  return repository.packages.map((name) => classes.get(name) ?? { name });
}
