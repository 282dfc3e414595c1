import { machine, sha512Text } from '../../host/index.ts';

/** What happened with a binhost, for whoever watches. */
export interface BinhostFetched {
  /** Without user name and password. */
  readonly address: string;
  readonly fetched: number;
  readonly fetchedBytes: number;
  readonly kept: number;
  readonly removed: number;
}

/** How binhosts are read. */
export interface BinhostOptions {
  /** Folder in which packages of binhosts are kept from run to run; needed for generating. */
  readonly cache?: string | undefined;
  readonly onBinhost?: ((done: BinhostFetched) => void) | undefined;
}

/** Whether a place of packages is an address of a server, and no folder. */
export const isBinhost = (place: string): boolean => /^https?:\/\//i.test(place);

/** The folder for the packages of one binhost among those of others; its name tells the host to people. */
export function binhostFolder(parent: string, address: string): string {
  const host = new URL(address).hostname.replace(/[^a-z0-9.-]/gi, '_');
  return `${parent}/${host}-${sha512Text(address.replace(/\/+$/, '')).slice(0, 16)}`;
}

/** Where packages of binhosts are kept when nothing else is said; undefined when the environment names no place for caches. */
export function usualBinhostCache(): string | undefined {
  const home = machine.variable('HOME');
  const base = machine.variable('XDG_CACHE_HOME') ?? (home && `${home}/.cache`);
  const folder = machine.variable('PACKMILL_CACHE') ?? (base && `${base}/packmill`);
  return folder && `${folder}/binhosts`;
}
