import { useEffect, useState } from 'preact/hooks';

/** Where the reader is: path and query of this document. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of [...listeners]) listener();
};

/** The terminal of logs needs styles that other pages forbid, so that those are documents of their own. */
const isLog = (path: string): boolean => /^\/logs(\/|\.|$)/.test(path);

/** Goes to another page of the dashboard. `replace`: the present place is not one to come back to. */
export function go(address: string, how: { readonly replace?: boolean } = {}): void {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin || isLog(url.pathname) !== isLog(location.pathname)) {
    location.assign(url);
    return;
  }
  if (how.replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  const isOther = url.pathname !== shown;
  shown = url.pathname;
  tell();
  if (isOther && !how.replace) scrollTo(0, 0);
}
let shown = typeof location === 'undefined' ? '' : location.pathname;

/** Changes parts of the query and stays on the page: undefined takes one out. For filters, so that they have an address. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(`${location.pathname}${text === '' ? '' : `?${text}`}`, { replace: true });
}

/** The present place; the component is drawn again when it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const listener = (): void => setPlace(here());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return place;
}

/** The page that a click on a link leads to within the dashboard; undefined: the browser does as usual. */
function innerAddress(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link?.target !== '' || link.hasAttribute('download')) return undefined;
  const url = new URL(link.href, location.href);
  if (
    url.origin !== location.origin ||
    /^\/(api|assets|metrics|readyz|healthz|trees|distfiles)\b/.test(url.pathname)
  )
    return undefined;
  if (/\.html$/.test(url.pathname)) return undefined;
  if (url.pathname === location.pathname && url.search === location.search && url.hash !== '')
    return undefined;
  return url.href;
}

/** Makes links of the dashboard change the page without loading a new document. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    const address = innerAddress(event);
    if (address === undefined) return;
    event.preventDefault();
    go(address);
  });
  addEventListener('popstate', () => {
    shown = location.pathname;
    tell();
  });
}
