import type { Problem } from '../../diagnostics/index.ts';
import { compareVersions, satisfies } from '../../formats/pacman/index.ts';
import {
  formatDependencyTree,
  legacyEdges,
  legacyTreeEntry,
  type PackageSettings,
  type RepositorySettings,
  readRepositorySettings,
  treeEntry,
} from '../../formats/pkgbuild-repo/index.ts';
import { machine, subfolders, textIfThere } from '../../host/index.ts';
import type { Plan } from '../../model/index.ts';
import { repositorySettingsFile } from '../../pipeline/index.ts';
import { emptyInventory, makePlan } from '../../planner/index.ts';
import { discover, loadAll } from '../../recipes/pkgbuild/index.ts';

export interface LookOptions {
  /** The top of the checkout; its files are looked at as they are, committed or not. */
  readonly repository: string;
  /** Names that official repositories are known to offer (specification 12.4); undefined: nothing is known of them. */
  readonly officialNames?: ReadonlySet<string> | undefined;
}

/** All recipes of a checkout with what they need of one another. */
export interface LookedAt {
  readonly settings: RepositorySettings;
  /** By package name. */
  readonly packageSettings: ReadonlyMap<string, PackageSettings>;
  readonly folders: readonly string[];
  readonly plan: Plan;
  /** Everything that is not in order, with places relative to the checkout. */
  readonly problems: readonly Problem[];
}

/** Reads every recipe of a checkout; runs nothing of them, and one that is broken stops nothing else. */
export async function lookAtRecipes({ repository, officialNames }: LookOptions): Promise<LookedAt> {
  const file = `${repository}/${repositorySettingsFile}`;
  const { settings, problems: own } = readRepositorySettings(textIfThere(file) ?? '', machine.variable, file);
  const found = discover([repository]);
  const loaded = await loadAll(found.folders, { arch: settings.arch });
  const recipes = loaded.flatMap(({ recipe }) => (recipe ? [recipe] : []));
  const plan = makePlan({
    recipes,
    inventory: emptyInventory,
    policy: { officialNames: officialNames ?? new Set() },
    target: settings.buildRepo,
    arch: settings.arch,
    satisfies,
    compareVersions,
    durations: new Map(),
  });
  const problems = [...own, ...found.problems, ...loaded.flatMap((one) => one.problems), ...plan.problems];
  return {
    settings,
    packageSettings: new Map(recipes.map(({ name, details }) => [name, details.settings])),
    folders: found.folders.map((folder) => folder.slice(folder.lastIndexOf('/') + 1)),
    plan,
    problems: problems.map((one) => relativeTo(repository, one)),
  };
}

function relativeTo(repository: string, found: Problem): Problem {
  const file = found.place?.file;
  if (!found.place || !file?.startsWith(`${repository}/`)) return found;
  return { ...found, place: { ...found.place, file: file.slice(repository.length + 1) } };
}

/** Who waits for whom, by one of the two rules (specification 12). */
export interface DependencyReport {
  readonly packages: number;
  /** Pairs of package and what it waits for, each once. */
  readonly edges: readonly (readonly [string, string])[];
  /** Packages that need each other. */
  readonly cycles: readonly (readonly string[])[];
  readonly problems: readonly Problem[];
}

/** Edges by the rule of specification 12.4, as the manager has them. */
export async function dependencyReport(options: LookOptions): Promise<DependencyReport> {
  const { plan, folders, problems } = await lookAtRecipes(options);
  const names = new Map(plan.jobs.map(({ id, name }) => [id, name]));
  const edges = plan.jobs.flatMap(({ name, waitsFor, cutEdges }) => {
    const real = [...waitsFor.filter(({ match }) => match !== 'cycle'), ...cutEdges];
    const on = new Set(real.map(({ job }) => names.get(job) ?? ''));
    return [...on].sort().map((other) => [name, other] as const);
  });
  return {
    packages: folders.length,
    edges,
    cycles: plan.cycles.map((members) => members.map((id) => names.get(id) ?? '')),
    // what a need is met by: the rest is said by the check
    problems: problems.filter(({ code }) => code === 'PLN015' || code === 'PLN018'),
  };
}

/** Edges by the reference's rule (12.2, 12.3), for comparisons. */
export function legacyReport(repository: string): DependencyReport {
  const entries = packageNames(repository).map((name) =>
    legacyTreeEntry(name, textIfThere(`${repository}/${name}/.SRCINFO`)),
  );
  return { packages: entries.length, edges: legacyEdges(entries), cycles: [], problems: [] };
}

/** The text form of the tree (12.1), by the new or the reference's reading. */
export function dependencyText(repository: string, legacy: boolean): string {
  const entryOf = legacy ? legacyTreeEntry : treeEntry;
  return formatDependencyTree(
    packageNames(repository).map((name) => entryOf(name, textIfThere(`${repository}/${name}/.SRCINFO`))),
  );
}

/** Folders that are packages, whatever is in them. */
export function packageNames(repository: string): readonly string[] {
  return subfolders(repository).filter((name) => !name.startsWith('.'));
}
