import type { WorkOrder } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { openBuild } from '../../ebins/index.ts';
import { packageNameOf } from '../../formats/gentoo/index.ts';
import type { Artifact, PlannedJob, Recipe, RecipeKind } from '../../model/index.ts';
import { parseDigest } from '../../primitives/index.ts';
import {
  type BuildDetails,
  type BuiltFacts,
  buildRecipe,
  createEbinKind,
  requireCombination,
} from '../../recipes/ebin/index.ts';
import type { Farm } from '../farm.ts';
import { hasUseFolder } from './gentoo-root.ts';

/** What an order says to a builder of a combination that was asked for. */
interface OrderSettings {
  readonly features: string;
  readonly details: BuildDetails;
}

/** The settings of an order. */
export const ebinOrderSettings = (
  { config }: Pick<Farm, 'config'>,
  target: string,
  details: BuildDetails,
): OrderSettings => ({ features: config.targets[target]?.features ?? '', details });

const settingsOf = ({ settings }: WorkOrder): OrderSettings => settings as unknown as OrderSettings;

/** The kind of an order for ebins. The PKGDIR is the manager's: BUILD_ID counts from 1 here, and is another one when that is taken. */
export function ebinKindOf(order: WorkOrder, gentooRoot: string | undefined): RecipeKind {
  return createEbinKind({
    index: () => {
      throw new Error('ebuilds of binary packages are made where the PKGDIR is');
    },
    build: () => ({
      features: settingsOf(order).features,
      existing: () => [],
      hasUseFolder: hasUseFolder(gentooRoot),
    }),
  }) as RecipeKind;
}

/** The combination of an order as a recipe. */
export function ebinRecipeOf(order: WorkOrder): Recipe {
  const { name, version, inputDigest } = order.planned as unknown as PlannedJob;
  return buildRecipe(name, { ...settingsOf(order).details, version, inputDigest });
}

/**
 * Reads the binary package that a builder elsewhere handed in and returns it as its bytes tell: it is what was asked for. Throws
 * BLD032, EBN001 to EBN008, EBN106, STO problems.
 */
export async function verifyBuild(
  { store }: Pick<Farm, 'store'>,
  claimed: readonly Artifact[],
  details: BuildDetails,
): Promise<readonly Artifact[]> {
  const [claim, ...others] = claimed;
  const object = parseDigest(String(claim?.object));
  if (claim === undefined || others.length > 0 || object === undefined)
    throw fault('BLD032', { what: `one binary package of '${details.cpv}' was to be handed in` });
  const opened = await openBuild(await store.path(object), { signatures: 'ignore' });
  const name = packageNameOf(opened.cpv);
  if (name === undefined || (opened.cpv !== details.cpv && name !== details.cpv))
    throw fault('BLD032', { what: `'${opened.cpv}' was handed in for '${details.cpv}'` });
  requireCombination(details, opened);
  const version = opened.cpv.slice(opened.cpv.indexOf('/') + 1);
  const fileName = `${version}-${opened.buildId ?? 1}.${opened.format === 'gpkg' ? 'gpkg.tar' : 'xpak'}`;
  const facts: BuiltFacts = { cpv: opened.cpv, path: `${name}/${fileName}` };
  const listed = await store.putBytes(Buffer.from(JSON.stringify(facts)));
  const nothing = { depends: [], provides: [], providedSonames: [], neededSonames: [] };
  const own = { name: opened.cpv, version, arch: 'any', fileName, object };
  return [{ ...own, sizeBytes: opened.sizeBytes, ...nothing, facts: listed.digest }];
}
