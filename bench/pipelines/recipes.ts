// Made-up recipes with the proportions of a real repository: what each says is a function of its number.
import { createHash } from 'node:crypto';

export type Files = ReadonlyMap<string, string>;

export interface Sketch {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  readonly config: string;
  readonly depends?: readonly string[];
  readonly sources?: readonly string[];
  /** Lines of the PKGBUILD between its variables and its functions. */
  readonly lines?: readonly string[];
  readonly names?: readonly string[];
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const usualNeeds = ['glibc', 'gcc-libs', 'hicolor-icon-theme', 'qt6-base', 'zlib', 'libx11'];
const buildNeeds = ['cmake', 'git', 'ninja', 'extra-cmake-modules', 'python-setuptools'];

/** PKGBUILD, .SRCINFO and settings of a recipe, by path in the repository. */
export function recipeFolder(sketch: Sketch): Files {
  const files = new Map([
    [`${sketch.name}/PKGBUILD`, pkgbuild(sketch)],
    [`${sketch.name}/.SRCINFO`, srcinfo(sketch)],
    [`${sketch.name}/.CI/config`, sketch.config],
  ]);
  return files;
}

const sumsOf = ({ sources = [] }: Sketch): readonly string[] =>
  sources.map((source) =>
    source.includes('git+') || source.includes('/archive/') ? 'SKIP' : digest(source),
  );

function pkgbuild(sketch: Sketch): string {
  const { name, version, release, depends = [], sources = [], lines = [], names = [name] } = sketch;
  const words = (all: readonly string[]): string => all.map((word) => `'${word}'`).join(' ');
  return [
    '# Maintainer: Somebody <somebody at example dot org>',
    ...(names.length > 1 ? [`pkgbase=${name}`, `pkgname=(${words(names)})`] : [`pkgname=${name}`]),
    `pkgver=${version}`,
    `pkgrel=${release}`,
    "pkgdesc='One of many recipes, with a description of the usual length'",
    "arch=('x86_64')",
    `url='https://example.org/${name}'`,
    "license=('GPL-3.0-or-later')",
    `depends=(${words([...usualNeeds, ...depends])})`,
    `makedepends=(${words(buildNeeds)})`,
    `source=(${words(sources)})`,
    `sha256sums=(${words(sumsOf(sketch))})`,
    ...lines,
    '',
    'prepare() {',
    '  cd "$srcdir/$pkgname"',
    "  sed -i 's|/usr/local|/usr|' CMakeLists.txt",
    '}',
    '',
    'build() {',
    '  cmake -S "$pkgname" -B build -G Ninja -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_BUILD_TYPE=None',
    '  cmake --build build',
    '}',
    ...names.flatMap((one) => [
      '',
      `package${names.length > 1 ? `_${one}` : ''}() {`,
      '  DESTDIR="$pkgdir" cmake --install build',
      '  install -Dm644 "$pkgname/LICENSE" -t "$pkgdir/usr/share/licenses/$pkgname"',
      '}',
    ]),
    '',
  ].join('\n');
}

function srcinfo(sketch: Sketch): string {
  const { name, version, release, depends = [], sources = [], names = [name] } = sketch;
  return [
    `pkgbase = ${name}`,
    '\tpkgdesc = One of many recipes, with a description of the usual length',
    `\tpkgver = ${version}`,
    `\tpkgrel = ${release}`,
    `\turl = https://example.org/${name}`,
    '\tarch = x86_64',
    '\tlicense = GPL-3.0-or-later',
    ...buildNeeds.map((one) => `\tmakedepends = ${one}`),
    ...[...usualNeeds, ...depends].map((one) => `\tdepends = ${one}`),
    ...sources.map((one) => `\tsource = ${one}`),
    ...sumsOf(sketch).map((one) => `\tsha256sums = ${one}`),
    ...names.flatMap((one) => ['', `pkgname = ${one}`]),
    '',
  ].join('\n');
}

/** How many recipes there are of which kind, of 2,500: counted in a real repository of that size. */
const perThousand = {
  git: 320,
  bin: 48,
  url: 16,
  custom: 56,
  trigger: 9,
  rebuild: 74,
  bumped: 497,
  classed: 36,
  split: 68,
};

/** Recipe `n` of `count`, as it is after so many updates. */
export function sketchOf(n: number, updates: number): Sketch {
  const dice = (what: keyof typeof perThousand): boolean =>
    Number.parseInt(digest(`${what} ${n}`).slice(0, 8), 16) % 1000 < perThousand[what];
  const isGit = dice('git');
  const base = `recipe-${String(n).padStart(4, '0')}`;
  const name = isGit ? `${base}-git` : dice('bin') ? `${base}-bin` : base;
  const upstream = `https://github.com/owner-${n % 900}/project-${n}`;
  const source = dice('custom') ? 'custom' : dice('url') ? `${upstream}-recipe.git` : 'aur';
  const needs = [n >> 1, n >> 2, (n * 7) % (n + 1)].slice(0, Math.max(0, (n % 5) - 1));
  const config = [
    `CI_PKGBUILD_SOURCE=${source}`,
    ...(dice('bumped') ? [`CI_PACKAGE_BUMP=1.${updates}-1/${(n % 4) + 1}`] : []),
    ...(dice('rebuild') ? [`CI_REBUILD_TRIGGERS=library-${n % 40}:library-${n % 23}`] : []),
    ...(dice('classed') ? [`BUILDER_CLASS=${(n % 3) + 1}`] : []),
    ...(dice('trigger') ? ['CI_ON_TRIGGER=daily'] : []),
  ];
  return {
    name,
    version: `1.${updates}`,
    release: 1,
    config: `${config.join('\n')}\n`,
    depends: needs.filter((other) => other < n).map((other) => sketchName(other)),
    sources: isGit
      ? [`git+${upstream}.git`]
      : [`https://example.org/${name}/${name}-1.${updates}.tar.gz`, `${name}.patch`],
    names: dice('split') ? [name, `${name}-docs`] : [name],
  };
}

const names = new Map<number, string>();

function sketchName(n: number): string {
  const known = names.get(n);
  if (known !== undefined) return known;
  const { name } = sketchOf(n, 0);
  names.set(n, name);
  return name;
}
