import { compareVersions } from '../pacman/index.ts';
import type { PackageBump } from './package-bump.ts';

/**
 * The bump that makes the published package older than its next build (specification 7.8): the published version without
 * the decimal part of its pkgrel, and one more than that part; more still when the package has a bump for the same
 * version already. `published` is `[epoch:]pkgver-pkgrel[.N]`; undefined comes back when it has no pkgrel.
 */
export function nextBump(
  published: string,
  current: PackageBump | undefined,
): Extract<PackageBump, { kind: 'if-version' }> | undefined {
  const match = /^(.+-[^-.]+)(?:\.([0-9]{1,6}))?$/.exec(published);
  const version = match?.[1];
  if (version === undefined) return undefined;
  const wanted = Number(match?.[2] ?? 0) + 1;
  const kept =
    current?.kind === 'if-version' && compareVersions(current.version, version) === 0 && hasPkgrel(current)
      ? current.count
      : 0;
  return { kind: 'if-version', version, count: kept >= wanted ? kept + 1 : wanted };
}

const hasPkgrel = ({ version }: { readonly version: string }): boolean => version.includes('-');
