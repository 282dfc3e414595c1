import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { printCacheEntry } from './cache-entry.ts';
import { checkTree, type TreeSurroundings } from './check-tree.ts';
import { printLayout } from './repository-files.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const dist = (name: string, fill = 'a'): string =>
  `DIST ${name} 17 BLAKE2B ${fill.repeat(128)} SHA512 ${fill.repeat(128)}\n`;
const ebuild = 'EAPI=8\ninherit helper\nSLOT="0"\n';
const eclass = '# a helper\n';

type Files = Record<string, string | undefined>;
const variables: Record<string, string> = {
  DESCRIPTION: 'A thing',
  EAPI: '8',
  IUSE: '+ssl',
  KEYWORDS: '*',
  LICENSE: 'MIT',
  RDEPEND: 'ssl? ( dev-libs/openssl:0= ) elibc_musl? ( a/b )',
  SLOT: '0',
  SRC_URI: 'https://host.example/foo-1.tar.xz ssl? ( https://host.example/v1 -> foo-ssl-1.tar )',
};
const entry = (changes: Record<string, string> = {}, ebuildText = ebuild): string =>
  printCacheEntry({
    variables: { ...variables, ...changes },
    eclasses: { helper: md5(eclass) },
    md5: md5(ebuildText),
  });
const good: Files = {
  'profiles/repo_name': 'test-kit\n',
  'profiles/categories': 'app-misc\n',
  'metadata/layout.conf': printLayout({ name: 'test-kit', masters: [] }),
  'eclass/helper.eclass': eclass,
  'licenses/MIT': 'permission\n',
  'app-misc/foo/foo-1.ebuild': ebuild,
  'app-misc/foo/Manifest': dist('foo-1.tar.xz') + dist('foo-ssl-1.tar'),
  'app-misc/foo/files/x.patch': 'x',
  'app-misc/metadata.xml': '<x/>',
  'metadata/md5-cache/app-misc/foo-1': entry(),
  'LICENSE.txt': 'x',
};
const lineOf = (type: string, name: string, text: string): string =>
  `${type} ${name} ${text.length} SHA512 ${createHash('sha512').update(text).digest('hex')}\n`;
/** The same with Manifests that name everything. */
const thick: Files = {
  'metadata/layout.conf': 'masters =\nmanifest-hashes = BLAKE2B SHA512\n',
  'app-misc/foo/Manifest': `${lineOf('AUX', 'x.patch', 'x')}${good['app-misc/foo/Manifest']}${lineOf('EBUILD', 'foo-1.ebuild', ebuild)}`,
};
const check = (changes: Files = {}, around?: TreeSurroundings) => {
  const files = Object.entries({ ...good, ...changes }).filter(([, text]) => text !== undefined);
  const texts = new Map(files.map(([path, text]) => [path, Buffer.from(text ?? '')]));
  const read = (path: string) => texts.get(path) ?? expect.fail(`'${path}' is not there`);
  return checkTree({ paths: [...texts.keys()], read }, around).map(({ code, what }) => `${code} ${what}`);
};
const cached = (changes: Record<string, string>): Files => ({
  'metadata/md5-cache/app-misc/foo-1': entry(changes),
});

describe('the strict check of a tree', () => {
  it('finds nothing in a tree that is in order', () => {
    expect(check()).toEqual([]);
  });
  const cases: readonly (readonly [string, Files, RegExp])[] = [
    ['a repository without name', { 'profiles/repo_name': undefined }, /^PMS050 .*no name/],
    ['a name that is none', { 'profiles/repo_name': 'a b\n' }, /^PMS050 'a b'/],
    ['another name', { 'profiles/repo_name': 'other\n' }, /^PMS050 .*'test-kit'/],
    ['no layout', { 'metadata/layout.conf': undefined }, /^PMS050 .*layout.conf/],
    ['no masters', { 'metadata/layout.conf': 'thin-manifests = true\n' }, /^PMS050 'masters'/],
    ['a category that is not listed', { 'profiles/categories': '' }, /^PMS050 category 'app-misc'/],
    ['a category that is none', { '+x/foo/foo-1.ebuild': ebuild }, /^PMS002 '\+x'/],
    ['an ebuild in a wrong folder', { 'app-misc/foo/bar-1.ebuild': ebuild }, /^PMS051 'bar-1.ebuild'/],
    ['an ebuild without version', { 'app-misc/foo/foo-latest.ebuild': ebuild }, /^PMS051 'foo-latest/],
    ['a version twice', { 'app-misc/foo/foo-1-r0.ebuild': ebuild }, /^PMS051 .*same version/],
    ['a package that is none', { 'app-misc/foo-2/Manifest': '' }, /^PMS002 'foo-2'/],
    ['an old entry', { 'app-misc/foo/foo-1.ebuild': `${ebuild}\n` }, /^PMS053 .*old: the ebuild/],
    ['another eclass', { 'eclass/helper.eclass': 'x' }, /^PMS053 .*'helper' is another/],
    ['no eclass', { 'eclass/helper.eclass': undefined }, /^PMS053 .*'helper' is not there/],
    ['another EAPI', cached({ EAPI: '7' }), /^PMS053 .*EAPI 7, not 8/],
    [
      'an entry of nothing',
      { 'metadata/md5-cache/app-misc/gone-1': entry() },
      /^PMS053 .*'app-misc\/gone-1'/,
    ],
    ['no entry', { 'metadata/md5-cache/app-misc/foo-1': undefined }, /^PMS053 .*no metadata/],
    ['a damaged entry', { 'metadata/md5-cache/app-misc/foo-1': 'EAPI' }, /^PMS042/],
    [
      'a file that is not in the Manifest',
      { 'app-misc/foo/Manifest': dist('foo-1.tar.xz') },
      /^PMS052 'foo-ssl-1.tar'/,
    ],
    [
      'a file that nothing names',
      { 'app-misc/foo/Manifest': `${dist('foo-0.tar')}${good['app-misc/foo/Manifest']}` },
      /^PMS052 no ebuild names 'foo-0.tar'/,
    ],
    [
      'another order',
      { 'app-misc/foo/Manifest': dist('foo-ssl-1.tar') + dist('foo-1.tar.xz') },
      /^PMS052 .*order/,
    ],
    [
      'other digests',
      { 'app-misc/foo/Manifest': good['app-misc/foo/Manifest']?.replace(/SHA512 \w+/, 'SHA1 x') },
      /^PMS052 .*no SHA512/,
    ],
    [
      'a digest that is none',
      { 'app-misc/foo/Manifest': good['app-misc/foo/Manifest']?.replace('a\n', '\n') },
      /^PMS052 the SHA512/,
    ],
    [
      'a file that is no distfile',
      { 'app-misc/foo/Manifest': `EBUILD foo-1.ebuild 1 MD5 x\n${good['app-misc/foo/Manifest']}` },
      /^PMS052 .*thin/,
    ],
    [
      'Manifests that are not thin',
      { 'metadata/layout.conf': 'masters =\n' },
      /^PMS052 'foo-1.ebuild' is not in it/,
    ],
    [
      'an ebuild that is not what its Manifest says',
      {
        ...thick,
        'app-misc/foo/Manifest': thick['app-misc/foo/Manifest']?.replace(/(EBUILD \S+) \d+/, '$1 1'),
      },
      /^PMS052 'foo-1.ebuild' has \d+ bytes, and 1 in it/,
    ],
    [
      'a patch with other bytes of the same number',
      { ...thick, 'app-misc/foo/files/x.patch': 'y' },
      /^PMS052 'files\/x.patch' has another SHA512/,
    ],
    [
      'a patch that is gone',
      { ...thick, 'app-misc/foo/files/x.patch': undefined },
      /^PMS052 'files\/x.patch' is in it and not there/,
    ],
    ['a flag that is not in IUSE', cached({ RDEPEND: 'x11? ( a/b )' }), /^PMS032 RDEPEND, character 1/],
    ['a flag of REQUIRED_USE', cached({ REQUIRED_USE: '|| ( gtk qt )' }), /^PMS032 REQUIRED_USE.*'gtk'/],
    ['a dependency that is none', cached({ DEPEND: 'a/b-1' }), /^PMS020 DEPEND/],
    [
      'a variable that the EAPI lacks',
      { ...cached({ EAPI: '6', BDEPEND: 'a/b' }) },
      /^PMS054 EAPI 6 has no BDEPEND/,
    ],
    ['an EAPI that is none', cached({ EAPI: '42' }), /^PMS054 EAPI '42'/],
    ['no slot', cached({ SLOT: '' }), /^PMS054 SLOT/],
    ['no description', cached({ DESCRIPTION: '' }), /^PMS054 DESCRIPTION/],
    ['a keyword', cached({ KEYWORDS: '~~x' }), /^PMS054 '~~x'/],
    ['a flag', cached({ IUSE: 'ssl _x' }), /^PMS054 '_x'/],
    ['a licence', cached({ LICENSE: 'GPL-2' }), /^PMS054 licence 'GPL-2'/],
    ['RESTRICT', cached({ RESTRICT: '|| ( a )' }), /^PMS031 RESTRICT/],
  ];
  it.each(cases)('finds %s', (_, changes, expected) => {
    expect(check(changes)).toContainEqual(expect.stringMatching(expected));
  });
  it('PMS012 when two packages mean different files by one name', () => {
    const other = {
      'app-misc/bar/Manifest': dist('foo-1.tar.xz', 'b'),
      'app-misc/baz/Manifest': dist('foo-1.tar.xz', 'b'),
    };
    expect(check(other).filter((line) => line.startsWith('PMS012'))).toEqual([
      "PMS012 'foo-1.tar.xz' of 'app-misc/foo' and of 'app-misc/bar' are different files",
    ]);
  });
  it('takes from the masters what they have', () => {
    const around = {
      categories: new Set(['app-misc']),
      eclasses: new Map([['helper', md5(eclass)]]),
      licenses: new Set(['MIT']),
      implicitFlags: new Set(['amd64']),
      needsCache: false,
    };
    const less = { 'profiles/categories': '', 'eclass/helper.eclass': undefined, 'licenses/MIT': undefined };
    expect(check({ ...less, ...cached({ PDEPEND: 'amd64? ( a/b )' }) }, around)).toEqual([]);
    expect(check({ ...less, 'metadata/md5-cache/app-misc/foo-1': undefined }, around)).toEqual([]);
  });
});
