import { untrustedAccounts, updateHookName } from '../../formats/pkgbuild-repo/index.ts';
import type { AurPackage } from '../../upstream/index.ts';
import { accountsOf } from './aur-accounts.ts';
import type { ScheduleContext } from './context.ts';
import type { Examination } from './examine.ts';

/**
 * Who stands behind a change and is not trusted (specification 7.13): accounts of the AUR that are not on the list of
 * `.ci/aur-maintainers`, or the address of a recipe that `CI_TRUSTED_SOURCES` does not name. What a hook leaves may come
 * from anywhere (`update.sh` in `CI_TRUSTED_SOURCES` trusts it); our own rewriting needs no trust. Nobody known is nobody trusted.
 */
export function untrusted(
  context: ScheduleContext,
  one: Examination,
  input: { readonly trusted: ReadonlySet<string>; readonly aur: ReadonlyMap<string, AurPackage> },
): readonly string[] {
  const isFromHook = one.isHooked && !context.settings.trustedSources.includes(updateHookName);
  return [...untrustedSource(context, one, input), ...(isFromHook ? [updateHookName] : [])];
}

function untrustedSource(
  context: ScheduleContext,
  one: Examination,
  input: Parameters<typeof untrusted>[2],
): readonly string[] {
  switch (one.origin) {
    case 'own':
      return [];
    case 'aur': {
      const known = input.aur.get(one.name);
      const accounts = known ? accountsOf(known) : [];
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

/** A user name, a password, a host and a path of which every program makes the same. */
const plainAddress =
  /^(?:https?|ssh|git):\/\/(?:[\w.~+-]*(?::[\w.~+-]*)?@)?([\w.-]+)(?::\d+)?\/([^\s?#\\]*)$/i;

/**
 * Hosts (`gitlab.example.org`) and owners on one (`github.com/owner`), literally. An address that could mean another host
 * to git than to us (a query, a fragment, a backslash, odd user names) is not trusted.
 */
export function isTrustedUrl(url: string, trusted: readonly string[]): boolean {
  const match = plainAddress.exec(url);
  // who asks for such a path gets another one
  if (!match || /(?:^|\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)/i.test(match[2] as string)) return false;
  const host = (match[1] as string).toLowerCase();
  const path = match[2] as string;
  if (URL.parse(url)?.hostname.toLowerCase() !== host) return false;
  return trusted.some((entry) => {
    const [name, ...owner] = entry.split('/');
    if (name?.toLowerCase() !== host) return false;
    return owner.length === 0 || path.startsWith(`${owner.join('/')}/`);
  });
}
