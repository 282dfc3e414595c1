import { formatVersion, parseEbuildFileName, withoutRevision } from '../formats/gentoo/index.ts';

/** The text of an ebuild with what its name alone decides put in: `${P}`, `$PN` and their kin (PMS 11.1). */
export function withNameVariables(text: string, fileName: string): string {
  const named = parseEbuildFileName(fileName);
  if (!named) return text;
  const { name, version } = named;
  const plain = withoutRevision(version);
  const full = formatVersion(version);
  const values: Readonly<Record<string, string>> = {
    P: `${name}-${plain}`,
    PN: name,
    PV: plain,
    PR: `r${version.revision ?? '0'}`,
    PVR: full,
    PF: `${name}-${full}`,
  };
  return text.replace(
    /\$(?:\{(PVR|PF|PN|PV|PR|P)\}|(PVR|PF|PN|PV|PR|P)(?![A-Za-z0-9_]))/g,
    (whole, braced, bare) => {
      return values[(braced ?? bare) as string] ?? whole;
    },
  );
}

/**
 * Whether an ebuild may fetch a distfile of this name. Only its words are looked at: where SRC_URI is made of more than the
 * name of the ebuild decides, the answer is yes, because a needless line of a Manifest harms nobody.
 */
export function mayFetch(text: string, fileName: string, distfile: string): boolean {
  const words = withNameVariables(text, fileName);
  if (words.includes(distfile)) return true;
  const uses = [...words.matchAll(/\bSRC_URI\+?=(?:"([^"]*)"|'([^']*)'|(\S*))/g)];
  if (uses.some(([, double = '', , bare = '']) => /[$`]/.test(double + bare))) return true;
  // an eclass may set SRC_URI
  return uses.length === 0 && /^\s*inherit\s/m.test(words);
}
