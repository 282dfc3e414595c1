import { type Problem, problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';
import { defaultEndpoints } from './endpoints.ts';
import { asObject, asText, packageTrouble, wrongShape } from './package-trouble.ts';

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

export type GitlabAnswer =
  | { readonly kind: 'tag'; readonly tag: GitlabTag }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Asks for the newest tag of project number `projectId` (specification 7.6). Never throws for one package's trouble. */
export async function newestGitlabTag(
  wanted: { readonly pkgbase: string; readonly projectId: string },
  options: GitlabOptions,
): Promise<GitlabAnswer> {
  const { pkgbase, projectId } = wanted;
  const baseUrl = (options.baseUrl ?? defaultEndpoints.gitlab).replace(/\/+$/, '');
  const project = `${baseUrl}/api/v4/projects/${encodeURIComponent(projectId)}`;
  try {
    const { value } = await options.fetcher.getJson(
      `${project}/repository/tags?order_by=version&per_page=1`,
      {
        headers: options.token === undefined ? {} : { 'private-token': options.token },
        signal: options.signal,
      },
    );
    if (!Array.isArray(value)) throw wrongShape(project, 'a list of tags');
    if (value.length === 0) {
      const what = `'${pkgbase}' cannot be checked: project '${projectId}' has no tags`;
      return { kind: 'failed', problem: problem('UPS010', { what }) };
    }
    const tag = readTag(value[0]);
    if (tag) return { kind: 'tag', tag };
    const what = `'${pkgbase}' cannot be checked: the newest tag of project '${projectId}' does not say where its commit is`;
    return { kind: 'failed', problem: problem('UPS011', { what }) };
  } catch (error) {
    return { kind: 'failed', problem: packageTrouble(pkgbase, error) };
  }
}

function readTag(value: unknown): GitlabTag | undefined {
  const entry = asObject(value);
  const name = asText(entry?.['name']);
  const address = asText(asObject(entry?.['commit'])?.['web_url']);
  // sources are written from it: nothing in it may mean something to a shell
  const parts = /^(https?:\/\/[\w.-]+(?::\d+)?)\/([\w./+-]+?)\/-\/commit\/([0-9a-f]{3,64})$/.exec(
    address ?? '',
  );
  const [, baseUrl, project, commit] = parts ?? [];
  if (name === undefined || baseUrl === undefined || project === undefined || commit === undefined) {
    return undefined;
  }
  return { name, commit, baseUrl, project };
}
