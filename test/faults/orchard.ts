// Recipes that build in a moment, in a git repository where they get new versions.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unchecked } from '../unchecked-recipe.ts';

/** What each recipe needs: a small web of chains and a diamond. */
const needs: Readonly<Record<string, readonly string[]>> = {
  root: [],
  stem: ['root'],
  left: ['stem'],
  right: ['stem'],
  crown: ['left', 'right'],
  seed: [],
  sprout: ['seed'],
  leaf: ['crown', 'sprout'],
  moss: [],
  fern: [],
};

export class Orchard {
  readonly folder: string;
  readonly names = Object.keys(needs);
  readonly #versions = new Map<string, number>();

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.#git('init', '--quiet', '--initial-branch=main');
    this.grow(this.names);
  }

  /** The version a package has by its recipe. */
  versionOf(name: string): string {
    return `${this.#versions.get(name)}-1`;
  }

  /** Gives recipes their next versions; returns the commit. */
  grow(names: readonly string[]): string {
    for (const name of names) {
      const version = (this.#versions.get(name) ?? 0) + 1;
      this.#versions.set(name, version);
      this.#write(name, version);
    }
    this.#git('add', '--all');
    this.#git('commit', '--quiet', '--message', `feat: ${names.join(', ')}`);
    return this.#git('rev-parse', 'HEAD').trim();
  }

  #write(name: string, version: number): void {
    const folder = join(this.folder, name);
    const depends = needs[name] ?? [];
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'PKGBUILD'),
      `pkgname=${name}
pkgver=${version}
pkgrel=1
pkgdesc='grows'
arch=(any)
license=(MIT)
depends=(${depends.join(' ')})
${unchecked}
package() {
  mkdir -p "$pkgdir/usr/share/orchard"
  echo ${version} > "$pkgdir/usr/share/orchard/${name}"
}
`,
    );
    const lines = [
      `pkgbase = ${name}`,
      '\tpkgdesc = grows',
      `\tpkgver = ${version}`,
      '\tpkgrel = 1',
      '\tarch = any',
      '\tlicense = MIT',
      ...depends.map((need) => `\tdepends = ${need}`),
      '',
      `pkgname = ${name}`,
    ];
    writeFileSync(join(folder, '.SRCINFO'), `${lines.join('\n')}\n`);
  }

  #git(...args: string[]): string {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
    return execFileSync('git', ['-C', this.folder, ...who, ...args], { encoding: 'utf8' });
  }
}
