import type { Recipe } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';

/** The builds of one package become its ebuilds anew. */
export interface IndexDetails {
  readonly kind: 'index';
  /** Folders of binary packages (PKGDIR), all of whose builds count. */
  readonly folders: readonly string[];
}

/** A combination of flags that somebody asked for is built with Portage. */
export interface BuildDetails {
  readonly kind: 'build';
  /** `category/name-version`. */
  readonly cpv: string;
  /** Flags as `USE` has them: `flag`, or `-flag`. */
  readonly use: readonly string[];
  /** The PKGDIR that gets the binary package. */
  readonly folder: string;
}

/** What only this kind understands of its recipes. */
export type EbinDetails = IndexDetails | BuildDetails;

/** The builder that makes ebuilds: binary packages lie on the manager's machine, and nowhere else. */
export const indexingBuilder = 'manager';
/** The label of builders that have a root with Portage. */
export const gentooLabel = 'gentoo';

/** What all recipes of the kind have in common. */
const common = {
  kind: 'ebin',
  // what comes of builds, only reading them tells
  hasDynamicVersion: true,
  architectures: ['any'],
  outputs: [],
  offers: [],
  needs: [],
} as const;

/** A package of some PKGDIRs as a recipe. */
export function indexRecipe(
  name: string,
  known: {
    readonly folders: readonly string[];
    readonly version: string;
    readonly inputDigest: Digest;
  },
): Recipe<EbinDetails> {
  const { folders, version, inputDigest } = known;
  return {
    ...common,
    name,
    folder: folders[0] ?? '',
    version,
    inputDigest,
    buildClass: indexingBuilder,
    details: { kind: 'index', folders },
  };
}

/** A combination that was asked for as a recipe. */
export function buildRecipe(
  name: string,
  known: BuildDetails & { readonly version: string; readonly inputDigest: Digest },
): Recipe<EbinDetails> {
  const { version, inputDigest, ...details } = known;
  return {
    ...common,
    name,
    folder: details.folder,
    version,
    inputDigest,
    buildClass: undefined,
    labels: [gentooLabel],
    details,
  };
}
