import { formatPackageFileName, isValidPkgname, parsePackageFileName } from '../src/formats/pacman/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'package-name',
  check(input) {
    for (const line of asText(input).split('\n').slice(0, 50)) {
      const parts = parsePackageFileName(line);
      if (parts) must(formatPackageFileName(parts) === line, 'a file name prints as it was read');
      if (isValidPkgname(line)) {
        const fileName = `${line}-1:2-3-any.pkg.tar.zst`;
        must(parsePackageFileName(fileName)?.name === line, 'a valid name is found in a file name');
      }
    }
  },
};
