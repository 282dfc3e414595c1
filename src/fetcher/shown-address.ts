import { fault } from '../diagnostics/index.ts';

/** A URL for messages: without user name, password and query, any of which may be a secret. */
export function shownAddress(url: string | URL): string {
  const { protocol, host, pathname, search } = new URL(url);
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
