import { fault } from '../diagnostics/index.ts';
import { readAddress, shownAddress } from './shown-address.ts';

type Headers = Readonly<Record<string, string>>;

/** Headers that only say what a request is. */
const harmless: ReadonlySet<string> = new Set(['content-type', 'git-protocol']);

const withoutSecrets = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.has(name.toLowerCase())));

const mostRedirects = 5;

/**
 * Asks an address, and those that it leads to, until `ask` gives something else than where a redirect leads. Throws FET012,
 * FET013, and what `ask` throws.
 */
export async function followHops<Result extends object>(
  first: URL,
  headers: Headers,
  ask: (url: URL, headers: Headers) => Promise<Result | string>,
): Promise<Result> {
  let hop = { url: first, headers };
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const got = await ask(hop.url, hop.headers);
    if (typeof got !== 'string') return got;
    hop = nextHop(hop.url, got, hop.headers);
  }
  throw fault('FET012', { what: `'${shownAddress(first)}' leads from one address to the next` });
}

/** Where a redirect leads, and which of our headers go there: tokens are for the one they were meant for. Throws FET012, FET013. */
function nextHop(url: URL, location: string, headers: Headers): { url: URL; headers: Headers } {
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
