import type { Problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';

/** The newest tag of a GitLab project. */
export interface GitlabTag {
  /** As the project has it, with its prefix. */
  readonly name: string;
  readonly commit: string;
  /** Where the project's host is: `https://gitlab.com`. */
  readonly baseUrl: string;
  /** `group/project`. */
  readonly project: string;
}

export interface GitlabOptions {
  readonly fetcher: Fetcher;
  /** Default `https://gitlab.com`. */
  readonly baseUrl?: string | undefined;
  /** Sent as `PRIVATE-TOKEN`. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Asks for the newest tag of project number `projectId` (specification 7.6). Never throws for one package's trouble. */
export async function newestGitlabTag(
  _wanted: { readonly pkgbase: string; readonly projectId: string },
  _options: GitlabOptions,
): Promise<
  { readonly kind: 'tag'; readonly tag: GitlabTag } | { readonly kind: 'failed'; readonly problem: Problem }
> {
  throw new Error('not there yet');
}
