import type { Problem } from '../../diagnostics/index.ts';
import type { Recipe } from '../../model/index.ts';
import { discoverEbins, type EbinDetails } from '../../recipes/ebin/index.ts';
import type { Farm } from '../farm.ts';
import { ebinTargetSettings } from './settings.ts';

/**
 * The folders of binary packages that a source consists of. An address of a binhost would come in here: what is fetched from it
 * has to lie in a folder, too.
 */
export function foldersOf({ config }: Pick<Farm, 'config'>, source: string): readonly string[] {
  const { url, also = [] } = config['recipe-sources'][source] ?? { url: '' };
  return [...new Set([url, ...also].map((path) => path.replace(/(?<=.)\/+$/, '')))];
}

/** The packages of a source of ebins, as they lie in its folders now. Throws EBN001, EBN012, CFG010, EBN083, SYS004. */
export async function ebinRecipes(
  farm: Pick<Farm, 'config'>,
  source: string,
): Promise<{ readonly recipes: readonly Recipe<EbinDetails>[]; readonly problems: readonly Problem[] }> {
  const target = farm.config['recipe-sources'][source]?.target ?? '';
  return await discoverEbins(foldersOf(farm, source), ebinTargetSettings(farm, target).fingerprint);
}
