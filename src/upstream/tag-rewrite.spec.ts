/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of PKGBUILDs */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GitlabTag, type RecipeTexts, rewriteForTag } from './index.ts';
import { outlineRecipe } from './recipe-outline.ts';

const tag: GitlabTag = { name: '1.1.0', commit: 'abc', baseUrl: 'https://gitlab.com', project: 'g/demo' };
const srcinfo = `pkgbase = demo
\tpkgver = 1.0.0
\tpkgrel = 3
\tarch = any
\tsource = https://gitlab.com/g/demo/-/archive/old/demo-old.tar.gz
\tsha256sums = SKIP

pkgname = demo
`;
const recipe = (pkgbuild: string, own = srcinfo): RecipeTexts => ({
  pkgbase: 'demo',
  pkgbuild,
  srcinfo: own,
});

/** The rewritten texts; fails the test when there is no rewrite. */
function rewritten(texts: RecipeTexts, of: GitlabTag = tag, prefix?: string) {
  const result = rewriteForTag(texts, of, prefix);
  if (result.kind !== 'rewritten') throw new Error(JSON.stringify(result));
  return result;
}

describe('a new tag', () => {
  it('U01 changes version, release, commit and the archive of the project, in both files', () => {
    const {
      pkgbuild,
      srcinfo: described,
      version,
    } = rewritten(
      recipe(`pkgname=demo
_commit='old'
pkgver=1.0.0
pkgrel=3
source=("https://gitlab.com/g/demo/-/archive/1.0.0/demo-1.0.0.tar.gz")
sha256sums=(SKIP)
`),
    );
    expect(version).toBe('1.1.0');
    expect(pkgbuild).toBe(`pkgname=demo
pkgver=1.1.0
_commit='abc'
pkgrel=1
source=("https://gitlab.com/g/demo/-/archive/\${_commit}/demo-\${_commit}.tar.gz")
sha256sums=(SKIP)
`);
    expect(described).toBe(
      srcinfo
        .replace('1.0.0', '1.1.0')
        .replace('pkgrel = 3', 'pkgrel = 1')
        .replace('archive/old/demo-old', 'archive/abc/demo-abc'),
    );
  });
  it('U01 leaves a source that takes the commit in as it is, and replaces all lines that set it', () => {
    const { pkgbuild } = rewritten(
      recipe(`pkgver=1.0.0 # now
_commit=old # of 1.0.0
source=(
  'demo.patch'
  "\${pkgname}.tar.bz2::https://gitlab.com/g/demo/-/archive/$_commit/demo-\${_commit}.tar.bz2" # main
)
_commit='other'
`),
    );
    expect(pkgbuild).toBe(`pkgver=1.1.0 # now
_commit='abc'
source=(
  'demo.patch'
  "\${pkgname}.tar.bz2::https://gitlab.com/g/demo/-/archive/$_commit/demo-\${_commit}.tar.bz2" # main
)
`);
  });
  it('is written into all source arrays, with names, variables and whatever indentation', () => {
    const { pkgbuild } = rewritten(
      recipe(`pkgver='1.0.0'
pkgrel="3"
url=https://gitlab.com/g/demo
source=(a.patch
\t$pkgname-$pkgver.tar.gz::$url/-/archive/v$pkgver/x.tar.gz
\t"\${url}-other/-/archive/v1/x.tar.gz")
source_x86_64+=('x.tar.gz::https://gitlab.com/g/demo/-/archive/v1.0.0.tar.gz')
`),
    );
    expect(pkgbuild).toBe(`pkgver='1.1.0'
_commit='abc'
pkgrel="1"
url=https://gitlab.com/g/demo
source=(a.patch
\t"$pkgname-$pkgver.tar.gz::https://gitlab.com/g/demo/-/archive/\${_commit}/demo-\${_commit}.tar.gz"
\t"\${url}-other/-/archive/v1/x.tar.gz")
source_x86_64+=("x.tar.gz::https://gitlab.com/g/demo/-/archive/\${_commit}/demo-\${_commit}.tar.gz")
`);
  });
  it('loses its prefix', () => {
    const texts = recipe('pkgver=1.0.0\npkgrel=3\n');
    expect(rewritten(texts, { ...tag, name: 'v1.1.0' }).pkgbuild).toContain('pkgver=1.1.0\n');
    expect(rewritten(texts, { ...tag, name: 'rel-1.1.0' }, 'rel-').pkgbuild).toContain('pkgver=1.1.0\n');
  });
  it('makes checksums stale unless they are skipped', () => {
    const sums = (one: string, two: string) =>
      rewritten(
        recipe(`pkgver=1.0.0
source=(x.patch https://gitlab.com/g/demo/-/archive/1.0.0/demo.tar.gz)
sha256sums=(${one} ${two})
b2sums=(SKIP SKIP)
`),
      ).sumsAreStale;
    expect(sums('aa', 'SKIP')).toBe(false);
    expect(sums('SKIP', 'bb')).toBe(true);
  });
  it('is the one of a subgroup, on a host of its own', () => {
    const own = { ...tag, baseUrl: 'https://git.example.org:8443', project: 'a/b/c' };
    const { pkgbuild } = rewritten(
      recipe('pkgver=1.0.0\nsource=(https://git.example.org:8443/a/b/c/-/archive/1.0.0/c-1.0.0.zip)\n'),
      own,
    );
    expect(pkgbuild).toContain(
      'source=("https://git.example.org:8443/a/b/c/-/archive/${_commit}/c-${_commit}.tar.gz")',
    );
  });
});

describe('nothing is changed', () => {
  it('U02 when the tag is the version of the recipe, with or without a prefix', () => {
    const texts = recipe('pkgver=1.0.0\n');
    expect(rewriteForTag(texts, { ...tag, name: '1.0.0' })).toEqual({ kind: 'unchanged' });
    expect(rewriteForTag(texts, { ...tag, name: 'v1.0.0' })).toEqual({ kind: 'unchanged' });
  });
  it('when it cannot be done right, and the reason is told', () => {
    const codeOf = (texts: RecipeTexts, name = '1.1.0') => {
      const result = rewriteForTag(texts, { ...tag, name });
      return result.kind === 'refused' ? result.problem.code : result.kind;
    };
    expect(codeOf({ pkgbase: 'demo', pkgbuild: 'pkgver=1.0.0\n', srcinfo: undefined })).toBe('UPS012');
    expect(codeOf(recipe('pkgver=$(date)\n'))).toBe('UPS013');
    expect(codeOf(recipe('pkgver=1\npkgver+=.0\n'))).toBe('UPS013');
    expect(codeOf(recipe('if true; then pkgver=1.0.0; fi\npkgver=1.0.0\n'))).toBe('UPS013');
    expect(codeOf(recipe('pkgname=demo\n'))).toBe('UPS013');
    expect(codeOf(recipe('pkgver=1.0.0; cat <<E\nE\n'))).toBe('UPS013');
    expect(codeOf(recipe('pkgver=1.0.0\nsource=("unterminated\n'))).toBe('UPS013');
    const signed = 'pkgver=1.0.0\nsource=(https://gitlab.com/g/demo/-/archive/1.0.0/demo.tar.gz{,.sig})\n';
    expect(codeOf(recipe(signed))).toBe('UPS013');
    expect(codeOf(recipe('pkgver=1.0.0\n'), '1.1.0-rc1')).toBe('UPS014');
    expect(codeOf(recipe('pkgver=1.0.0\n'), '$(reboot)')).toBe('UPS014');
    expect(codeOf(recipe('pkgver=1.0.0\n'), '0.9')).toBe('UPS015');
  });
});

describe('whatever the recipe', () => {
  const archive = 'https://gitlab.com/g/demo/-/archive';
  const source = fc.constantFrom(
    `"${archive}/1.0.0/demo-1.0.0.tar.gz"`,
    `${archive}/v$pkgver/x.zip`,
    `"$pkgname.tgz::$url/-/archive/\${_commit}/x.tgz"`,
    "'fix 1.0.0.patch'",
    'https://example.org/1.0.0.tgz',
  );
  const line = fc.oneof(
    fc.array(source, { maxLength: 4 }).map((all) => `source=(${all.join('\n\t')})`),
    fc.array(source, { maxLength: 3 }).map((all) => `  source_x86_64+=(${all.join(' # c\n')}\n)`),
    fc.constantFrom(
      '# pkgver=9',
      'build() {\n  _commit=7\n}',
      'cat <<EOF\n_commit=8\nEOF',
      '',
      'url=https://gitlab.com/g/demo',
    ),
    fc.constantFrom(
      '_commit=old',
      "_commit='old' # of 1.0.0",
      '_commit=old; pkgrel=2',
      '_other=1.0.0',
      'pkgrel=4',
    ),
  );
  it('U01 all archives are those of the commit, which is set once and in front of them, and the rest stays', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (before, after) => {
        const texts = recipe([...before, 'pkgver=1.0.0', ...after, ''].join('\n'));
        const result = rewritten(texts);
        const [old, now] = [outlineRecipe(texts.pkgbuild), outlineRecipe(result.pkgbuild)];
        if (typeof old === 'string' || typeof now === 'string') throw new Error('no Bash');
        const others = ({ assignments }: typeof old) =>
          assignments
            .filter(({ name }) => !/^(?:pkgver|pkgrel|_commit|source.*)$/.test(name))
            .map(({ raw }) => raw);
        expect(others(now)).toEqual(others(old));
        const names = now.assignments.map(({ name }) => name);
        expect(names[names.indexOf('pkgver') + 1]).toBe('_commit');
        const commits = now.assignments.filter(({ name }) => name === '_commit');
        expect(new Set(commits.map(({ value }) => value?.literal))).toEqual(new Set(['abc']));
        for (const { elements, name } of now.assignments) {
          for (const { word } of elements ?? []) {
            expect(word.raw.includes(archive) && !word.raw.includes('${_commit}'), name).toBe(false);
          }
        }
        const strip = (text: string) =>
          text.replaceAll(/^(?:_commit|pkgver|pkgrel)=.*$|[\s"]|https:[^\s"')]*|\$url[^\s"')]*/gm, '');
        expect(strip(result.pkgbuild)).toBe(strip(texts.pkgbuild));
        expect(rewriteForTag({ ...texts, ...result }, tag)).toEqual({ kind: 'unchanged' });
      }),
      { numRuns: 200 },
    );
  });
});
