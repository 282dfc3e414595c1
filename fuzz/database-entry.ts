import { entryFromPackage, parseDesc, parsePkginfo, printDesc } from '../src/formats/pacman/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'database-entry',
  check(input) {
    const text = asText(input);
    const printed = printDesc(parseDesc(text));
    must(printDesc(parseDesc(printed)) === printed, 'what is printed reads and prints the same');
    const { pkginfo } = parsePkginfo(text, 'x');
    if (!pkginfo) return;
    const facts = { pkginfo, fileName: 'f', sizeBytes: 1, md5: 'm', sha256: 's', files: text.split('\n') };
    const entry = entryFromPackage(facts);
    must(parseDesc(entry.desc).get('FILENAME')?.[0] === 'f', 'an entry names its file');
  },
};
