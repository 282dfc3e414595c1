import {
  checkTree,
  parseCacheEntry,
  parseManifest,
  parsePackageList,
  parseReleaseDefinition,
  printCacheEntry,
  printManifest,
} from '../src/formats/gentoo/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'gentoo-files',
  check(input) {
    const text = asText(input);
    const manifest = printManifest(parseManifest(text, 'x').manifest);
    must(
      printManifest(parseManifest(manifest, 'x').manifest) === manifest,
      'a Manifest prints the same again',
    );
    const { entry } = parseCacheEntry(text, 'x');
    if (entry) {
      const printed = printCacheEntry(entry);
      const again = parseCacheEntry(printed, 'x').entry;
      must(again !== undefined && printCacheEntry(again) === printed, 'an entry prints the same again');
    }
    const { release, problems } = parseReleaseDefinition(text, 'x');
    must(
      (release === undefined) === problems.some(({ severity }) => severity === 'error'),
      'an error or a release',
    );
    parsePackageList(text, 'x');
    const paths = ['a/b/b-1.ebuild', 'a/b/Manifest', 'metadata/md5-cache/a/b-1', 'metadata/layout.conf'];
    checkTree({ paths, read: () => input });
  },
};
