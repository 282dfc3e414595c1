import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadOptions, load, loadAll } from './index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packmill-load-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const srcinfo = (name: string, more = '', members = `pkgname = ${name}\n`): string =>
  `pkgbase = ${name}\n\tpkgver = 1.2\n\tpkgrel = 3\n\tarch = x86_64\n${more}\n${members}`;

function put(path: string, text: string): void {
  const full = join(root, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, text);
}

function makeRecipe(name: string, files: Readonly<Record<string, string>> = {}): string {
  const all = { PKGBUILD: `pkgname=${name}\npkgver=1.2\npkgrel=3\n`, '.SRCINFO': srcinfo(name), ...files };
  for (const [path, text] of Object.entries(all)) put(`${name}/${path}`, text);
  return join(root, name);
}

const read = (folder: string, options: Partial<LoadOptions> = {}) =>
  load(folder, { arch: 'x86_64', ...options });
const codes = async (folder: string, options: Partial<LoadOptions> = {}): Promise<readonly string[]> =>
  (await read(folder, options)).problems.map(({ code }) => code);
const digest = async (folder: string) => (await read(folder)).recipe?.inputDigest;

describe('load', () => {
  it('reads version, outputs, offers and needs of all phases and of its architecture', async () => {
    const more = [
      'epoch = 1',
      'depends = glibc',
      'depends_x86_64 = lib32-a>=2',
      'depends_aarch64 = not-here',
      'makedepends = cmake',
      'checkdepends = foo-tools',
      'provides = libfoo.so',
    ];
    const members =
      'pkgname = foo\n\npkgname = foo-tools\n\tdepends = foo=1:1.2\n\tdepends = bash\n\tprovides = tool=4\n';
    const folder = makeRecipe('foo', {
      '.SRCINFO': srcinfo('foo', more.map((line) => `\t${line}\n`).join(''), members),
      PKGBUILD: 'pkgbase=foo\n',
    });
    const { recipe, problems } = await read(folder);
    expect(problems).toEqual([]);
    expect(recipe).toMatchObject({
      kind: 'pkgbuild',
      name: 'foo',
      version: '1:1.2-3',
      architectures: ['x86_64'],
      outputs: ['foo', 'foo-tools'],
    });
    expect(recipe?.offers).toEqual([
      { via: 'output', name: 'foo', version: '1:1.2-3' },
      { via: 'output', name: 'foo-tools', version: '1:1.2-3' },
      { via: 'soname', name: 'libfoo.so' },
      { via: 'provides', name: 'tool', version: '4' },
    ]);
    expect(recipe?.needs.map(({ phase, text }) => `${phase} ${text}`)).toEqual([
      'run glibc',
      'run lib32-a>=2',
      'run bash',
      'build cmake',
    ]);
    expect(recipe?.needs[1]).toEqual({
      phase: 'run',
      name: 'lib32-a',
      operator: '>=',
      version: '2',
      text: 'lib32-a>=2',
    });
  });

  it('applies the bump to the version and hands the builder class on (X04)', async () => {
    const folder = makeRecipe('foo', { '.CI/config': 'CI_PACKAGE_BUMP=1.2-3/2\nBUILDER_CLASS=9\n' });
    expect((await read(folder)).recipe).toMatchObject({ version: '1.2-3.2', buildClass: 9 });
  });

  it('takes sources apart and finds those of this machine', async () => {
    const sources = [
      'a.patch',
      'x::git+file:///srv/git/x.git#branch=dev',
      'file:///srv/files/y.tar.gz',
      'https://h/z.zip',
    ];
    const folder = makeRecipe('foo-git', {
      '.SRCINFO': srcinfo('foo-git', sources.map((text) => `\tsource = ${text}\n`).join('')),
      PKGBUILD: 'pkgname=foo-git\npkgver() {\n  git describe\n}\n',
    });
    const details = (await read(folder)).recipe?.details;
    expect(
      details?.vcsSources.map(({ fileName, url, vcs, fragment }) => ({ fileName, url, vcs, fragment })),
    ).toEqual([{ fileName: 'x', url: 'file:///srv/git/x.git', vcs: 'git', fragment: 'branch=dev' }]);
    expect(details?.localSourceFolders).toEqual(['/srv/git/x.git', '/srv/files/y.tar.gz']);
    expect(details?.hasPkgverFunction).toBe(true);
  });

  it.each(['-x', 'Foo', 'ó', 'a b'])('refuses the folder name %s (N02)', async (name) => {
    expect(await codes(makeRecipe(name))).toEqual(['PLN003']);
  });

  it.each(['c++utilities', 'python-jaraco.vcs', '86box', 'a@b'])(
    'accepts the folder name %s (N02)',
    async (name) => {
      expect(await codes(makeRecipe(name))).toEqual([]);
    },
  );

  it('warns of another pkgbase unless interfere files may set it', async () => {
    const folder = makeRecipe('foo', { '.SRCINFO': srcinfo('bar'), PKGBUILD: '' });
    expect(await codes(folder)).toEqual(['PLN011']);
    put('foo/.CI/PKGBUILD.append', 'pkgbase=foo\n');
    expect(await codes(folder)).toEqual([]);
  });

  it('makes a malformed recipe one row of the batch', async () => {
    const folders = [makeRecipe('a'), makeRecipe('b', { '.SRCINFO': 'nonsense' }), makeRecipe('c')];
    const rows = await loadAll(folders, { arch: 'x86_64' });
    expect(rows.map(({ recipe }) => recipe?.name)).toEqual(['a', undefined, 'c']);
    expect(rows[1]?.problems.length).toBeGreaterThan(0);
    expect(rows[1]?.problems[0]?.place?.file).toBe(join(root, 'b', '.SRCINFO'));
  });

  it('refuses a PKGBUILD that is a link', async () => {
    const folder = makeRecipe('foo');
    rmSync(join(folder, 'PKGBUILD'));
    symlinkSync('/etc/passwd', join(folder, 'PKGBUILD'));
    expect(await codes(folder)).toEqual(['PLN006']);
    rmSync(join(folder, '.SRCINFO'));
    const again = await read(folder, { regenerate: async () => srcinfo('foo') });
    expect(again.problems.map(({ code }) => code)).toEqual(['PLN006']);
  });

  it('blames the PKGBUILD for what is wrong with a .SRCINFO that was made from it', async () => {
    const folder = makeRecipe('foo');
    rmSync(join(folder, '.SRCINFO'));
    const { recipe, problems } = await read(folder, {
      regenerate: async () => srcinfo('foo').replace(/^\s*arch = .*$/gm, ''),
    });
    expect(recipe).toBeUndefined();
    expect(problems).toMatchObject([{ code: 'FMT003', place: { file: join(folder, 'PKGBUILD') } }]);
    expect(problems[0]?.place?.line).toBeUndefined();
  });
});

describe('staleness of .SRCINFO', () => {
  it.each([undefined, '', ' \n'])('reports a missing or empty one (%j)', async (text) => {
    const folder = makeRecipe('foo', text === undefined ? {} : { '.SRCINFO': text });
    if (text === undefined) rmSync(join(folder, '.SRCINFO'));
    const { recipe, problems } = await read(folder);
    expect(recipe).toBeUndefined();
    expect(problems.map(({ code }) => code)).toEqual(['PLN004']);
    const again = await read(folder, { regenerate: async () => srcinfo('foo') });
    expect(again.problems).toEqual([]);
    expect(again.recipe?.version).toBe('1.2-3');
  });

  it('warns where a literal value differs, and makes it anew when it can', async () => {
    const folder = makeRecipe('foo', { PKGBUILD: '# foo\npkgname=foo\npkgver="1.3" # new\npkgrel=3\n' });
    const { recipe, problems } = await read(folder);
    expect(recipe?.version).toBe('1.2-3');
    expect(problems.map(({ code, what, place }) => [code, what, place?.line])).toEqual([
      ['PLN005', "'pkgver' is '1.3' here and '1.2' in .SRCINFO", 3],
    ]);
    const fresh = srcinfo('foo').replace('1.2', '1.3');
    const again = await read(folder, { regenerate: async () => fresh });
    expect(again).toMatchObject({ recipe: { version: '1.3-3' }, problems: [] });
  });

  it.each([
    ['an expansion', 'pkgver=$_base.3\n'],
    ['a command', 'pkgver=$(date)\n'],
    ['two assignments', 'pkgver=9\npkgver=1.2\n'],
    ['a condition', 'if true; then\n  pkgver=9\nfi\npkgver=8\nif false; then pkgver=7; fi\n'],
    ['a value set in a function', 'build() {\npkgver=9\n}\n'],
    ['an array over several lines', 'pkgname=(foo\n  bar)\n'],
    ['the same in other words', "pkgver='1.2'\nepoch=0\npkgname=('foo')\n"],
  ])('does not guess at %s', async (_, pkgbuild) => {
    expect(await codes(makeRecipe('foo', { PKGBUILD: pkgbuild }))).toEqual([]);
  });

  it('sees an added package and a new epoch', async () => {
    const folder = makeRecipe('foo', { PKGBUILD: "pkgname=(foo 'foo-doc')\nepoch=2\n" });
    expect(await codes(folder)).toEqual(['PLN005', 'PLN005']);
  });
});

describe('input digest', () => {
  it('changes with every byte, name, executable bit and link target that goes into the build', async () => {
    const folder = makeRecipe('foo', { 'a.patch': 'x' });
    const seen = new Set([await digest(folder)]);
    const changes = [
      () => put('foo/a.patch', 'y'),
      () => put('foo/.CI/config', 'BUILDER_CLASS=1'),
      () => put('foo/.CI/PKGBUILD.append', ''),
      () => put('foo/files/deep', ''),
      () => chmodSync(join(folder, 'a.patch'), 0o755),
      () => symlinkSync('a.patch', join(folder, 'link')),
      () => {
        rmSync(join(folder, 'link'));
        symlinkSync('b.patch', join(folder, 'link'));
      },
    ];
    for (const change of changes) {
      change();
      seen.add(await digest(folder));
    }
    expect(seen.size).toBe(changes.length + 1);
  });

  it('does not change with what is no input', async () => {
    const folder = makeRecipe('foo', {
      '.SRCINFO': srcinfo('foo', '\tsource = v1.tar.gz::https://h/v1.tar.gz\n'),
    });
    const before = await digest(folder);
    const others = [
      '.git/HEAD',
      '.CI/info',
      'src/x',
      'pkg/y',
      'foo-1.2-3-x86_64.pkg.tar.zst',
      'v1.tar.gz',
      'foo-1.2-3-x86_64-build.log',
    ];
    for (const path of others) put(`foo/${path}`, 'anything');
    put('foo/.SRCINFO', `# comment\n${srcinfo('foo', '\tsource = v1.tar.gz::https://h/v1.tar.gz\n')}`);
    chmodSync(join(folder, 'PKGBUILD'), 0o600);
    expect(await digest(folder)).toBe(before);
  });

  it('counts a folder called src when the recipe names it as a source', async () => {
    const folder = makeRecipe('foo', {
      '.SRCINFO': srcinfo('foo', '\tsource = src/main.c\n'),
      'src/main.c': 'a',
    });
    const before = await digest(folder);
    put('foo/src/main.c', 'b');
    expect(await digest(folder)).not.toBe(before);
  });

  it('is the same for a copy elsewhere, with files larger than the buffer', async () => {
    const big = 'x'.repeat(3_000_000);
    const one = makeRecipe('foo', { big, big2: `${big}y`, PKGBUILD: `# ${'é'.repeat(1_200_000)}\n` });
    const first = await digest(one);
    rmSync(one, { recursive: true });
    mkdirSync(join(root, 'else'));
    root = join(root, 'else');
    const two = makeRecipe('foo', { PKGBUILD: `# ${'é'.repeat(1_200_000)}\n`, big2: `${big}y`, big });
    expect(await digest(two)).toBe(first);
    put('foo/big2', `${big}z`);
    expect(await digest(two)).not.toBe(first);
    root = join(root, '..');
  });
});
