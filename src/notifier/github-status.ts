import { concealing } from '../primitives/index.ts';
import type { Deliverer } from './deliverer.ts';
import { Exchange } from './exchange.ts';
import type { ServiceOptions } from './gitlab-status.ts';
import { withoutEndSlash } from './links.ts';
import type { GithubStatusConfig } from './notifier-config.ts';
import type { GithubStatusPayload } from './outbox-message.ts';

/** Commit statuses of a GitHub repository (specification 20.2). */
export function githubDeliverer(
  channel: string,
  config: GithubStatusConfig,
  { clock, timeoutMs }: ServiceOptions,
): Deliverer {
  const conceal = concealing([config.token]);
  const perSecond = config.perSecond ?? 1;
  return {
    channel,
    pace: { perSecond, burst: Math.max(1, Math.ceil(perSecond)), parallel: 1 },
    deliver: async ([row], signal) => {
      const { owner, repo, sha, state, context, targetUrl, description } = row.payload as GithubStatusPayload;
      const exchange = new Exchange({ timeoutMs, signal, conceal });
      const call = async (): Promise<void> => {
        const { request } = await import('@octokit/request');
        await request('POST /repos/{owner}/{repo}/statuses/{sha}', {
          ...{ owner, repo, sha, state, context, description, target_url: targetUrl },
          baseUrl: withoutEndSlash(config.baseUrl),
          headers: { authorization: `Bearer ${config.token}`, accept: 'application/vnd.github+json' },
          request: { fetch: exchange.fetch, log: { warn: () => {} } },
        });
      };
      return exchange.judge(call, clock.nowMs());
    },
  };
}
