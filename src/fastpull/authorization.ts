import type { Credentials } from './contract.ts';

/** Credentials by exact host name. */
export type CredentialTable = Readonly<Record<string, Credentials>>;

/** Credentials for an address; only those that are also for files when `isFile`. */
export function credentialsFor(
  table: CredentialTable | undefined,
  url: string,
  isFile: boolean,
): Credentials | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !table) return undefined;
  const name = [parsed.host, parsed.hostname].find((one) => Object.hasOwn(table, one));
  const found = name === undefined ? undefined : table[name];
  return isFile && found?.forFiles !== true ? undefined : found;
}

/** The header that shows them (RFC 7617, RFC 6750); fetchers do not pass it on to another host. */
export function authorizationHeader(credentials: Credentials | undefined): Record<string, string> {
  if (!credentials) return {};
  const { token, username = '', password = '' } = credentials;
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** By whom a page was read, for its key: pages differ with who asks. */
export function userOf(credentials: Credentials | undefined): string | undefined {
  return credentials && (credentials.username ?? 'token');
}
