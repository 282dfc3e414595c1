import { basename, dirname, join } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import { layoutOf, parseLayout, parseMirrors, parseReleaseDefinition } from '../formats/gentoo/index.ts';
import { pathKind, subfolders, textIfThere } from '../host/index.ts';

const listFile = 'profiles/thirdpartymirrors';

/** Servers by the names that `mirror://` addresses use, from `profiles/thirdpartymirrors` of overlays (PMS 4.4.5). */
export class MirrorList {
  readonly #places: MirrorPlaces;
  #servers: ReadonlyMap<string, readonly string[]> | undefined;

  /** Of two lists that know a name the servers of the overlay itself are asked first, then those of its masters. */
  constructor(places: MirrorPlaces) {
    this.#places = places;
  }

  /**
   * The addresses that a `mirror://NAME/PATH` stands for, over http and https; any other address stands for itself. Throws
   * AGN038 for a name that no list has, or only with servers of another kind.
   */
  expand(url: string): readonly string[] {
    const found = /^mirror:\/\/([^/]+)\/(.+)$/.exec(url);
    if (!found) {
      if (!url.startsWith('mirror://')) return [url];
      throw fault('AGN038', { what: `'${url}' names no mirror and no path` });
    }
    const [, name = '', path = ''] = found;
    this.#servers ??= readServers(mirrorFolders(this.#places));
    const servers = this.#servers.get(name);
    if (!servers) throw this.#unknown(name, url);
    const usable = servers.filter((server) => /^https?:\/\//.test(server));
    if (usable.length > 0) return usable.map((server) => `${server.replace(/\/+$/, '')}/${path}`);
    throw fault('AGN038', {
      what: `mirror '${name}' of '${url}' has no server over http or https`,
      why: `Its servers are ${servers.join(', ')}.`,
    });
  }

  #unknown(name: string, url: string): Error {
    const folders = mirrorFolders(this.#places).map((folder) => `'${folder}'`);
    return fault('AGN038', {
      what: `no ${listFile} names '${name}' of '${url}'`,
      why: folders.length === 0 ? 'There is no list.' : `The lists of ${folders.join(', ')} were read.`,
    });
  }
}

/** Where overlays of a run lie. */
export interface MirrorPlaces {
  /** Root of the overlay. */
  readonly root: string;
  /** Root of kit-fixups where there is one. */
  readonly fixups?: string | undefined;
  /** The release whose definition says what masters kits have. */
  readonly release?: string | undefined;
  /** A folder with repositories by their names, as Portage has it. */
  readonly repositories?: string | undefined;
}

/**
 * Overlays with lists that count for one: itself, the other layers of its kit, then its masters in `metadata/layout.conf`
 * and in the release, theirs, and kit-fixups. A master is looked for beside the overlay, among the kits of kit-fixups, and
 * among the repositories of the machine.
 */
function mirrorFolders(places: MirrorPlaces): readonly string[] {
  const { root, fixups, repositories } = places;
  // nearer ones first, whatever leads to them
  const folders = new Set([root]);
  for (const folder of folders) {
    const kit = dirname(folder);
    const isLayer = fixups !== undefined && dirname(kit) === fixups;
    if (isLayer) for (const layer of layersOf(fixups, basename(kit))) folders.add(layer);
    const masters = isLayer ? releaseMasters(places, basename(kit)) : [];
    for (const master of [...mastersOf(folder), ...masters]) {
      folders.add(join(kit, master));
      if (fixups !== undefined) for (const layer of layersOf(fixups, master)) folders.add(layer);
      if (repositories !== undefined) folders.add(join(repositories, master));
    }
  }
  if (fixups !== undefined) folders.add(fixups);
  return [...folders].filter((folder) => pathKind(join(folder, listFile)) === 'file');
}

function releaseMasters({ fixups = '', release = '' }: MirrorPlaces, kit: string): readonly string[] {
  const file = join(fixups, 'releases', release, 'repositories.yaml');
  const { release: definition } = parseReleaseDefinition(textIfThere(file) ?? '', file);
  return (definition?.kits ?? []).flatMap(({ name, masters }) => (name === kit ? masters : []));
}

/** Overlays that a kit in kit-fixups is made of (specification 1.3). */
function layersOf(fixups: string, kit: string): readonly string[] {
  const folder = join(fixups, kit);
  if (pathKind(folder) !== 'folder') return [];
  return subfolders(folder).map((layer) => join(folder, layer));
}

function mastersOf(folder: string): readonly string[] {
  const file = join(folder, 'metadata/layout.conf');
  return layoutOf(parseLayout(textIfThere(file) ?? '', file).settings).masters ?? [];
}

function readServers(folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const servers = new Map<string, readonly string[]>();
  for (const folder of folders) {
    for (const [name, found] of parseMirrors(textIfThere(join(folder, listFile)) ?? ''))
      servers.set(name, [...new Set([...(servers.get(name) ?? []), ...found])]);
  }
  return servers;
}
