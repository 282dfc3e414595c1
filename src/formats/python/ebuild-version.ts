import { fault, type Place } from '../../diagnostics/index.ts';
import { isVersion, versionFlaw } from '../gentoo/index.ts';

/** Endings of upstream versions and how ebuilds spell them (specification 8; PMS 3.2). */
const spellings: Readonly<Record<string, string>> = {
  alpha: 'alpha',
  a: 'alpha',
  beta: 'beta',
  b: 'beta',
  pre: 'pre',
  preview: 'pre',
  rc: 'rc',
  c: 'rc',
  post: 'p',
  p: 'p',
};

/**
 * An upstream version as an ebuild spells it (specification 8): `v1.2.3-rc1` is `1.2.3_rc1`, `1.2.post4` is `1.2_p4`; one
 * that is an ebuild version already stays. Throws PMS003 when the upstream version cannot be said.
 */
export function toEbuildVersion(upstream: string, place?: Place): string {
  const bare = upstream
    .trim()
    .replace(/^[vV.]+(?=\d)/, '')
    .replace(/\.+$/, '');
  if (isVersion(bare)) return bare;
  const spelt = bare.replace(
    /[-_.]?(preview|alpha|beta|post|pre|rc|[abcp])[-_.]?(\d+|(?=$|[-_.]))/gi,
    (_, word: string, number: string) => `_${spellings[word.toLowerCase()]}${number}`,
  );
  if (isVersion(spelt)) return spelt;
  const why = bare.includes('+')
    ? "Ebuild versions have nothing like the local version behind '+'."
    : bare.includes('!')
      ? "Ebuild versions have nothing like the epoch before '!'."
      : versionFlaw(spelt);
  throw fault('PMS003', { what: `upstream version '${upstream}' is no version for an ebuild`, why, place });
}
