import { compareVersions } from '../pacman/index.ts';

/**
 * A raise of pkgrel (specification 3.6). `if-version`: only while the recipe has that version, `always`:
 * the old unconditional form. `count` is what is appended to pkgrel after a dot.
 */
export type PackageBump =
  | { readonly kind: 'if-version'; readonly version: string; readonly count: number }
  | { readonly kind: 'always'; readonly count: number };

/**
 * Reads the value of `CI_PACKAGE_BUMP`: `VERSION/N`, `VERSION` (N is 1) or an integer of at most three
 * digits. An integer of zero is no bump (`none`); `undefined` when the value is none of these.
 */
export function parseBump(value: string): PackageBump | 'none' | undefined {
  if (/^[0-9]{1,3}$/.test(value)) {
    return Number(value) === 0 ? 'none' : { kind: 'always', count: Number(value) };
  }
  const match = /^([^\s/'"`$\\]+)(?:\/([0-9]{1,6}))?$/.exec(value);
  const count = Number(match?.[2] ?? 1);
  return match && count > 0 ? { kind: 'if-version', version: match[1] as string, count } : undefined;
}

/** The value to write for a bump. */
export function formatBump(bump: PackageBump): string {
  return bump.kind === 'always' ? String(bump.count) : `${bump.version}/${bump.count}`;
}

/** The parts of a version as a recipe states them; epoch 0 and no epoch are the same. */
export interface RecipeVersion {
  readonly epoch?: string | undefined;
  readonly pkgver: string;
  readonly pkgrel: string;
}

/** `[epoch:]pkgver-pkgrel`, the full version of makepkg; an epoch of 0 is left out. */
export function fullVersion({ epoch, pkgver, pkgrel }: RecipeVersion): string {
  return `${epoch === undefined || /^0*$/.test(epoch) ? '' : `${epoch}:`}${pkgver}-${pkgrel}`;
}

/**
 * The pkgrel that the recipe is built with. A bump for another version has no effect; versions are
 * compared in pacman's order (vercmp(8)), so `1.2.3` meets `1.2.3-7` and `1.2.3-1` meets `0:1.2.3-1`.
 */
export function bumpedPkgrel(version: RecipeVersion, bump: PackageBump | undefined): string {
  if (bump === undefined) return version.pkgrel;
  if (bump.kind === 'if-version' && compareVersions(fullVersion(version), bump.version) !== 0) {
    return version.pkgrel;
  }
  return `${version.pkgrel}.${bump.count}`;
}
