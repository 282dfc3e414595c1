import { describe, expect, it } from 'vitest';
import { type Classification, classifyChange, type FileMode, type RecipeFolder } from './index.ts';

type Files = Readonly<Record<string, string>>;
const folder = (files: Files, modes: Readonly<Record<string, FileMode>> = {}): RecipeFolder => ({
  files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
  modes: new Map(Object.entries(modes)),
});
const classify = (before: string, after: string, ...allow: string[]): Classification =>
  classifyChange(folder({ PKGBUILD: before }), folder({ PKGBUILD: after }), { allow });
const size = (before: string, after: string, ...allow: string[]): string =>
  classify(before, after, ...allow).size;
const hash = (letter: string): string => letter.repeat(64);

describe('the rule for minor and major changes', () => {
  it('M01 lets pkgver change', () => {
    expect(classify('pkgver=1\n', 'pkgver=2\n')).toMatchObject({
      size: 'minor',
      reasons: [{ file: 'PKGBUILD', line: 1, what: "'pkgver' goes from '1' to '2'" }],
    });
  });

  it('M02 lets pkgrel, _pkgver and quotes change', () => {
    expect(size('pkgver=1\npkgrel=1\n', 'pkgver=1\npkgrel=2\n')).toBe('minor');
    expect(size('_pkgver=1\n', '_pkgver=2\n')).toBe('minor');
    expect(size('pkgver=1\n', 'pkgver="2"\n')).toBe('minor');
    expect(size("pkgrel='1'\n", 'pkgrel=1\n')).toBe('minor');
  });

  it('M03 lets a checksum follow a checksum, and a checksum follow SKIP', () => {
    expect(size("sha256sums=('aa')\n", "sha256sums=('bb')\n")).toBe('minor');
    expect(size("sha256sums=('SKIP')\n", `sha256sums=('${hash('b')}')\n`)).toBe('minor');
    expect(size(`b2sums_riscv64=(\n  '${hash('a')}'\n)\n`, `b2sums_riscv64=("${hash('b')}")\n`)).toBe(
      'minor',
    );
    expect(size('cksums=(123)\n', 'cksums=(45)\n')).toBe('minor');
  });

  it('M04 takes a hash that becomes SKIP for major', () => {
    expect(classify("sha256sums=('aa')\n", "sha256sums=('SKIP')\n")).toMatchObject({
      size: 'major',
      reasons: [{ file: 'PKGBUILD', line: 1, rule: 'checksum-skipped' }],
    });
  });

  it('M05 takes other lines and other files for major', () => {
    expect(classify('pkgver=1\nurl=a\n', 'pkgver=2\nurl=b\n')).toMatchObject({
      size: 'major',
      reasons: [{ line: 2, rule: 'changed' }],
    });
    expect(classify('pkgver=1\n', 'pkgver=1\nx=1\n')).toMatchObject({
      size: 'major',
      reasons: [{ line: 2, rule: 'added' }],
    });
    const before = folder({ PKGBUILD: 'pkgver=1\n', 'a.patch': 'a' });
    const none = { allow: [] };
    const changed = classifyChange(before, folder({ PKGBUILD: 'pkgver=2\n', 'a.patch': 'b' }), none);
    expect(changed).toMatchObject({ size: 'major', reasons: [{ file: 'a.patch', rule: 'file-changed' }] });
    const added = classifyChange(before, folder({ PKGBUILD: 'pkgver=2\n', 'a.patch': 'a', x: '' }), none);
    expect(added).toMatchObject({ size: 'major', reasons: [{ file: 'x', rule: 'file-added' }] });
    const removed = classifyChange(before, folder({ PKGBUILD: 'pkgver=2\n' }), none);
    expect(removed).toMatchObject({ size: 'major', reasons: [{ file: 'a.patch', rule: 'file-removed' }] });
  });

  it('M06 takes a lost backslash before a substitution for major', () => {
    expect(size('x="\\$(id)"\n', 'x="$(id)"\n')).toBe('major');
  });

  it('M07 reads the last line although it does not end', () => {
    expect(size('pkgver=1\nurl=a', 'pkgver=1\nurl=b')).toBe('major');
    expect(size('pkgver=1\nurl=a', 'pkgver=1\nurl=a\n')).toBe('major');
    expect(size('url=a\npkgver=1', 'url=a\npkgver=2')).toBe('minor');
  });

  it('M08 lets pkgver change beside two checksums in one line', () => {
    expect(size("pkgver=1\nsha256sums=('aa' 'bb')\n", "pkgver=2\nsha256sums=('aa' 'bb')\n")).toBe('minor');
  });

  it('M09 takes another number of checksums for major', () => {
    expect(classify("sha256sums=('aa' 'bb')\n", "sha256sums=('aa')\n")).toMatchObject({
      size: 'major',
      reasons: [{ rule: 'checksum-count' }],
    });
  });

  it('M10 lets a plus sign stand in pkgver', () => {
    expect(size('pkgver=1+a\n', 'pkgver=2+a\n')).toBe('minor');
  });

  it('M11 takes a substitution or a comment behind pkgver for major', () => {
    expect(size('pkgver=1\n', 'pkgver=$(curl x)\n')).toBe('major');
    expect(size('pkgver=1\n', 'pkgver=2 # c\n')).toBe('major');
  });

  it('M12 lets a line change when one expression matches it before and after', () => {
    const allow = '^source=\\(https://a/';
    expect(size('source=(https://a/1)\n', 'source=(https://a/2)\n', allow)).toBe('minor');
    expect(size('source=(https://b/1)\n', 'source=(https://a/2)\n', allow)).toBe('major');
    expect(size('source=(https://a/1)\n', 'source=(https://b/2)\n', allow)).toBe('major');
    expect(size('pkgver=1\nsource=(https://a/1)\n', 'pkgver=2\nsource=(https://a/2)\n', 'x', allow)).toBe(
      'minor',
    );
  });

  it('M12 keeps the shape of a line that may change', () => {
    const allow = '^source=\\(https://a/';
    const before = 'source=(https://a/1)\nx=1\n';
    for (const after of [
      'source=(https://a/$(id))\nx=1\n',
      'source=(https://a/1 https://b/2)\nx=1\n',
      'source=(https://a/1); id\nx=1\n',
      'source=(https://a/1\nx=1)\n',
      "source=(https://a/1 '\nx=1')\n",
      'source=(https://a/1) id\nx=1\n',
    ]) {
      expect(size(before, after, allow), after).toBe('major');
    }
    expect(size('f() { eval a; }\n', 'f() { eval b; }\n', 'eval')).toBe('major');
    expect(size('f() {\n  a &\n  b\n}\n', 'f() {\n  a ;\n  b\n}\n', 'a')).toBe('major');
    expect(size('f() {\n  make A=1\n}\n', 'f() {\n  make A=2\n}\n', '^ +make')).toBe('minor');
  });

  it('M13 takes a changed .SRCINFO alone for minor', () => {
    const with_ = (text: string): RecipeFolder => folder({ PKGBUILD: 'pkgver=1\n', '.SRCINFO': text });
    expect(classifyChange(with_('a'), with_('b'), { allow: [] }).size).toBe('minor');
    expect(
      classifyChange(folder({ PKGBUILD: 'x=1' }), folder({ PKGBUILD: 'x=1', '.SRCINFO': 'a' }), { allow: [] })
        .size,
    ).toBe('minor');
  });

  it('says none when neither PKGBUILD nor .SRCINFO differ, whatever else does', () => {
    const before = folder({ PKGBUILD: 'x=1\n', 'a.install': 'a' });
    const after = folder({ PKGBUILD: 'x=1\n', 'a.install': 'b' });
    expect(classifyChange(before, after, { allow: [] })).toEqual({ size: 'none', reasons: [], problems: [] });
    expect(classifyChange(folder({}), folder({}), { allow: [] }).size).toBe('none');
  });

  it('counts neither .CI nor .git nor .gitignore', () => {
    const before = folder({ PKGBUILD: 'pkgver=1\n', '.CI/config': 'a', '.git/HEAD': 'a', '.gitignore': 'a' });
    const after = folder({ PKGBUILD: 'pkgver=2\n' });
    expect(classifyChange(before, after, { allow: [] }).size).toBe('minor');
    const sub = folder({ PKGBUILD: 'pkgver=2\n', 'sub/.gitignore': 'a' });
    expect(classifyChange(before, sub, { allow: [] }).size).toBe('major');
  });

  it('reports an expression that is none, and does without it', () => {
    const found = classify('url=a\n', 'url=b\n', '^url=(', '');
    expect(found).toMatchObject({ size: 'major', problems: [{ code: 'REV002' }, { code: 'REV002' }] });
    expect(classify('url=a\n', 'url=b\n', '^url=(', '^url=').size).toBe('minor');
  });

  it('is not held up by an expression that would take for ever elsewhere', () => {
    const line = `url=${'a'.repeat(5000)}`;
    expect(size(`${line}\n`, `${line}b\n`, '^url=(a+)+$', '^url=(a|aa)*c')).toBe('major');
  });
});
