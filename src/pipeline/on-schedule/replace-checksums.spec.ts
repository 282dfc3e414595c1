import { describe, expect, it } from 'vitest';
import { replaceChecksums } from './replace-checksums.ts';

const made = "sha256sums=('new'\n            'newer')\n";

describe('checksums of a PKGBUILD', () => {
  it('are replaced where they stand, all arrays by one block', () => {
    const text = [
      'pkgver=1',
      "md5sums=('a'",
      "  'b')",
      "sha256sums_x86_64=('c')",
      'build() {',
      "  sha256sums=('in a function')",
      '}',
      "sha256sums=('d')",
      '# end',
      '',
    ].join('\n');
    expect(replaceChecksums(text, made)).toBe(
      [
        'pkgver=1',
        "sha256sums=('new'",
        "            'newer')",
        'build() {',
        "  sha256sums=('in a function')",
        '}',
        '# end',
        '',
      ].join('\n'),
    );
  });

  it('come to the end where there were none, and stay when there is nothing new', () => {
    expect(replaceChecksums('pkgver=1\n\n', made)).toBe(`pkgver=1\n${made}`);
    expect(replaceChecksums("sha256sums=('a')\n", '\n')).toBe("sha256sums=('a')\n");
  });
});
