import { packageView, parseSrcinfo, printSrcinfo } from '../src/formats/pacman/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'srcinfo',
  check(input) {
    const { srcinfo, problems } = parseSrcinfo(asText(input), 'x');
    must(
      (srcinfo === undefined) === problems.some(({ severity }) => severity === 'error'),
      'an error or a value',
    );
    if (!srcinfo) return;
    for (const { name } of srcinfo.members) packageView(srcinfo, name, 'x86_64');
    const text = printSrcinfo(srcinfo);
    const again = parseSrcinfo(text, 'x');
    must(
      again.srcinfo !== undefined && printSrcinfo(again.srcinfo) === text,
      'what is printed reads and prints the same',
    );
  },
};
