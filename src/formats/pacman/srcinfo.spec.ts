import { describe, expect, it } from 'vitest';
import { packageView } from './package-view.ts';
import { parseSrcinfo, placeOfField, type Srcinfo, srcinfoVersion } from './srcinfo.ts';
import { printSrcinfo } from './srcinfo-print.ts';

const split = `pkgbase = foo
	pkgdesc = for all
	pkgver = 1.0
	pkgrel = 2
	epoch = 1
	url = https://example.org
	arch = x86_64
	arch = aarch64
	makedepends = meson
	depends = glibc
	depends = zlib>=1.2
	source = foo.tar.gz
	sha256sums = SKIP
	source_x86_64 = extra.bin
	depends_x86_64 = nasm
	sha256sums_x86_64 = SKIP

pkgname = foo

pkgname = foo-docs
	pkgdesc = documents
	arch = any
	depends = 

pkgname = foo-extra
	depends = foo=1:1.0
	optdepends = perl: for scripts
	depends_x86_64 = 
`;

function read(text: string): Srcinfo {
  const { srcinfo, problems } = parseSrcinfo(text, '.SRCINFO');
  expect(problems).toEqual([]);
  if (!srcinfo) throw new Error('no srcinfo');
  return srcinfo;
}

describe('parseSrcinfo', () => {
  it('reads a split package and prints it byte for byte', () => {
    const srcinfo = read(split);
    expect(srcinfo.base.name).toBe('foo');
    expect(srcinfo.members.map(({ name }) => name)).toEqual(['foo', 'foo-docs', 'foo-extra']);
    expect(srcinfoVersion(srcinfo)).toBe('1:1.0-2');
    expect(printSrcinfo(srcinfo)).toBe(split);
  });

  it('tolerates CRLF, spaces for tabs, comments, a byte order mark and unknown keys', () => {
    const odd = `\ufeff# made by hand\r\n${split.replace(/\t/g, '   ').replace(/\n/g, '\r\n')}`;
    expect(printSrcinfo(read(odd))).toBe(split);
    const unknown = read(split.replace('\turl', '\tcolour = red\n\turl'));
    expect(unknown.base.fields.get('colour')?.values).toEqual(['red']);
    expect(printSrcinfo(unknown)).toContain('\tcolour = red\n');
  });

  it('knows where each value stands', () => {
    const srcinfo = read(split);
    expect(placeOfField(srcinfo, srcinfo.base, 'depends', 1)).toEqual({
      file: '.SRCINFO',
      line: 11,
      column: 12,
    });
  });

  it.each([
    ['FMT001', 2, 'pkgbase = foo\n\tpkgver 1\n\tpkgrel = 1\n\tarch = any\npkgname = foo'],
    ['FMT002', 1, 'pkgver = 1\n'],
    ['FMT002', 1, ''],
    ['FMT003', 1, 'pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n'],
    ['FMT003', 1, 'pkgbase = foo\n\tpkgrel = 1\n\tarch = any\npkgname = foo\n'],
    ['FMT004', 3, 'pkgbase = foo\n\tpkgver = 1\n\tpkgver = 2\n\tpkgrel = 1\n\tarch = any\npkgname = foo'],
    ['FMT004', 6, 'pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\npkgname = foo\npkgname = foo'],
    ['FMT005', 1, 'pkgbase = Foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\npkgname = foo'],
  ])('answers with %s in line %i', (code, line, text) => {
    const { srcinfo, problems } = parseSrcinfo(text, 'x/.SRCINFO');
    expect(srcinfo).toBeUndefined();
    expect(problems.map((p) => [p.code, p.place?.line])).toContainEqual([code, line]);
  });

  it('reports at most twenty problems of a file of another kind', () => {
    expect(parseSrcinfo('what is this\n'.repeat(1000), 'x').problems.length).toBeLessThanOrEqual(20);
  });
});

describe('packageView', () => {
  it('inherits, blanks and adds the arrays of the architecture', () => {
    const srcinfo = read(split);
    expect(packageView(srcinfo, 'foo', 'x86_64')).toMatchObject({
      pkgdesc: 'for all',
      version: '1:1.0-2',
      depends: ['glibc', 'zlib>=1.2', 'nasm'],
      makedepends: ['meson'],
      source: ['foo.tar.gz', 'extra.bin'],
      checksums: { sha256sums: ['SKIP', 'SKIP'] },
    });
    expect(packageView(srcinfo, 'foo', 'aarch64')?.depends).toEqual(['glibc', 'zlib>=1.2']);
    expect(packageView(srcinfo, 'foo-docs', 'aarch64')).toMatchObject({
      depends: [],
      arch: ['any'],
      pkgdesc: 'documents',
    });
    expect(packageView(srcinfo, 'foo-extra', 'x86_64')).toMatchObject({
      depends: ['foo=1:1.0'],
      optdepends: ['perl: for scripts'],
    });
    expect(packageView(srcinfo, 'other', 'x86_64')).toBeUndefined();
  });
});
