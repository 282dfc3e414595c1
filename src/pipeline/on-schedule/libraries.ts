import { type Problem, problem } from '../../diagnostics/index.ts';
import {
  type ChangedLibrary,
  formatBump,
  nextBump,
  writeSetting,
} from '../../formats/pkgbuild-repo/index.ts';
import type { ScheduledPackage } from './context.ts';

/** What the watched databases say, for bumps. */
export interface LibraryNews {
  /**
   * Library package bases that changed, without those on the blacklist. None in a run for some packages: it leaves them
   * to the next one for all, as what it notes would be no news for the others any more.
   */
  readonly changed: ReadonlyMap<string, ChangedLibrary>;
  /** Versions of published packages as of the last run, by pkgbase: a package's own is what a bump counts from. */
  readonly published: ReadonlyMap<string, string>;
}

export interface LibraryBump {
  /** `.CI/config` with the bump written. */
  readonly settingsText: string;
  /** `boost 1.88-1 → 1.89-1`, for the commit. */
  readonly because: readonly string[];
  readonly value: string;
}

/**
 * The bump of a package whose rebuild triggers changed (specification 7.8): the published version and one more than its
 * decimal part. Undefined when no trigger changed; a problem when nothing of the package is published.
 */
export function libraryBump(
  one: ScheduledPackage,
  news: LibraryNews,
): { readonly bump: LibraryBump | undefined; readonly problems: readonly Problem[] } {
  const triggers = one.settings.rebuildTriggers.flatMap((name) => news.changed.get(name) ?? []);
  // what is pushed back to the AUR has the pkgrel of its recipe (specification 3.3)
  if (triggers.length === 0 || one.settings.managesAur) return { bump: undefined, problems: [] };
  const published = news.published.get(one.name);
  const bump = published === undefined ? undefined : nextBump(published, one.settings.bump);
  if (bump === undefined) {
    const names = triggers.map(({ pkgbase }) => `'${pkgbase}'`).join(', ');
    const what = `'${one.name}' is to be rebuilt for ${names}, and its published version is not known`;
    return {
      bump: undefined,
      problems: [problem('CIS006', { what, place: { file: `${one.name}/.CI/config` } })],
    };
  }
  const value = formatBump(bump);
  return {
    bump: {
      settingsText: writeSetting(one.settingsText ?? '', 'CI_PACKAGE_BUMP', value),
      because: triggers.map(({ pkgbase, from, to }) => `${pkgbase} ${from ?? '(new)'} → ${to}`),
      value,
    },
    problems: [],
  };
}
