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
  const shown = url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
    .replace(/[?#].*$/s, isPath ? '$&' : '');
  const folder = isPath ? url : /^file:\/\/(\/.*)$/is.exec(url)?.[1];
  if (folder !== undefined && pathKind(folder) !== 'folder') {
    throw fault('GIT003', { what: `'${shown}' is not a folder` });
  }
  return { url, shown };
}
