import type { Clock } from '../host/index.ts';
import { concealing } from '../primitives/index.ts';
import type { Deliverer, Delivery } from './deliverer.ts';
import { Exchange } from './exchange.ts';
import { withoutEndSlash } from './links.ts';
import type { GitlabStatusConfig } from './notifier-config.ts';
import type { GitlabStatusPayload } from './outbox-message.ts';

export interface ServiceOptions {
  readonly clock: Clock;
  /** How long one call may take. */
  readonly timeoutMs: number;
}

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Commit statuses of a GitLab project (specification 20.1). */
export function gitlabDeliverer(
  channel: string,
  config: GitlabStatusConfig,
  { clock, timeoutMs }: ServiceOptions,
): Deliverer {
  const conceal = concealing([config.token]);
  const perSecond = config.perSecond ?? 10;
  return {
    channel,
    pace: { perSecond, burst: Math.max(1, Math.ceil(perSecond)), parallel: 4 },
    deliver: async ([row], signal) => {
      const payload = row.payload as GitlabStatusPayload;
      // 409: another status of the same pipeline is being written at this moment.
      const exchange = new Exchange({ timeoutMs, signal, conceal, busyStatuses: [409] });
      const delivery = await exchange.judge(() => post(config, payload, exchange), clock.nowMs());
      return isRepetition(delivery, payload, exchange) ? { kind: 'sent' } : delivery;
    },
  };
}

/**
 * The library's own requester tries ten times within a second and forgets `Retry-After`; ours asks once, and the
 * outbox does the rest. Address, token and body are the library's.
 */
async function post(
  config: GitlabStatusConfig,
  payload: GitlabStatusPayload,
  exchange: Exchange,
): Promise<void> {
  const { Commits } = await import('@gitbeaker/rest');
  const refuse = (): Promise<never> => Promise.reject(new Error('only statuses are posted here'));
  const commits = new Commits({
    host: withoutEndSlash(config.baseUrl),
    token: config.token,
    queryTimeout: null,
    requesterFn: (service) => ({
      ...{ get: refuse, put: refuse, patch: refuse, delete: refuse },
      post: async (endpoint, options) => {
        const headers: Record<string, string> = { 'content-type': 'application/json' };
        for (const [name, value] of Object.entries(service.authHeaders)) headers[name] = await value();
        const fields = Object.entries(options?.body ?? {}).map(([name, value]) => [snake(name), value]);
        const body = JSON.stringify(Object.fromEntries(fields));
        const response = await exchange.fetch(`${service.url}${endpoint}`, { method: 'POST', headers, body });
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        return { body: (await response.json()) as never, headers: {}, status: response.status };
      },
    }),
  });
  const { state, name, targetUrl, description, pipelineId } = payload;
  await commits.editStatus(payload.projectId, payload.sha, state, {
    ...{ name, targetUrl, description },
    ...(pipelineId === undefined ? {} : { pipelineId }),
  });
}

/**
 * GitLab refuses a status that moves to where it already is. After a crash between sending and noting it, that is
 * what our repetition meets: the status has arrived.
 */
function isRepetition(delivery: Delivery, { state }: GitlabStatusPayload, { seen }: Exchange): boolean {
  if (delivery.kind !== 'refused' || seen.status !== 400) return false;
  return /cannot transition status via :\w+ from :(\w+)/i.exec(seen.words)?.[1] === state;
}
