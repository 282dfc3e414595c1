import { untrustedAccounts } from '../../formats/pkgbuild-repo/index.ts';
import type { AurPackage } from '../../upstream/index.ts';
import type { ScheduleContext } from './context.ts';
import type { Examination } from './examine.ts';

/**
 * Who stands behind a change and is not trusted (specification 7.13): accounts of the AUR that are not on the list of
 * `.ci/aur-maintainers`, or the address of a recipe that `CI_TRUSTED_SOURCES` does not name. Our own rewriting needs
 * no trust. Nobody known is nobody trusted.
 */
export function untrusted(
  context: ScheduleContext,
  one: Examination,
  input: { readonly trusted: ReadonlySet<string>; readonly aur: ReadonlyMap<string, AurPackage> },
): readonly string[] {
  switch (one.origin) {
    case 'own':
      return [];
    case 'aur': {
      const known = input.aur.get(one.name);
      const accounts = known
        ? [known.maintainer ?? '', ...known.coMaintainers].filter((name) => name !== '')
        : [];
      if (known?.maintainer === undefined)
        return ['no maintainer (orphaned)', ...untrustedAccounts(accounts, input.trusted)];
      return untrustedAccounts(accounts, input.trusted);
    }
    case 'url': {
      const url = one.package.settings.source ?? '';
      return isTrustedUrl(url, context.settings.trustedSources) ? [] : [url];
    }
  }
}

/** Hosts (`gitlab.example.org`) and owners on one (`github.com/owner`), literally. */
function isTrustedUrl(url: string, trusted: readonly string[]): boolean {
  const match = /^[a-z+]+:\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.*)$/i.exec(url);
  if (!match) return false;
  const host = (match[1] as string).toLowerCase();
  const path = match[2] as string;
  return trusted.some((entry) => {
    const [name, ...owner] = entry.split('/');
    if (name?.toLowerCase() !== host) return false;
    return owner.length === 0 || path.startsWith(`${owner.join('/')}/`);
  });
}
