import type { Transporter } from 'nodemailer';
import { messageOf } from '../diagnostics/index.ts';
import { digestBytes } from '../host/index.ts';
import { concealing, secretsOfAddress } from '../primitives/index.ts';
import type { Batch, Deliverer, Delivery } from './deliverer.ts';
import type { ServiceOptions } from './gitlab-status.ts';
import type { MailConfig } from './notifier-config.ts';
import type { MailPayload } from './outbox-message.ts';

/** Mails before the rest is put into one, and in which time. */
const digest = { messages: 3, windowMs: 600_000 };
/** Subjects that a digest names. */
const named = 3;

/** Mails over SMTP; many in a short time become one. */
export function mailDeliverer(channel: string, config: MailConfig, { timeoutMs }: ServiceOptions): Deliverer {
  const conceal = concealing(secretsOfAddress(config.smtpUrl));
  return {
    channel,
    pace: { perSecond: 1, burst: 3, parallel: 1 },
    digest,
    deliver: async (rows, signal) => {
      let transport: Transporter | undefined;
      const stop = (): void => transport?.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        transport = await connect(config, timeoutMs);
        await transport.sendMail({ from: config.from, to: [...config.to], ...mailOf(rows, config) });
        return { kind: 'sent' };
      } catch (error) {
        return judge(error, conceal);
      } finally {
        signal.removeEventListener('abort', stop);
        transport?.close();
      }
    },
  };
}

async function connect({ smtpUrl }: MailConfig, timeoutMs: number): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url: smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
}

function mailOf(rows: Batch, { from }: MailConfig): Mail {
  const mails = rows.map(({ payload }) => payload as MailPayload);
  const names = [...new Set(mails.map(({ about }) => about))];
  const more = names.length > named ? ` and ${names.length - named} more` : '';
  const many = `${mails.length} notifications: ${names.slice(0, named).join(', ')}${more}`;
  const subject = mails.length === 1 ? (mails[0]?.subject ?? '') : many;
  // The same for a repetition, so that mail programs show it once.
  const id = digestBytes(rows.map(({ key }) => key).join('\n')).slice(0, 32);
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'packmill.invalid';
  return {
    subject: `[packmill] ${subject.replaceAll(/[\s\p{Cc}]+/gu, ' ')}`,
    text: `${mails.map(({ text }) => text).join('\n\n')}\n`,
    messageId: `<${id}@${domain}>`,
  };
}

/** Codes 500 and above are final (RFC 5321 4.2.1), all else may pass. */
function judge(error: unknown, conceal: (words: string) => string): Delivery {
  const code = (error as { responseCode?: unknown }).responseCode;
  const reason = conceal(messageOf(error));
  return typeof code === 'number' && code >= 500 ? { kind: 'refused', reason } : { kind: 'later', reason };
}
