import type { UserSettings } from '../../config/credentials/index.ts';

/** What shows who an autogen is, by host. */
export type CredentialTable = UserSettings['credentials'];

/** The file `.autogen` of a job: addresses, and who it is to servers. */
export function settingsFile(
  upstreams: Readonly<Record<string, string>>,
  credentials: CredentialTable,
): string {
  const authentication = Object.fromEntries(
    Object.entries(credentials).map(([host, { username, password, token, forFiles }]) => [
      host,
      { username, password, token, ...(forFiles === true ? { files: true } : {}) },
    ]),
  );
  return `${JSON.stringify({ upstreams, authentication })}\n`;
}

/** Shorter ones would be found everywhere. */
const shortest = 4;

/** Texts that may be seen by nobody, in every shape in which they travel. */
export function secretsOf(credentials: CredentialTable): readonly string[] {
  const texts = Object.values(credentials).flatMap(({ username, password, token }) => [
    ...(password === undefined ? [] : [password, encoded(`${username ?? ''}:${password}`)]),
    ...(token === undefined ? [] : [token]),
  ]);
  const all = texts.flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]);
  return [...new Set(all)].filter((text) => text.length >= shortest);
}

const encoded = (text: string): string => Buffer.from(text).toString('base64');

/** A text without what may be seen by nobody. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
}
