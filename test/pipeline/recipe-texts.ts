// Texts of recipes and folders of them.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Files = Readonly<Record<string, string | null>>;

/** Writes files below a folder; null removes one. Names that end in `!` are executable. */
export function writeFiles(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name.replace(/!$/, ''));
    if (text === null) rmSync(path, { recursive: true, force: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      if (name.endsWith('!')) chmodSync(path, 0o755);
    }
  }
}

export interface RecipeWishes {
  readonly pkgver?: string;
  readonly pkgrel?: string;
  readonly sources?: readonly string[];
  readonly sums?: readonly string[];
  /** Lines between the variables and the functions. */
  readonly lines?: readonly string[];
  /** Body of `package`. */
  readonly body?: string;
}

/** PKGBUILD and .SRCINFO that fit each other, in the usual style. */
export function recipe(
  name: string,
  wishes: RecipeWishes = {},
): { readonly PKGBUILD: string; readonly '.SRCINFO': string } {
  const { pkgver = '1', pkgrel = '1', sources = [], lines = [], body = 'true' } = wishes;
  const sums = wishes.sums ?? sources.map(() => 'SKIP');
  const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
  return {
    PKGBUILD: [
      ...[`pkgname=${name}`, `pkgver=${pkgver}`, `pkgrel=${pkgrel}`, "arch=('any')"],
      ...(sources.length > 0 ? [`source=(${quoted(sources)})`, `sha256sums=(${quoted(sums)})`] : []),
      ...lines,
      ...['', 'package() {', `  ${body}`, '}', ''],
    ].join('\n'),
    '.SRCINFO': [
      `pkgbase = ${name}`,
      ...[`pkgver = ${pkgver}`, `pkgrel = ${pkgrel}`, 'arch = any'].map((line) => `\t${line}`),
      ...sources.map((source) => `\tsource = ${source}`),
      ...sums.map((sum) => `\tsha256sums = ${sum}`),
      ...['', `pkgname = ${name}`, ''],
    ].join('\n'),
  };
}

/** Files of a package folder: a recipe, `.CI/config`, and more. */
export function folderOf(
  name: string,
  config: string | undefined,
  wishes: RecipeWishes = {},
  more: Files = {},
): Files {
  const files: Files = {
    ...recipe(name, wishes),
    ...(config === undefined ? {} : { '.CI/config': config }),
    ...more,
  };
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text]));
}
