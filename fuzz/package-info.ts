import { parseBuildinfo, parsePkginfo, printInfo } from '../src/formats/pacman/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'package-info',
  check(input) {
    const text = asText(input);
    const printed = printInfo(parseBuildinfo(text, 'x').buildinfo.lines);
    const again = parseBuildinfo(printed, 'x');
    must(
      again.problems.length === 0 && printInfo(again.buildinfo.lines) === printed,
      'what is printed reads the same',
    );
    const { pkginfo, problems } = parsePkginfo(text, 'x');
    must(
      (pkginfo === undefined) === problems.some(({ severity }) => severity === 'error'),
      'an error or a value',
    );
  },
};
