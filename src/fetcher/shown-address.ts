import { fault } from '../diagnostics/index.ts';

/** A URL for messages: without user name, password and query, any of which may be a secret. What is no URL stays as it is. */
export function shownAddress(url: string | URL): string {
  const parsed = URL.parse(String(url));
  if (!parsed) return String(url);
  const { protocol, host, pathname, search } = parsed;
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?...'}`;
}

/** Reads an address that may be asked. Throws FET013 for one that is none, or of another kind than http and https. */
export function readAddress(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url) throw fault('FET013', { what: `'${text.replace(/[?#].*$/s, '')}' is no address` });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw fault('FET013', { what: `'${url.protocol}' is no kind of address that is asked` });
  }
  url.hash = '';
  return url;
}

/** The URL of a proxy; without a scheme it is one for http, as curl(1) has it. Throws FET013 for other kinds. */
export function readProxy(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href;
  throw fault('FET013', {
    what: `the proxy '${text.replace(/\/\/[^/@]*@/, '//')}' cannot be used`,
    why: 'Requests go through HTTP proxies, whose addresses begin with http or https.',
    next: 'Correct the address of the proxy.',
  });
}
