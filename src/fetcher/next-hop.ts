import { fault } from '../diagnostics/index.ts';
import { readAddress, shownAddress } from './shown-address.ts';

type Headers = Readonly<Record<string, string>>;

/** Headers that only say what a request is. */
const harmless: ReadonlySet<string> = new Set(['content-type', 'git-protocol']);

const withoutSecrets = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.has(name.toLowerCase())));

/** Where a redirect leads, and which of our headers go there: tokens are for the one they were meant for. Throws FET012, FET013. */
export function nextHop(url: URL, location: string, headers: Headers): { url: URL; headers: Headers } {
  const next = readAddress(location, url);
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    const what = `'${shownAddress(url)}' leads to '${shownAddress(next)}', which is not secure`;
    throw fault('FET012', { what });
  }
  return { url: next, headers: next.origin === url.origin ? headers : withoutSecrets(headers) };
}

export function lowerNames(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
