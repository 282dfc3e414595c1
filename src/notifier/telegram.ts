import { concealing } from '../primitives/index.ts';
import type { Deliverer } from './deliverer.ts';
import { Exchange } from './exchange.ts';
import type { ServiceOptions } from './gitlab-status.ts';
import { withoutEndSlash } from './links.ts';
import type { TelegramConfig } from './notifier-config.ts';
import type { TelegramPayload } from './outbox-message.ts';
import { telegramSummary, telegramText } from './telegram-text.ts';

/** Messages to one chat (specification 20.4). Sends only: it never asks for updates. */
export function telegramDeliverer(
  channel: string,
  config: TelegramConfig,
  { clock, timeoutMs }: ServiceOptions,
): Deliverer {
  const conceal = concealing([config.token]);
  return {
    channel,
    pace: { perSecond: 1, burst: 3, parallel: 1 },
    digest: { messages: config.messagesPerMinute ?? 20, windowMs: 60_000 },
    deliver: async (rows, signal) => {
      const payloads = rows.map(({ payload }) => payload as TelegramPayload);
      const [first] = payloads;
      const text = first && payloads.length === 1 ? telegramText(first) : telegramSummary(payloads);
      const exchange = new Exchange({ timeoutMs, signal, conceal });
      const call = async (): Promise<void> => {
        const { Api } = await import('grammy');
        const api = new Api(config.token, {
          ...(config.apiRoot ? { apiRoot: withoutEndSlash(config.apiRoot) } : {}),
          // Typed for an older `fetch` of the same meaning.
          fetch: exchange.fetch as never,
        });
        await api.sendMessage(config.chatId, text, {
          parse_mode: 'MarkdownV2',
          link_preview_options: { is_disabled: true },
        });
      };
      return exchange.judge(call, clock.nowMs());
    },
  };
}
