/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of PKGBUILDs */
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { applyVersion, type GitlabTag, type Rewrite, rewriteForTag } from '../../src/upstream/index.ts';
import { runMakepkg, scratchFolder } from '../formats/real-tools.ts';
import { unchecked } from '../unchecked-recipe.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const known = new Map<string, string>();

/** What makepkg says of a PKGBUILD: Bash itself has read it then. */
function printed(pkgbuild: string): string {
  const text = known.get(pkgbuild) ?? runOn(pkgbuild);
  known.set(pkgbuild, text);
  return text;
}

function runOn(pkgbuild: string): string {
  const folder = mkdtempSync(join(scratch.folder, 'recipe-'));
  writeFileSync(join(folder, 'PKGBUILD'), `${pkgbuild}\n${unchecked}\n`);
  if (process.getuid?.() === 0) chownSync(folder, 65534, 65534);
  try {
    return runMakepkg(['--printsrcinfo'], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const frame = (body: string): string => `# Maintainer: somebody
pkgname=demo
${body}
pkgdesc="it's a demo of 1.0.0"
arch=(x86_64 aarch64)
url='https://gitlab.com/g/demo'
license=('MIT')

pkgver_of() {
  pkgver=1.0.0 # in a function
}

build() {
  cat <<END
pkgver=1.0.0
source=(https://gitlab.com/g/demo/-/archive/1.0.0/demo-1.0.0.tar.gz)
END
}

package() {
  install -d "$pkgdir/1.0.0"
}
`;

const recipes: Readonly<Record<string, string>> = {
  'a commit, variables and names': frame(`_commit=aaaaaaa
pkgver='1.0.0'
pkgrel="3"
source=("$pkgname-\${pkgver}.tar.gz::https://gitlab.com/g/demo/-/archive/\${_commit}/demo-$_commit.tar.gz"
        'demo-1.0.0.patch' # for 1.0.0
        )
sha256sums=('SKIP'
            'SKIP')`),
  'arrays of architectures, appended ones, odd quotes': frame(`pkgver=1.0.0;pkgrel=3
source=('local file'
)
source_x86_64=(https://gitlab.com/g/demo/-/archive/1.0.0/"demo"-1.0.0.tar.gz)
source_aarch64=(
\t'x'::"https://gitlab.com/g/demo/-/archive/v$pkgver/demo.tar.gz")
source+=(https://example.org/v1.0.0/11.0.0/1.0.0.1/demo.tgz)
sha256sums=(SKIP SKIP)
sha256sums_x86_64=(SKIP)
sha256sums_aarch64=(SKIP)`),
};

const sourceOf = (text: string): string[] => text.split('\n').filter((line) => /^\tsource/.test(line));

describe('makepkg reads a rewritten recipe', () => {
  const tag: GitlabTag = {
    name: 'v1.1.0',
    commit: 'bbbbbbb',
    baseUrl: 'https://gitlab.com',
    project: 'g/demo',
  };
  const ways: Readonly<Record<string, (pkgbuild: string, srcinfo: string) => Rewrite>> = {
    'U01 a tag': (pkgbuild, srcinfo) => rewriteForTag({ pkgbase: 'demo', pkgbuild, srcinfo }, tag),
    'H02 a version': (pkgbuild, srcinfo) =>
      applyVersion({ pkgbase: 'demo', pkgbuild, srcinfo }, { version: '1.1.0', revision: 'bbbbbbb' }),
  };
  for (const [way, rewrite] of Object.entries(ways)) {
    for (const [name, pkgbuild] of Object.entries(recipes)) {
      it(`${way} goes into a recipe with ${name}, and its .SRCINFO is what makepkg says`, () => {
        const before = printed(pkgbuild);
        const result = rewrite(pkgbuild, before);
        if (result.kind !== 'rewritten') throw new Error(JSON.stringify(result));
        const after = printed(result.pkgbuild);
        expect(after).toContain('\tpkgver = 1.1.0\n\tpkgrel = 1\n');
        expect(after).toContain("\tpkgdesc = it's a demo of 1.0.0\n");
        expect(sourceOf(after).join('\n')).toMatch(
          way.startsWith('U01') ? /archive\/bbbbbbb\/demo-bbbbbbb\.tar\.gz/ : /1\.1\.0|bbbbbbb/,
        );
        expect(after).not.toContain('aaaaaaa');
        expect(result.srcinfo).toBe(after);
        expect(result.pkgbuild.split('build()')[1]).toBe(pkgbuild.split('build()')[1]);
      });
    }
  }
});
