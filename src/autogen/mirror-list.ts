import { join } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import { textIfThere } from '../host/index.ts';

/** Servers by the names that `mirror://` addresses use, from `profiles/thirdpartymirrors` of overlays. */
export class MirrorList {
  readonly #folders: readonly string[];
  #servers: ReadonlyMap<string, readonly string[]> | undefined;

  /** Of two lists that know a name the one of the earlier folder counts. */
  constructor(overlayRoots: readonly string[]) {
    this.#folders = overlayRoots;
  }

  /** The addresses that a `mirror://NAME/PATH` stands for; any other address stands for itself. Throws AGN016. */
  expand(url: string): readonly string[] {
    const found = /^mirror:\/\/([^/]+)\/(.+)$/.exec(url);
    if (!found) return [url];
    const [, name = '', path = ''] = found;
    this.#servers ??= readServers(this.#folders);
    const servers = this.#servers.get(name);
    if (!servers)
      throw fault('AGN016', { what: `no profiles/thirdpartymirrors names '${name}' of '${url}'` });
    return servers.map((server) => `${server.replace(/\/+$/, '')}/${path}`);
  }
}

function readServers(folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const servers = new Map<string, readonly string[]>();
  for (const folder of folders) {
    for (const line of (textIfThere(join(folder, 'profiles/thirdpartymirrors')) ?? '').split('\n')) {
      const [name, ...addresses] = line.replace(/#.*$/, '').trim().split(/\s+/);
      if (name !== undefined && name !== '' && !servers.has(name)) servers.set(name, addresses);
    }
  }
  return servers;
}
