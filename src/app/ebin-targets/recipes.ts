import type { Problem } from '../../diagnostics/index.ts';
import { mirrorBinhost, readPackageFolder } from '../../ebins/index.ts';
import { Fetcher } from '../../fetcher/index.ts';
import { parsePackageId } from '../../formats/gentoo/index.ts';
import { entryFacts, setMode, sha512Text, systemRandom } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { discoverEbins, type EbinDetails } from '../../recipes/ebin/index.ts';
import { isBinhost } from '../ebins/binhost-address.ts';
import type { Farm } from '../farm.ts';
import { ebinTargetSettings } from './settings.ts';

type Places = Pick<Farm, 'config' | 'paths'>;

/** Folders and addresses of a source as the settings have them. */
function placesOf({ config }: Pick<Farm, 'config'>, source: string): readonly string[] {
  const { url, also = [] } = config['recipe-sources'][source] ?? { url: '' };
  return [...new Set([url, ...also].map((path) => path.replace(/(?<=.)\/+$/, '')))];
}

/** Where the packages of a binhost lie, whose name tells the host to people. */
function mirrorOf({ paths }: Pick<Farm, 'paths'>, source: string, address: string): string {
  const host = new URL(address).hostname.replace(/[^a-z0-9.-]/gi, '_');
  return `${paths.root}/sources/${source}/binhosts/${host}-${sha512Text(address).slice(0, 16)}`;
}

/** The folders of binary packages that a source consists of; what binhosts offer lies in folders of the farm. */
export const foldersOf = (farm: Places, source: string): readonly string[] =>
  placesOf(farm, source).map((place) => (isBinhost(place) ? mirrorOf(farm, source, place) : place));

/** The PKGDIR of a source that is its own: the first of its places that is no binhost; undefined when all are. */
export const ownFolderOf = (farm: Pick<Farm, 'config'>, source: string): string | undefined =>
  placesOf(farm, source).find((place) => !isBinhost(place));

/** Fetches that are under way, by source: each folder has one writer. */
const lines = new Map<string, Promise<unknown>>();

/** Brings the folders of a source's binhosts in line with what these offer; returns why versions could not be had. */
async function fetchBinhosts(
  farm: Places & Pick<Farm, 'clock'>,
  source: string,
): Promise<ReadonlyMap<string, readonly Problem[]>> {
  const addresses = placesOf(farm, source).filter(isBinhost);
  const lacking = new Map<string, readonly Problem[]>();
  if (addresses.length === 0) return lacking;
  const cacheFolder = `${farm.paths.root}/sources/${source}/binhosts/answers`;
  const fetcher = new Fetcher({ clock: farm.clock, random: systemRandom, cacheFolder });
  try {
    for (const address of addresses) {
      const folder = mirrorOf(farm, source, address);
      for (const [cpv, why] of (await mirrorBinhost(fetcher, { address, folder })).lacking)
        lacking.set(cpv, [...(lacking.get(cpv) ?? []), ...why]);
      // jobs read them as somebody else
      for (const { file } of readPackageFolder(folder).packages)
        if (((entryFacts(file)?.mode ?? 0o644) & 0o004) === 0) setMode(file, 0o644);
    }
    return lacking;
  } finally {
    fetcher.close();
  }
}

/** The packages of a source, and what could not be had of it. */
export interface EbinRecipes {
  /** Without packages of which a version could not be had: they stay as they are published. */
  readonly recipes: readonly Recipe<EbinDetails>[];
  readonly problems: readonly Problem[];
  readonly lacking: readonly Problem[];
}

/**
 * The packages of a source of ebins, as they lie in its folders now; what its binhosts have is fetched first. Throws EBN001, EBN012,
 * CFG010, EBN083, SYS004, and what the fetcher throws for an index.
 */
export async function ebinRecipes(farm: Places & Pick<Farm, 'clock'>, source: string): Promise<EbinRecipes> {
  const key = `${farm.paths.root} ${source}`;
  const fetching = (lines.get(key) ?? Promise.resolve()).then(
    () => fetchBinhosts(farm, source),
    () => fetchBinhosts(farm, source),
  );
  lines.set(key, fetching);
  const lacking = await fetching;
  if (lines.get(key) === fetching) lines.delete(key);
  const target = farm.config['recipe-sources'][source]?.target ?? '';
  const { fingerprint } = ebinTargetSettings(farm, target);
  const { recipes, problems } = await discoverEbins(foldersOf(farm, source), fingerprint);
  const held = new Set(
    [...lacking.keys()].flatMap((cpv) => {
      const id = parsePackageId(cpv);
      return id ? [`${id.category}/${id.name}`] : [];
    }),
  );
  return {
    recipes: recipes.filter(({ name }) => !held.has(name)),
    problems,
    lacking: [...lacking.values()].flat(),
  };
}
