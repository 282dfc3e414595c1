import { type Clock, systemClock } from '../host/index.ts';
import type { Forge } from './forge.ts';
import { Github } from './github.ts';
import { Gitlab } from './gitlab.ts';

export interface ForgeSurroundings {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** For each try of a call, default 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The service whose CI runs us (specification 7.16): GitLab by CI_API_V4_URL, CI_PROJECT_ID and ACCESS_TOKEN;
 * GitHub by GITHUB_REPOSITORY, GITHUB_API_URL and ACCESS_TOKEN or GITHUB_TOKEN. Otherwise the name of the variable
 * that is missing. An empty variable counts as missing. Asks nobody.
 */
export function forgeFromEnvironment(
  variable: (name: string) => string | undefined,
  surroundings: ForgeSurroundings = {},
): Forge | { readonly missing: string } {
  const { timeoutMs, signal, clock = systemClock } = surroundings;
  const get = (name: string): string | undefined => variable(name)?.trim() || undefined;
  const common = { timeoutMs, signal, clock };
  const apiUrl = get('CI_API_V4_URL');
  if (apiUrl !== undefined) {
    const projectId = get('CI_PROJECT_ID');
    const token = get('ACCESS_TOKEN');
    if (projectId === undefined) return { missing: 'CI_PROJECT_ID' };
    if (token === undefined) return { missing: 'ACCESS_TOKEN' };
    return new Gitlab({ ...common, apiUrl, projectId, token });
  }
  const [owner, repo] = get('GITHUB_REPOSITORY')?.split('/') ?? [];
  if (!owner || !repo) return { missing: get('GITHUB_API_URL') ? 'GITHUB_REPOSITORY' : 'CI_API_V4_URL' };
  const token = get('ACCESS_TOKEN') ?? get('GITHUB_TOKEN');
  if (token === undefined) return { missing: 'ACCESS_TOKEN' };
  return new Github({
    ...common,
    owner,
    repo,
    token,
    apiUrl: get('GITHUB_API_URL') ?? 'https://api.github.com',
  });
}
