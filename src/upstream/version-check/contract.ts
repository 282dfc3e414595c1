import type { Problem } from '../../diagnostics/index.ts';
import type { Fetcher } from '../../fetcher/index.ts';
import type { Endpoints } from '../endpoints.ts';

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
  /** Addresses of services (see `readEndpoints`); for what is missing the service's own counts, where it has one. */
  readonly endpoints?: Endpoints | undefined;
  /** Tokens by service: `github`, `gitlab_HOST`, `gitea_HOST`. */
  readonly tokens?: Readonly<Record<string, string>> | undefined;
  /** Path of a git configuration that replaces the user's own. */
  readonly gitConfig: string;
  /** Version of a package in the databases that are watched, or of what it provides; for `alpm` and `pacman`. */
  readonly published?: ((name: string, provided?: string) => string | undefined) | undefined;
  /** Whether the commit of a tag is asked for where that takes a question of its own; default true. */
  readonly wantsRevision?: boolean | undefined;
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
  /** There is none, and the file says that this is all right (`missing_ok`). */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly problem: Problem };
