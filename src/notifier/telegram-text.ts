import type { TelegramPayload } from './outbox-message.ts';

/** The service takes 4096 characters of text; the same limit on the source of the text is on the safe side. */
const longestText = 4096;

/** Any text as MarkdownV2: the 18 reserved characters, and the backslash that escapes them. */
export const escapeText = (text: string): string => text.replaceAll(/[\\_*[\]()~`>#+\-=|{}.!]/g, '\\$&');

/** An address within the round brackets of a link. */
const escapeAddress = (address: string): string => address.replaceAll(/[\\)]/g, '\\$&');

const link = (label: string, address: string): string => `[${escapeText(label)}](${escapeAddress(address)})`;

/** The text of one message (specification 20.4) in MarkdownV2. */
export function telegramText({ headline, builder, names, logs, commit }: TelegramPayload): string {
  if (names.length === 0) return `*${escapeText(headline)}*`;
  const title = `*${escapeText(builder ? `${headline} on ${builder}:` : `${headline}:`)}*`;
  const [first = '', ...others] = names;
  const links = [...(logs ? [link('logs', logs)] : []), ...(commit ? [link('commit', commit)] : [])];
  const lines = [
    [`${escapeText(` > ${first}`)}`, ...links].join(' \\- '),
    ...others.map((name) => escapeText(` > ${name}`)),
  ];
  return fitting([title, ...lines], (left) => escapeText(` > and ${left} more`));
}

/** Many messages as one: under each headline the names, without links. */
export function telegramSummary(payloads: readonly TelegramPayload[]): string {
  const groups = new Map<string, string[]>();
  for (const { headline, names } of payloads) {
    const group = groups.get(headline) ?? [];
    groups.set(headline, group);
    // The other packages of a build say little in a crowd.
    group.push(...names.slice(0, 1));
  }
  const lines = [`*${escapeText(`${payloads.length} events in a short time`)}*`];
  const room = Math.floor((longestText - 200) / groups.size);
  for (const [headline, names] of groups) {
    const title = `*${escapeText(names.length === 0 ? headline : `${headline}:`)}*`;
    const entries = names.map((name) => escapeText(` > ${name}`));
    lines.push(fitting([title, ...entries], (left) => escapeText(` > and ${left} more`), room));
  }
  return lines.join('\n');
}

/** As many whole lines as fit, and how many are missing. */
function fitting(lines: readonly string[], rest: (left: number) => string, room = longestText): string {
  const whole = lines.join('\n');
  if (whole.length <= room) return whole;
  const kept: string[] = [];
  let size = rest(lines.length).length;
  for (const line of lines) {
    size += line.length + 1;
    if (size > room) break;
    kept.push(line);
  }
  return [...kept, rest(lines.length - kept.length)].join('\n');
}
