import { hmacSha256 } from '../host/index.ts';
import { concealing, secretsOfAddress } from '../primitives/index.ts';
import type { Deliverer } from './deliverer.ts';
import { Exchange } from './exchange.ts';
import type { ServiceOptions } from './gitlab-status.ts';
import type { WebhookConfig } from './notifier-config.ts';
import type { WebhookPayload } from './outbox-message.ts';

/**
 * Events as JSON to any address. With a secret, `X-Packmill-Signature` is `sha256=` and the HMAC-SHA256 of the
 * value of `X-Packmill-Timestamp` (seconds), a full stop and the body. `X-Packmill-Delivery` is the same for
 * each repetition of a message.
 */
export function webhookDeliverer(
  channel: string,
  { url, secret }: WebhookConfig,
  { clock, timeoutMs }: ServiceOptions,
): Deliverer {
  const conceal = concealing([secret, ...secretsOfAddress(url)]);
  return {
    channel,
    pace: { perSecond: 20, burst: 20, parallel: 4 },
    deliver: async ([row], signal) => {
      const { event } = row.payload as WebhookPayload;
      const body = JSON.stringify(event);
      const timestamp = String(Math.floor(clock.nowMs() / 1000));
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        'x-packmill-event': event.what,
        'x-packmill-delivery': encodeURIComponent(row.key),
        'x-packmill-timestamp': timestamp,
        ...(secret ? { 'x-packmill-signature': `sha256=${hmacSha256(secret, `${timestamp}.${body}`)}` } : {}),
      };
      const exchange = new Exchange({ timeoutMs, signal, conceal });
      return exchange.judge(() => exchange.fetch(url, { method: 'POST', headers, body }), clock.nowMs());
    },
  };
}
