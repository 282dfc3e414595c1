import { type Problem, problem } from '../../diagnostics/index.ts';
import { isValidPkgname } from '../../formats/pacman/index.ts';
import { systemClock } from '../../host/index.ts';
import { misnamedFolder, packageSettingsFile } from '../../pipeline/index.ts';
import { type LookedAt, lookAtRecipes, packageNames } from './look-at-recipes.ts';
import { offeredNames, watchedDatabases } from './published-rows.ts';

export interface CheckOptions {
  /** The top of the checkout. */
  readonly repository: string;
  /** Only what these packages are about; empty: everything. */
  readonly packages: readonly string[];
  /** Whether the databases of `CI_LIB_DB` are asked for what they offer, so that needs nobody meets are found. */
  readonly withDatabases: boolean;
  readonly tell: (line: string) => void;
}

export interface CheckReport {
  /** How many package folders there are. */
  readonly packages: number;
  readonly problems: readonly Problem[];
}

/** Whether all packages of a checkout are in order: folders, settings, `.SRCINFO`, and what they need of one another. */
export async function checkRecipes(options: CheckOptions): Promise<CheckReport> {
  const { repository, packages } = options;
  const troubles: Problem[] = [];
  let looked = await lookAtRecipes({ repository });
  if (options.withDatabases && looked.settings.libraryDatabases.length > 0) {
    const databases = await watchedDatabases({
      settings: looked.settings,
      clock: systemClock,
      tell: options.tell,
      onProblem: (found) => troubles.push(found),
    });
    looked = await lookAtRecipes({ repository, officialNames: offeredNames(databases) });
  }
  // in a repository of recipes every folder is a package, whatever is in it
  const ofRecipes = looked.problems.filter(({ code }) => code !== 'PLN002');
  const all = [...ofRecipes, ...bareFolders(looked, repository), ...deadTriggers(looked), ...troubles];
  const wanted = new Set(packages);
  const isAbout = ({ place }: Problem): boolean =>
    wanted.size === 0 || wanted.has((place?.file ?? '').split('/')[0] as string);
  return { packages: looked.folders.length, problems: all.filter(isAbout) };
}

/** Folders without a PKGBUILD, which pushes and timers leave out (CIC009, CIC008). */
function bareFolders({ folders }: LookedAt, repository: string): readonly Problem[] {
  const recipes = new Set(folders);
  return packageNames(repository)
    .filter((name) => !recipes.has(name))
    .map((name) => {
      if (!isValidPkgname(name)) return misnamedFolder(name);
      return problem('CIC009', { what: `'${name}' has no PKGBUILD`, place: { file: name } });
    });
}

/** Rebuild triggers that can never fire. */
function deadTriggers({ packageSettings, settings }: LookedAt): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, { rebuildTriggers }] of packageSettings) {
    for (const trigger of rebuildTriggers) {
      const why = settings.rebuildBlacklist.has(trigger)
        ? 'is on CI_REBUILD_BLACKLIST'
        : 'is the package itself';
      if (trigger !== name && !settings.rebuildBlacklist.has(trigger)) continue;
      problems.push(
        problem('CIC029', {
          what: `rebuild trigger '${trigger}' of '${name}' ${why}`,
          place: { file: packageSettingsFile(name) },
        }),
      );
    }
  }
  return problems;
}
