import { fault } from '../diagnostics/index.ts';
import { absolutePath, pathKind } from '../host/index.ts';

/** Where a repository is. */
export interface RemoteAddress {
  /** As git wants it; a local path is absolute. */
  readonly url: string;
  /** For messages: without user name, password and query. */
  readonly shown: string;
}

const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Takes a URL, `host:path` (as scp(1) has it) or the path of a local folder, which may be relative.
 * Throws GIT003 when a local folder is not there.
 */
export function remoteAddress(text: string): RemoteAddress {
  const isPath = !scheme.test(text) && !/^[^/]*:/.test(text);
  const url = isPath ? absolutePath(text) : text;
  const shown = isPath ? url : shownAddress(url);
  const folder = isPath ? url : /^file:\/\/(\/.*)$/is.exec(url)?.[1];
  if (folder !== undefined && pathKind(folder) !== 'folder') {
    throw fault('GIT003', { what: `'${shown}' is not a folder` });
  }
  return { url, shown };
}

/** A URL for messages: without user name, password, query and fragment, which may hold secrets. */
export function shownAddress(url: string): string {
  return withoutUser(url).replace(/[?#].*$/s, '');
}

/** A URL without user name and password; what only looks like one, in a query or fragment, stays. */
export function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');
}

/** The host of a URL, with its port, for budgets and patience; every local repository is one of its own. */
export function serverOf(url: string): string {
  return URL.parse(url)?.host || url;
}
