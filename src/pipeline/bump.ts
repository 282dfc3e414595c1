import { problem } from '../diagnostics/index.ts';
import {
  formatBump,
  nextBump,
  packagesMessage,
  type VersionRows,
  writeSetting,
} from '../formats/pkgbuild-repo/index.ts';
import type { FileChange } from '../git/index.ts';
import { changeBranch, requireTip } from './change-branch.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { packageSettingsFile, readSettingsOf, utf8Text } from './recipe-repository.ts';
import { packagesAskedFor } from './request-packages.ts';

/** One package whose pkgrel is raised. */
export interface Bumped {
  readonly name: string;
  /** What `CI_PACKAGE_BUMP` is now. */
  readonly value: string;
}

export interface BumpReport {
  readonly bumped: readonly Bumped[];
  /** Undefined: nothing was pushed. */
  readonly commit: string | undefined;
}

/**
 * Raises the pkgrel of packages by hand (specification 9.2): the arithmetic of library rebuilds with the versions that are
 * published now, one commit, pushed so that on-commit builds it. A package without a published version is reported
 * (CIC019) and left alone. Throws CIC007 for names that are not there, CIC033, GIT007, GIT009.
 */
export async function bumpPackages(
  context: PipelineContext,
  names: string,
  options: { readonly published: () => Promise<VersionRows>; readonly dryRun: boolean },
): Promise<BumpReport> {
  const { copy, repository } = context;
  const wanted = packagesAskedFor(names, repository).map(({ name }) => name);
  await requireTip(context);
  const published = await options.published();
  const paths = wanted.map(packageSettingsFile);
  const [files, settings] = await Promise.all([
    copy.readFiles(repository.commit, paths),
    readSettingsOf(copy, repository.commit, wanted),
  ]);
  const bumped: Bumped[] = [];
  const changes: FileChange[] = [];
  for (const name of wanted) {
    const version = published.get(name);
    const bump = version === undefined ? undefined : nextBump(version, settings.get(name)?.settings.bump);
    if (bump === undefined) {
      context.report(problem('CIC019', { what: `'${name}' has no published version that could be raised` }));
      continue;
    }
    const path = packageSettingsFile(name);
    const value = formatBump(bump);
    const text = writeSetting(utf8Text(files.get(path)), 'CI_PACKAGE_BUMP', value);
    changes.push({ path, bytes: Buffer.from(text), mode: '100644' });
    bumped.push({ name, value });
  }
  if (bumped.length === 0 || options.dryRun) return { bumped, commit: undefined };
  const message = packagesMessage(
    'bump',
    bumped.map(({ name }) => name),
  );
  return { bumped, commit: await changeBranch(context, changes, message) };
}
