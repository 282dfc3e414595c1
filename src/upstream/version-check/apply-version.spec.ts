/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of PKGBUILDs */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSrcinfo, sectionValues } from '../../formats/pacman/index.ts';
import { applyVersion, type NewVersion, type RecipeTexts } from '../index.ts';
import { outlineRecipe } from '../recipe-outline.ts';

const texts = (pkgbuild: string, srcinfo?: string): RecipeTexts => ({ pkgbase: 'foo', pkgbuild, srcinfo });

function applied(recipe: RecipeTexts, to: NewVersion) {
  const result = applyVersion(recipe, to);
  if (result.kind !== 'rewritten') throw new Error(JSON.stringify(result));
  return result;
}

describe('a version from upstream', () => {
  it('H02 goes into pkgver, pkgrel and _commit, and loses its v', () => {
    const recipe = texts(
      `pkgver=3.1.0\npkgrel=4\n_commit='aaa'\nsource=("git+https://x.org/foo.git#commit=\${_commit}")\n`,
      'pkgbase = foo\n\tpkgver = 3.1.0\n\tpkgrel = 4\n\tarch = any\n\tsource = git+https://x.org/foo.git#commit=aaa\n\npkgname = foo\n',
    );
    expect(applied(recipe, { version: 'v3.2.0', revision: 'bbb' })).toMatchObject({
      version: '3.2.0',
      pkgbuild: `pkgver=3.2.0\npkgrel=1\n_commit='bbb'\nsource=("git+https://x.org/foo.git#commit=\${_commit}")\n`,
      srcinfo: recipe.srcinfo
        ?.replace('3.1.0', '3.2.0')
        .replace('pkgrel = 4', 'pkgrel = 1')
        .replace('aaa', 'bbb'),
    });
  });
  it('is written where sources have it in words: continued lines, arrays of architectures, behind a v', () => {
    const { pkgbuild, sumsAreStale } = applied(
      texts(`pkgver=1.2
pkgrel=2.1
source=(https://x.org/foo-1.2.tar.gz
        'https://x.org/v1.2/11.2/1.2.3/bar' # 1.2
        foo-1.2.patch)
source_x86_64=("https://x.org/$pkgname-1.2-x86_64.tar.gz")
sha256sums_x86_64=('aa')
_other=1.2
`),
      { version: '1.3' },
    );
    expect(pkgbuild).toBe(`pkgver=1.3
pkgrel=1
source=(https://x.org/foo-1.3.tar.gz
        'https://x.org/v1.3/11.2/1.2.3/bar' # 1.2
        foo-1.2.patch)
source_x86_64=("https://x.org/$pkgname-1.3-x86_64.tar.gz")
sha256sums_x86_64=('aa')
_other=1.2
`);
    expect(sumsAreStale).toBe(true);
  });
  it('replaces what looks like a version only where nothing takes the version in', () => {
    const stale = texts(
      'pkgver=1.5\nsource=(https://x.org/v1.4.2/foo-1.4.2.tgz fix-1.4.2.patch)\nsha1sums=(aa SKIP)\n',
    );
    expect(applied(stale, { version: '1.6' }).pkgbuild).toContain(
      '(https://x.org/v1.6/foo-1.6.tgz fix-1.4.2.patch)',
    );
    const computed = texts('pkgver=1.5\nsource=("https://x.org/$pkgver.tgz" https://x.org/lib-1.4.2.tgz)\n');
    expect(applied(computed, { version: '1.6' }).pkgbuild).toContain('https://x.org/lib-1.4.2.tgz');
  });
  it('leaves what a variable is made of alone', () => {
    const recipe = texts('pkgver=1.2\nsource=("https://x.org/${pkgver/1.2/x}-1.2.tgz"{,.sig})\n');
    expect(applied(recipe, { version: '1.3' }).pkgbuild).toContain(
      '"https://x.org/${pkgver/1.2/x}-1.3.tgz"{,.sig}',
    );
  });
  it('of one number does not change other numbers', () => {
    const recipe = texts('pkgver=5\nsource=(https://x.org/lib5/x86_64/v5/r5/foo-5.tgz)\n');
    expect(applied(recipe, { version: '6' }).pkgbuild).toContain(
      '(https://x.org/lib5/x86_64/v6/r5/foo-6.tgz)',
    );
  });
  it('H03 that is older than the recipe is refused, unless it is wanted all the same', () => {
    const recipe = texts('pkgver=3.1.0\n', 'pkgbase = foo\n\tpkgver = 3.1.0\n');
    expect(applyVersion(recipe, { version: '3.0.0' })).toMatchObject({
      kind: 'refused',
      problem: { code: 'UPS015', severity: 'warning', what: expect.stringContaining("'3.0.0'") },
    });
    expect(applyVersion(recipe, { version: '3.0.0', force: true })).toMatchObject({ kind: 'rewritten' });
    expect(applyVersion(texts('pkgver=1.10\n'), { version: '1.9' })).toMatchObject({ kind: 'refused' });
  });
  it('that the recipe has already changes nothing', () => {
    expect(applyVersion(texts('pkgver=1.0\npkgrel=3\n'), { version: 'v1.0' })).toEqual({ kind: 'unchanged' });
    const described = texts('pkgver=0.9\n', 'pkgbase = foo\n\tpkgver = 1.0\n');
    expect(applyVersion(described, { version: '1.0' })).toEqual({ kind: 'unchanged' });
  });
  it('is refused where the recipe needs a commit that nobody told', () => {
    const recipe = texts('pkgver=1.0\n_commit=aaa\nsource=("git+https://x.org/f.git#commit=$_commit")\n');
    expect(applyVersion(recipe, { version: '1.1' })).toMatchObject({ problem: { code: 'UPS013' } });
  });
  it('and a revision that could run something are refused', () => {
    const recipe = texts('pkgver=1.0\n_commit=aaa\n');
    for (const version of ['1.0;reboot', '$(x)', '1/2', '1-2', '', '2:1']) {
      expect(applyVersion(recipe, { version }), version).toMatchObject({ problem: { code: 'UPS014' } });
    }
    expect(applyVersion(recipe, { version: '1.1', revision: "a'b" })).toMatchObject({
      problem: { code: 'UPS014' },
    });
  });
});

describe('whatever the recipe', () => {
  const number = fc.integer({ min: 0, max: 30 });
  const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
  const source = fc.oneof(
    version.map((one) => `https://x.org/foo-${one}.tar.gz`),
    version.map((one) => `"foo-$pkgver.tgz::https://x.org/v${one}/$pkgname.tgz"`),
    fc.constantFrom(
      "'fix 1.patch'",
      'a.desktop',
      '"https://x.org/${pkgver%.*}/x"',
      'git+https://x.org/y.git',
    ),
  );
  const line = fc.oneof(
    fc.array(source, { maxLength: 4 }).map((all) => `source=(${all.join('\n  ')})`),
    fc.array(source, { maxLength: 3 }).map((all) => `source_x86_64+=(${all.join(' # c\n')}\n)`),
    fc.constantFrom(
      '# pkgver=9',
      'build() {\n  pkgver=7\n  make # 1.0.0\n}',
      'cat <<EOF\npkgver=8\nEOF',
      '',
      '_commit=aaa',
      'pkgrel=7',
    ),
    version.map((one) => `_old=${one}`),
  );
  it('only version, release, commit and sources become others, and the text stays as it is', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(line), version, version, (before, after, from, to) => {
        const srcinfo = `pkgbase = foo\n\tpkgdesc = the ${from} foo\n\tpkgver = ${from}\n\tpkgrel = 2\n\tarch = any\n\tsource = https://x.org/${from}.tgz\n\npkgname = foo\n`;
        const recipe = texts([...before, `pkgver=${from}`, ...after, ''].join('\n'), srcinfo);
        const result = applyVersion(recipe, { version: to, revision: 'bbb', force: true });
        if (from === to) {
          expect(result).toEqual({ kind: 'unchanged' });
          return;
        }
        if (result.kind !== 'rewritten') throw new Error(JSON.stringify(result));
        const [old, now] = [outlineRecipe(recipe.pkgbuild), outlineRecipe(result.pkgbuild)];
        if (typeof old === 'string' || typeof now === 'string') throw new Error('no Bash');
        const isIntended = (name: string) => /^(?:pkgver|pkgrel|_commit|source(?:_x86_64)?)$/.test(name);
        expect(now.assignments.map(({ name }) => name)).toEqual(old.assignments.map(({ name }) => name));
        for (const [index, one] of now.assignments.entries()) {
          const was = old.assignments[index];
          if (!isIntended(one.name)) expect(one.raw).toBe(was?.raw);
          if (one.name === 'pkgver') expect(one.value?.literal).toBe(to);
          if (one.name === 'pkgrel') expect(one.value?.literal).toBe('1');
          if (one.name === '_commit') expect(one.value?.literal).toBe('bbb');
          expect(one.elements?.length).toBe(was?.elements?.length);
        }
        const outside = (text: string, { assignments }: typeof old) => {
          let at = 0;
          let rest = '';
          for (const one of assignments) {
            rest += text.slice(at, one.place.offset);
            at = one.end;
          }
          return rest + text.slice(at);
        };
        expect(outside(result.pkgbuild, now)).toBe(outside(recipe.pkgbuild, old));
        const described = parseSrcinfo(result.srcinfo ?? '', '.SRCINFO').srcinfo;
        expect(described && sectionValues(described.base, 'pkgver')).toEqual([to]);
        expect(described && sectionValues(described.base, 'source')).toEqual([`https://x.org/${to}.tgz`]);
        expect(described && sectionValues(described.base, 'pkgdesc')).toEqual([`the ${from} foo`]);
        expect(applyVersion({ ...recipe, ...result }, { version: to, revision: 'bbb' })).toEqual({
          kind: 'unchanged',
        });
      }),
      { numRuns: 300 },
    );
  });
});
