import { emptyPackageState, type PackageState } from '../../formats/pkgbuild-repo/index.ts';
import type { FileTree } from '../../host/index.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import type { Examination } from './examine.ts';
import { type LibraryNews, libraryBump } from './libraries.ts';

/**
 * What libraries mean for a package that is otherwise left alone after failures (specification 7.8): nobody upstream is
 * asked for that, and the next run no longer knows what changed. Undefined: nothing.
 */
export async function examineLeftAlone(
  { settings }: ScheduleContext,
  input: {
    readonly package: ScheduledPackage;
    readonly state: PackageState | undefined;
    readonly libraries: LibraryNews;
    readonly before: () => Promise<FileTree>;
  },
): Promise<Examination | undefined> {
  const { package: one, state = emptyPackageState } = input;
  const { bump } = libraryBump(one, input.libraries);
  if (!bump || settings.rebuildDryRun) return undefined;
  return {
    ...{ name: one.name, package: one, isLeftAlone: true },
    before: await input.before(),
    recipe: undefined,
    bump,
    origin: 'own',
    isHooked: false,
    isVersionCheck: false,
    stateBefore: state,
    state,
    moved: [],
    isBaseline: false,
    notes: [],
    problems: [],
  };
}
