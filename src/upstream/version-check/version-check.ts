import type { Problem } from '../../diagnostics/index.ts';
import type { Fetcher } from '../../fetcher/index.ts';
import type { Endpoints } from '../endpoints.ts';

/** Names of version check files in a package folder, the preferred one first (specification 7.10). */
export const versionCheckFiles: readonly string[] = ['nvchecker.toml', '.nvchecker.toml'];

/** One table of an nvchecker file: where versions of a package come from. */
export interface VersionCheck {
  readonly pkgbase: string;
  /** The file, for messages. */
  readonly file: string;
  /** `github`, `regex`, ... */
  readonly source: string;
  /** Options of the table as TOML has them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface VersionCheckOptions {
  readonly fetcher: Fetcher;
  readonly endpoints?: Endpoints | undefined;
  /** Tokens by service: `github`, `gitlab_HOST`, `gitea_HOST`. */
  readonly tokens?: Readonly<Record<string, string>> | undefined;
  /** git configuration that replaces the user's own. */
  readonly gitConfig: string;
  /** Version of a package in the databases that are watched, for `alpm` and `pacman`. */
  readonly published?: ((name: string, provided?: string) => string | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What upstream has. */
export interface FoundVersion {
  readonly version: string;
  /** A commit, where the source tells one. */
  readonly revision?: string | undefined;
  /** A page for people. */
  readonly url?: string | undefined;
}

export type VersionAnswer =
  | ({ readonly kind: 'version' } & FoundVersion)
  /** There is none, and the file says that this is all right. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Reads an nvchecker file and picks the table of the package. Never throws. */
export function readVersionCheck(
  _text: string,
  _of: { readonly pkgbase: string; readonly file: string },
): { readonly check: VersionCheck | undefined; readonly problems: readonly Problem[] } {
  throw new Error('not there yet');
}

/** Asks upstream for its newest version. Never throws for one package's trouble. */
export async function checkVersion(
  _check: VersionCheck,
  _options: VersionCheckOptions,
): Promise<VersionAnswer> {
  throw new Error('not there yet');
}
