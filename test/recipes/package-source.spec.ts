import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localPath, parseSource } from '../../src/recipes/pkgbuild/package-source.ts';

/** What the functions of the installed makepkg say of each text: file name and protocol. */
function askMakepkg(texts: readonly string[]): readonly { fileName: string; protocol: string }[] {
  const script = [
    'source /usr/share/makepkg/util/source.sh || exit 1',
    'while IFS= read -r text; do get_filename "$text"; get_protocol "$text"; done',
  ].join('\n');
  const input = texts.map((text) => `${text}\n`).join('');
  const lines = execFileSync('bash', ['-c', script], { input, encoding: 'utf8' }).split('\n');
  return texts.map((_, n) => ({ fileName: lines[2 * n] as string, protocol: lines[2 * n + 1] as string }));
}

const real = [
  'fix.patch',
  'sub/fix.patch',
  'renamed.patch::fix.patch',
  'https://example.org/a/foo-1.0.tar.gz',
  'https://example.org/download?file=foo.tgz',
  'foo.tgz::https://example.org/download?file=foo.tgz',
  'git+https://example.org/foo.git',
  'git+https://example.org/foo.git#branch=dev?signed',
  'git+https://example.org/foo/?signed#tag=v1',
  'bar::git+ssh://git@example.org/foo.git#commit=abc',
  'git://example.org/foo',
  'hg+https://example.org/foo',
  'svn+https://example.org/trunk#revision=3',
  'bzr+lp:foo',
  'fossil+https://example.org/foo',
  'git+file:///srv/git/x.git',
];

const part = fc.constantFrom(
  'a',
  'foo.git',
  '::',
  '://',
  'git',
  '+',
  'https',
  'lp:',
  '#',
  'branch=x',
  '?',
  'signed',
  '/',
  '.git',
  'hg',
  'bzr',
  'fossil',
  'svn',
  'file',
);

describe('parseSource', () => {
  it('names files and tools as makepkg does, for real entries and for any mixture of their parts', () => {
    const mixed = fc
      .sample(fc.array(part, { minLength: 1, maxLength: 9 }), 400)
      .map((parts) => parts.join(''));
    const texts = [...real, ...mixed];
    const vcs = new Set(['bzr', 'fossil', 'git', 'hg', 'svn']);
    const theirs = askMakepkg(texts).map(({ fileName, protocol }, n) => ({
      text: texts[n],
      fileName,
      vcs: vcs.has(protocol) ? protocol : undefined,
    }));
    const ours = texts.map((text) => ({
      text,
      fileName: parseSource(text).fileName,
      vcs: parseSource(text).vcs,
    }));
    expect(ours).toEqual(theirs);
  });

  it('takes address and fragment of a VCS source apart', () => {
    expect(parseSource('git+https://example.org/f.git?signed#branch=dev')).toMatchObject({
      url: 'https://example.org/f.git',
      fragment: 'branch=dev',
    });
    expect(parseSource('git+https://example.org/f.git#branch=dev?signed')).toMatchObject({
      url: 'https://example.org/f.git',
      fragment: 'branch=dev',
    });
  });

  it.each([
    ['git+file:///srv/git/x.git#branch=a', '/srv/git/x.git'],
    ['file:///srv/a%20b.tar', '/srv/a b.tar'],
    ['file:///srv/../etc', undefined],
    ['file:///srv/%2e%2e/etc', undefined],
    ['file://elsewhere/srv', undefined],
    ['https://example.org/x', undefined],
    ['x.patch', undefined],
  ])('finds the path of this machine in %s', (text, path) => {
    expect(localPath(parseSource(text))).toBe(path);
  });
});
