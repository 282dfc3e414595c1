import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheVariables, parseCacheEntry, printCacheEntry, staleness } from './cache-entry.ts';
import { parsePackageId } from './package-id.ts';
import { pythonUseText } from './python-use.ts';
import {
  layoutOf,
  parseCategories,
  parseLayout,
  parseMirrors,
  parseRepoName,
  parseUseDescriptions,
  printCategories,
  printLayout,
  printMirrors,
} from './repository-files.ts';

describe('layout.conf', () => {
  it('that is made here says what Portage asks of our Manifests', () => {
    const text = printLayout({ name: 'test-kit', masters: ['core-kit'], aliases: ['gentoo'] });
    const { settings, problems } = parseLayout(text, 'x');
    expect(problems).toEqual([]);
    expect(layoutOf(settings)).toEqual({
      masters: ['core-kit'],
      aliases: ['gentoo'],
      repoName: 'test-kit',
      thinManifests: true,
      signManifests: false,
      manifestHashes: ['BLAKE2B', 'SHA512'],
      cacheFormats: ['md5-dict'],
      profileFormats: ['portage-2'],
    });
    expect(() => printLayout({ name: 'a b', masters: [] })).toThrow(/PMS002/);
  });
  it('tells missing masters from none, and PMS041 the line that is no setting', () => {
    expect(layoutOf(parseLayout('masters =\n', 'x').settings).masters).toEqual([]);
    expect(parseLayout('# a\r\nmasters = a # b\r\n', 'x')).toEqual({
      settings: new Map([['masters', 'a']]),
      problems: [],
    });
    expect(layoutOf(parseLayout('# masters = a\n', 'x').settings)).toMatchObject({
      masters: undefined,
      signManifests: true,
    });
    expect(parseLayout('\nmasters gentoo\n', 'x').problems).toMatchObject([
      { code: 'PMS041', place: { line: 2 } },
    ]);
  });
});

describe('small files of profiles', () => {
  it('are read without comments', () => {
    expect(parseRepoName('core-kit\n')).toBe('core-kit');
    expect(parseRepoName('core-1\n')).toBeUndefined();
    expect(parseCategories('a-b # c\n\n#x\nvirtual\n-x\n', 'f')).toMatchObject({
      categories: ['a-b', 'virtual'],
      problems: [{ code: 'PMS002', place: { line: 5 } }],
    });
    expect(printCategories(['b-c', 'a-b', 'b-c'])).toBe('a-b\nb-c\n');
    const mirrors = parseMirrors('gentoo\thttps://a https://b#c\ngentoo https://d\n# no\nkde https://k\n');
    expect(printMirrors(mirrors)).toBe('gentoo\thttps://a https://b#c https://d\nkde\thttps://k\n');
    expect([...parseUseDescriptions('# c\nssl - Add - support\na/b:x - Local\nbroken\n')]).toEqual([
      ['ssl', 'Add - support'],
      ['a/b:x', 'Local'],
    ]);
  });
});

const md5 = '0123456789abcdef0123456789abcdef';

describe('entries of the metadata cache', () => {
  it('read and print the same', () => {
    const value = fc.stringMatching(/^[!-~]{1,8}( [!-~]{1,8}){0,2}$/);
    const variables = fc.dictionary(fc.constantFrom(...cacheVariables), value);
    const eclasses = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/), fc.constant(md5));
    fc.assert(
      fc.property(variables, eclasses, (some, inherited) => {
        const entry = { variables: { ...some }, eclasses: { ...inherited }, md5 };
        const text = printCacheEntry(entry);
        expect(parseCacheEntry(text, 'x')).toEqual({ entry, problems: [] });
      }),
    );
  });
  it('are sorted, without what is empty, the digests last', () => {
    const variables = { SLOT: '0', EAPI: '8', IUSE: '', DEPEND: 'a/b\n\ta/c' };
    expect(printCacheEntry({ variables, eclasses: { b: md5, a: md5 }, md5 })).toBe(
      `DEPEND=a/b a/c\nEAPI=8\nSLOT=0\n_eclasses_=a\t${md5}\tb\t${md5}\n_md5_=${md5}\n`,
    );
  });
  it.each(['EAPI 8', 'EAPI=8\nEAPI=8', '_eclasses_=a', '_eclasses_=a\tb', '_md5_=x'])(
    'PMS042 for %o',
    (lines) => {
      const rest = lines.startsWith('_md5_') ? '' : `\n_md5_=${md5}`;
      const { entry, problems } = parseCacheEntry(`${lines}${rest}\n`, 'x');
      expect(entry).toBeUndefined();
      expect(problems).toMatchObject([{ code: 'PMS042' }]);
    },
  );
  it('hold for the ebuild and the eclasses they were made of', () => {
    const entry = { variables: {}, eclasses: { a: md5 }, md5 };
    const facts = { ebuildMd5: md5, eclassMd5: () => md5 };
    expect(staleness(entry, facts)).toBeUndefined();
    expect(staleness(entry, { ...facts, ebuildMd5: 'x' })).toContain('ebuild');
    expect(staleness(entry, { ...facts, eclassMd5: () => 'x' })).toContain("'a' is another");
    expect(staleness(entry, { ...facts, eclassMd5: () => undefined })).toContain("'a' is not there");
  });
});

describe('python-use', () => {
  const python = (id: string, ...implementations: string[]) => ({
    id: parsePackageId(id) ?? expect.fail(id),
    implementations,
  });
  it('names a package once, or each version when they differ, and none that runs on the primary Python', () => {
    const text = pythonUseText(
      [
        python('dev-python/new-1', 'python3_9', 'python3_7'),
        python('dev-python/old-1', 'pypy', 'python2_7', 'python3_7'),
        python('dev-python/alt-1', 'python3_7', 'python3_8'),
        python('dev-python/mix-1.10', 'python2_7'),
        python('dev-python/mix-1.9', 'python3_9'),
        python('dev-python/none-1'),
        python('dev-python/pypy-1', 'pypy3'),
      ],
      { primary: 'python3_9', alternate: 'python3_8' },
    );
    expect(text.split('\n')).toEqual([
      '=dev-python/mix-1.10 python_single_target_python2_7 python_targets_python2_7',
      'dev-python/alt python_single_target_python3_8',
      'dev-python/old python_single_target_python2_7 python_targets_python2_7',
      '',
    ]);
  });
});
