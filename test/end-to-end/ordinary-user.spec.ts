import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unchecked } from '../unchecked-recipe.ts';
import { FarmFixture, type JobRow, type Ran, simpleRecipe } from './farm-fixture.ts';

const library = `pkgname=libpm-ink
pkgver=1.2
pkgrel=1
arch=(x86_64)
license=(MIT)
provides=(libpmink.so)
source=(ink.c ink.h)
sha256sums=(SKIP SKIP)
${unchecked}
build() {
  gcc $CFLAGS -fPIC -shared -Wl,-soname,libpmink.so.1 $LDFLAGS -o libpmink.so.1 ink.c
}
package() {
  install -Dm755 libpmink.so.1 "$pkgdir/usr/lib/libpmink.so.1"
  ln -s libpmink.so.1 "$pkgdir/usr/lib/libpmink.so"
  install -Dm644 ink.h "$pkgdir/usr/include/pmink.h"
}
`;

const program = `pkgname=pm-pen
pkgver=1
pkgrel=1
arch=(x86_64)
license=(MIT)
depends=(libpmink.so)
makedepends=(pm-inkwell)
source=(pen.c)
sha256sums=(SKIP)
${unchecked}
build() {
  test "$(cat /etc/pm-inkwell.installed)" = "filled by 0"
  ! touch /usr/lib/libpmink.so.1 /etc/pm-inkwell.conf || return 1
  ! sh -c 'echo x >> /build/dependencies/libpm-ink-1.2-1-x86_64.pkg.tar.zst' || return 1
  gcc $CFLAGS $LDFLAGS -o pen pen.c -lpmink
}
check() { test "$(./pen)" = 7; }
package() { install -Dm755 pen "$pkgdir/usr/bin/pm-pen"; }
`;

/** The whole path for somebody without any rights, with everything that root would do in the sandbox's root. */
describe('packmill of an ordinary user', () => {
  const fixture = new FarmFixture({ ordinary: true });
  let ran: Ran;
  let jobs: Map<string, JobRow>;
  let objects: string;

  beforeAll(async () => {
    fixture.writeRecipe('libpm-ink', {
      PKGBUILD: library,
      'ink.c': 'int pmink(void) { return 7; }\n',
      'ink.h': 'int pmink(void);\n',
    });
    fixture.writeRecipe('pm-pen', {
      PKGBUILD: program,
      'pen.c':
        '#include <pmink.h>\n#include <stdio.h>\nint main(void) { printf("%d\\n", pmink()); return 0; }\n',
    });
    fixture.writeRecipe('pm-inkwell', {
      ...simpleRecipe(
        'pm-inkwell',
        `install=inkwell.install
backup=(etc/pm-inkwell.conf)
package() {
  mkdir -p "$pkgdir/etc" "$pkgdir/usr/share/doc/pm-inkwell" "$pkgdir/var/lib/pm-inkwell"
  chmod 700 "$pkgdir/var/lib/pm-inkwell"
  chown -R 500:501 "$pkgdir/var/lib/pm-inkwell"
  echo full > "$pkgdir/etc/pm-inkwell.conf"
  echo read > "$pkgdir/usr/share/doc/pm-inkwell/README"
}`,
      ),
      'inkwell.install': 'post_install() { echo "filled by $(id -u)" > /etc/pm-inkwell.installed; }\n',
    });
    await fixture.do('init');
    ({ ran, jobs } = await fixture.build(fixture.recipes));
    objects = execFileSync('find', [join(fixture.farm, 'store'), '-type', 'f'], { encoding: 'utf8' });
  }, 120_000);
  afterAll(() => fixture.remove());

  it('builds a library, a package with an install script, and the program that needs both', async () => {
    const states = Object.fromEntries([...jobs].map(([name, { state }]) => [name, state]));
    const log = states['pm-pen'] === 'succeeded' ? '' : await fixture.log('pm-pen');
    expect(states, ran.stderr + log).toEqual({
      'libpm-ink': 'succeeded',
      'pm-pen': 'succeeded',
      'pm-inkwell': 'succeeded',
    });
    await fixture.do('repo', 'verify');
  });

  it('installs dependencies without an error, and makepkg finds pacman in order', async () => {
    for (const name of ['libpm-ink', 'pm-pen']) {
      const log = await fixture.log(name);
      expect(log).not.toMatch(/^error:/m);
      // the one thing such a user cannot do: give a folder of the package to its owner
      const said = log.split('\n').filter((line) => line.startsWith('warning:'));
      expect(said.filter((line) => !/extracting.*pm-inkwell/.test(line))).toEqual([]);
    }
    const made = join(fixture.farm, 'public/local/x86_64');
    const file = readdirSync(made).find((name) => /^pm-pen.*\.zst$/.test(name)) ?? '';
    const info = execFileSync('bsdtar', ['-xOf', join(made, file), '.BUILDINFO'], { encoding: 'utf8' });
    expect(info).toContain('installed = libpm-ink-1.2-1-x86_64');
  });

  it('gives the farm to that user, objects unwritable, and leaves nothing of the builds', () => {
    const { uid } = lstatSync(fixture.farm);
    for (const path of objects.trim().split('\n')) expect(lstatSync(path).uid, path).toBe(uid);
    expect(readdirSync(join(fixture.farm, 'work'))).toEqual([]);
    const mounts = readFileSync('/proc/mounts', 'utf8');
    expect(mounts).not.toContain(fixture.folder);
  });

  it('builds a package once more to the same bytes', async () => {
    expect(await fixture.do('verify-build', 'pm-pen')).toContain('reproduced');
    expect(readdirSync(join(fixture.farm, 'verify'))).toEqual([]);
  });

  it('builds the same again without building anything', async () => {
    const again = await fixture.build(fixture.recipes);
    expect(again.ran.code).toBe(0);
    expect(await fixture.do('plan', fixture.recipes)).toContain('up to date');
  });
});
