import { type Problem, problem } from '../diagnostics/index.ts';
import { isValidPkgname } from '../formats/pacman/index.ts';
import {
  type PackageSettings,
  type RepositorySettings,
  readPackageSettings,
  readRepositorySettings,
} from '../formats/pkgbuild-repo/index.ts';
import type { WorkingCopy } from '../git/index.ts';

/** A recipe repository at one commit. */
export interface RecipeRepository {
  readonly commit: string;
  readonly settings: RepositorySettings;
  /** Names of package folders, sorted by code point (specification 2.2). */
  readonly packages: readonly string[];
  /** Folders that would be packages if their names were valid, sorted. */
  readonly misnamed: readonly string[];
  /** Troubles of `.ci/config`. */
  readonly problems: readonly Problem[];
}

export const repositorySettingsFile = '.ci/config';

/** Path of the settings of a package. */
export function packageSettingsFile(name: string): string {
  return `${name}/.CI/config`;
}

/** Reads which packages there are, and the settings of the whole. Nothing of the checkout's files is looked at. */
export async function readRecipeRepository(
  copy: WorkingCopy,
  commit: string,
  variable: (name: string) => string | undefined,
): Promise<RecipeRepository> {
  const [entries, files] = await Promise.all([
    copy.list(commit, ''),
    copy.readFiles(commit, [repositorySettingsFile]),
  ]);
  const { settings, problems } = readRepositorySettings(
    utf8Text(files.get(repositorySettingsFile)),
    variable,
    repositorySettingsFile,
  );
  const packages: string[] = [];
  const misnamed: string[] = [];
  for (const [name, kind] of entries) {
    if (kind !== 'folder' || name.startsWith('.')) continue;
    if (isValidPkgname(name)) packages.push(name);
    else misnamed.push(name);
  }
  return { commit, settings, packages: packages.sort(), misnamed: misnamed.sort(), problems };
}

/** Settings of packages at a commit; undefined for one without `.CI/config` that says anything (it is self-managed). */
export async function readSettingsOf(
  copy: WorkingCopy,
  commit: string,
  names: readonly string[],
): Promise<
  ReadonlyMap<string, { readonly settings: PackageSettings; readonly problems: readonly Problem[] }>
> {
  const files = await copy.readFiles(commit, names.map(packageSettingsFile));
  const found = new Map<string, { settings: PackageSettings; problems: readonly Problem[] }>();
  for (const name of names) {
    const file = packageSettingsFile(name);
    const bytes = files.get(file);
    if (bytes !== undefined) found.set(name, readPackageSettings(utf8Text(bytes), file));
  }
  return found;
}

/** The text of a file; of one that is not there the empty one. */
export function utf8Text(bytes: Uint8Array | undefined): string {
  return bytes === undefined
    ? ''
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The problem of a folder whose name no package can have (CIC008). */
export function misnamedFolder(name: string): Problem {
  return problem('CIC008', { what: `'${name}' is no name of a package`, place: { file: name } });
}
