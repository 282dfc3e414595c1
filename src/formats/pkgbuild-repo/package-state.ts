import { createHash } from 'node:crypto';
import { type Problem, problem } from '../../diagnostics/index.ts';
import { parseSettings } from './settings-file.ts';
import { branchKey, type WatchedBranch } from './watched-branches.ts';

/**
 * What is known of one package, file `<pkgbase>` on branch `state` (specification 3.7). Commits are kept by key: see
 * `commitKey`. A file with nothing in it is not written.
 */
export interface PackageState {
  readonly commits: ReadonlyMap<string, string>;
  /** Seconds since the epoch: last change in the AUR that was compared. */
  readonly pkgbuildTimestamp: number | undefined;
  /** Commit of the recipe's own repository that was compared last, for recipes from a git URL. */
  readonly recipeCommit?: string | undefined;
  /** Accounts of the AUR that the recipe belonged to when it was compared last, the maintainer first. */
  readonly maintainers?: readonly string[] | undefined;
}

export const emptyPackageState: PackageState = { commits: new Map(), pkgbuildTimestamp: undefined };

/**
 * The key of a watched branch: `CI_GIT_COMMIT` for the first one of a package, as always; further ones (defect 7) have the
 * first eight digits of the SHA-256 of `url#ref` behind it.
 */
export function commitKey(branch: WatchedBranch, isFirst: boolean): string {
  if (isFirst) return 'CI_GIT_COMMIT';
  const digest = createHash('sha256').update(branchKey(branch)).digest('hex');
  return `CI_GIT_COMMIT_${digest.slice(0, 8)}`;
}

/** Reads a state file; what is in no known form is reported (CIC016) and left out. Never throws. */
export function readPackageState(
  text: string,
  file: string,
): { readonly state: PackageState; readonly problems: readonly Problem[] } {
  const { values, lines, strays } = parseSettings(text);
  const problems: Problem[] = [];
  const commits = new Map<string, string>();
  let pkgbuildTimestamp: number | undefined;
  let recipeCommit: string | undefined;
  let maintainers: readonly string[] | undefined;
  const doubt = (line: number, what: string): void => {
    problems.push(problem('CIC016', { what, place: { file, line } }));
  };
  for (const [key, value] of values) {
    const line = lines.get(key) ?? 1;
    if (/^CI_GIT_COMMIT(?:_[0-9a-f]{8})?$/.test(key)) {
      if (/^[0-9a-f]{40,64}$/.test(value)) commits.set(key, value);
      else doubt(line, `'${key}' is '${value.slice(0, 80)}', not a commit`);
    } else if (key === 'CI_PKGBUILD_TIMESTAMP') {
      if (/^[0-9]{1,15}$/.test(value)) pkgbuildTimestamp = Number(value);
      else doubt(line, `'${key}' is '${value.slice(0, 80)}', not a time`);
    } else if (key === 'CI_PKGBUILD_COMMIT') {
      if (/^[0-9a-f]{40,64}$/.test(value)) recipeCommit = value;
      else doubt(line, `'${key}' is '${value.slice(0, 80)}', not a commit`);
    } else if (key === 'CI_PKGBUILD_MAINTAINERS') {
      maintainers = value.split(' ').filter((name) => name !== '');
    } else doubt(line, `'${key}' is no variable of a state file`);
  }
  for (const { line, text: stray } of strays) doubt(line, `'${stray.slice(0, 60)}' is no assignment`);
  const state: PackageState = {
    commits,
    pkgbuildTimestamp,
    ...(recipeCommit === undefined ? {} : { recipeCommit }),
    ...(maintainers === undefined ? {} : { maintainers }),
  };
  return { state, problems };
}

/** The text of a state file: sorted keys, LF; undefined when there is nothing to keep (specification 3.2). */
export function writePackageState(state: PackageState): string | undefined {
  const rows = [...state.commits].map(([key, commit]) => `${key}=${commit}`);
  if (state.pkgbuildTimestamp !== undefined) rows.push(`CI_PKGBUILD_TIMESTAMP=${state.pkgbuildTimestamp}`);
  if (state.recipeCommit !== undefined) rows.push(`CI_PKGBUILD_COMMIT=${state.recipeCommit}`);
  if (state.maintainers && state.maintainers.length > 0)
    rows.push(`CI_PKGBUILD_MAINTAINERS=${state.maintainers.join(' ')}`);
  return rows.length === 0 ? undefined : `${rows.sort().join('\n')}\n`;
}
