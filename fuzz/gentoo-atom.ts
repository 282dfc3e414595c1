import {
  compareVersions,
  type Eapi,
  formatAtom,
  formatVersion,
  matchesAtom,
  parseAtom,
  parsePackageId,
  parseVersion,
} from '../src/formats/gentoo/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'gentoo-atom',
  check(input) {
    const lines = asText(input).split('\n').slice(0, 40);
    const candidates = lines.flatMap((line) => parsePackageId(line) ?? []);
    for (const [index, line] of lines.entries()) {
      const version = parseVersion(line);
      if (version) must(formatVersion(version) === line, 'a version prints as it was read');
      const atom = parseAtom(line, { eapi: String(index % 9) as Eapi });
      if (!atom) continue;
      must(formatAtom(atom) === line, 'an atom prints as it was read');
      for (const candidate of candidates) matchesAtom(atom, candidate);
    }
    for (const a of candidates)
      for (const b of candidates)
        must(
          compareVersions(a.version, b.version) + compareVersions(b.version, a.version) === 0,
          'the order turns round with the places',
        );
  },
};
