import { unchecked } from '../unchecked-recipe.ts';

/** What a test wants of a recipe; the rest is as small as it can be. */
export interface RecipeSketch {
  readonly version?: string;
  readonly depends?: readonly string[];
  readonly arch?: string;
  /** Names of the packages it makes; default: its own. */
  readonly names?: readonly string[];
  /** Further lines of the PKGBUILD. */
  readonly lines?: string;
  /** `.CI/config`, one line each. */
  readonly config?: readonly string[];
  /** Folder of the source; default: the fixture's. */
  readonly within?: string;
}

/** Files of a recipe, `.SRCINFO` included, so that nobody has to run makepkg to read it. */
export function recipeFiles(name: string, sketch: RecipeSketch, build: string): Record<string, string> {
  const { version = '1.0', depends = [], arch = 'any', names = [name], config } = sketch;
  const functions = names.map(
    (one) => `package${names.length > 1 ? `_${one}` : ''}() {
  mkdir -p "$pkgdir/usr/share/${one}"
  echo "${one} ${version}" > "$pkgdir/usr/share/${one}/version"
}`,
  );
  return {
    PKGBUILD: `pkgbase=${name}
pkgname=(${names.join(' ')})
pkgver=${version}
pkgrel=1
pkgdesc='made for a test'
arch=(${arch})
license=(MIT)
depends=(${depends.join(' ')})
${build}
${unchecked}
${functions.join('\n')}
${sketch.lines ?? ''}
`,
    '.SRCINFO': `pkgbase = ${name}
\tpkgdesc = made for a test
\tpkgver = ${version}
\tpkgrel = 1
\tarch = ${arch}
\tlicense = MIT
${depends.map((one) => `\tdepends = ${one}\n`).join('')}
${names.map((one) => `pkgname = ${one}\n`).join('\n')}`,
    ...(config ? { '.CI/config': `${config.join('\n')}\n` } : {}),
  };
}
