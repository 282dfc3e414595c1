import type { Problem } from '../../diagnostics/index.ts';
import { mirrorBinhost, readPackageFolder } from '../../ebins/index.ts';
import { Fetcher } from '../../fetcher/index.ts';
import { packageNameOf } from '../../formats/gentoo/index.ts';
import { entryFacts, setMode, systemRandom } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { Slots } from '../../primitives/index.ts';
import { discoverEbins, type EbinDetails } from '../../recipes/ebin/index.ts';
import { binhostFolder, isBinhost } from '../ebins/binhost-address.ts';
import type { Farm } from '../farm.ts';
import { ebinTargetSettings } from './settings.ts';

type Places = Pick<Farm, 'config' | 'paths'>;

/** Folders and addresses of a source as the settings have them. */
function placesOf({ config }: Pick<Farm, 'config'>, source: string): readonly string[] {
  const { url, also = [] } = config['recipe-sources'][source] ?? { url: '' };
  return [...new Set([url, ...also].map((path) => path.replace(/(?<=.)\/+$/, '')))];
}

/** Where the packages of a source's binhosts lie. */
const binhostsOf = ({ paths }: Pick<Farm, 'paths'>, source: string): string =>
  `${paths.root}/sources/${source}/binhosts`;

/** The folders of binary packages that a source consists of; what binhosts offer lies in folders of the farm. */
export const foldersOf = (farm: Places, source: string): readonly string[] =>
  placesOf(farm, source).map((place) =>
    isBinhost(place) ? binhostFolder(binhostsOf(farm, source), place) : place,
  );

/** The PKGDIR of a source that is its own: the first of its places that is no binhost; undefined when all are. */
export const ownFolderOf = (farm: Pick<Farm, 'config'>, source: string): string | undefined =>
  placesOf(farm, source).find((place) => !isBinhost(place));

/** Fetches that are under way, by source: each folder has one writer. */
const lines = new Map<string, Slots>();

/** Brings the folders of a source's binhosts in line with what these offer; returns why versions could not be had. */
async function fetchBinhosts(
  farm: Places & Pick<Farm, 'clock'>,
  source: string,
): Promise<ReadonlyMap<string, readonly Problem[]>> {
  const addresses = placesOf(farm, source).filter(isBinhost);
  const lacking = new Map<string, readonly Problem[]>();
  if (addresses.length === 0) return lacking;
  const binhosts = binhostsOf(farm, source);
  const fetcher = new Fetcher({
    clock: farm.clock,
    random: systemRandom,
    cacheFolder: `${binhosts}/answers`,
  });
  try {
    for (const address of addresses) {
      const folder = binhostFolder(binhosts, address);
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
  const line = lines.get(key) ?? new Slots(1);
  lines.set(key, line);
  const lacking = await line.run(() => fetchBinhosts(farm, source));
  const target = farm.config['recipe-sources'][source]?.target ?? '';
  const { fingerprint } = ebinTargetSettings(farm, target);
  const { recipes, problems } = await discoverEbins(foldersOf(farm, source), fingerprint);
  const held = new Set([...lacking.keys()].map(packageNameOf));
  return {
    recipes: recipes.filter(({ name }) => !held.has(name)),
    problems,
    lacking: [...lacking.values()].flat(),
  };
}
