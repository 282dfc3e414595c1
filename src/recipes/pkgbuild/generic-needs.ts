import type { Need } from '../../model/index.ts';

const bySuffix: readonly (readonly [RegExp, string])[] = [
  [/-git$/, 'git'],
  [/-svn$/, 'subversion'],
  [/-bzr$/, 'breezy'],
  [/-hg$/, 'mercurial'],
  [/^lib32-/, 'multilib-devel'],
];

/**
 * Packages that a recipe needs to build though it does not say so: by the name of its folder, and `ccache` when
 * its options ask for it (specification 17.2).
 */
export function genericNeeds(name: string, pkgbuild: string): readonly Need[] {
  const names = bySuffix.flatMap(([pattern, tool]) => (pattern.test(name) ? [tool] : []));
  if (wantsCcache(pkgbuild)) names.push('ccache');
  return names.map((text) => ({ phase: 'build', name: text, text }));
}

/** An `options=(...)` line that names ccache without a `!` before it. */
function wantsCcache(pkgbuild: string): boolean {
  const options = /^\s*options\+?=\(([^)]*)\)/m.exec(pkgbuild)?.[1] ?? '';
  return options.split(/\s+/).some((word) => word.replace(/["']/g, '') === 'ccache');
}
