import { compareVersions, formatVersion, parseVersion } from '../src/formats/pacman/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'version',
  check(input) {
    const [a = '', b = '', c = ''] = asText(input).split('\n');
    must(formatVersion(parseVersion(a)) === a, 'a version prints as it was read');
    must(compareVersions(a, a) === 0, 'a version equals itself');
    must(compareVersions(a, b) + compareVersions(b, a) === 0, 'the order turns round with the places');
    compareVersions(b, c);
  },
};
