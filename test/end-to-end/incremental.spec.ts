import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unchecked } from '../unchecked-recipe.ts';
import { FarmFixture, type JobRow, simpleRecipe } from './farm-fixture.ts';

/** A library with a soname, a program linked against it, and a bystander. */
function library(soname: number, version: string): Record<string, string> {
  return {
    PKGBUILD: `pkgname=libtick
pkgver=${version}
pkgrel=1
arch=(x86_64)
license=(MIT)
source=(tick.c)
sha256sums=(SKIP)
${unchecked}
build() { gcc -shared -fPIC -Wl,-soname,libtick.so.${soname} -o libtick.so.${soname} tick.c; }
package() {
  install -Dm755 libtick.so.${soname} "$pkgdir/usr/lib/libtick.so.${soname}"
  ln -s libtick.so.${soname} "$pkgdir/usr/lib/libtick.so"
}
`,
    'tick.c': 'int tick(void) { return 42; }\n',
  };
}

const program = {
  PKGBUILD: `pkgname=tock
pkgver=1
pkgrel=1
arch=(x86_64)
license=(MIT)
depends=(libtick)
source=(tock.c)
sha256sums=(SKIP)
${unchecked}
build() { gcc -o tock tock.c -ltick; }
package() { install -Dm755 tock "$pkgdir/usr/bin/tock"; }
`,
  'tock.c': 'int tick(void);\nint main(void) { return tick() != 42; }\n',
};

describe('building again', () => {
  const fixture = new FarmFixture();
  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.writeRecipe('libtick', library(1, '1.0'));
    fixture.writeRecipe('tock', program);
    fixture.writeRecipe('bystander', simpleRecipe('bystander'));
    const { ran } = await fixture.build(fixture.recipes);
    expect(ran.code, ran.stderr).toBe(0);
  });
  afterAll(() => fixture.remove());

  const build = async (...more: string[]): Promise<Map<string, JobRow>> => {
    const { ran, jobs } = await fixture.build(fixture.recipes, ...more);
    expect(ran.code, ran.stderr).toBe(0);
    return jobs;
  };
  const states = (jobs: Map<string, JobRow>) =>
    Object.fromEntries([...jobs].map(([name, { state }]) => [name, state]));
  const versions = async () => {
    const shown = JSON.parse(await fixture.do('--json', 'repo', 'show')) as {
      packages: { name: string; version: string }[];
    };
    return Object.fromEntries(shown.packages.map(({ name, version }) => [name, version]));
  };

  it('does nothing when nothing changed, and says so', async () => {
    const jobs = await build();
    expect(states(jobs)).toEqual({
      libtick: 'already-built',
      tock: 'already-built',
      bystander: 'already-built',
    });
    expect(jobs.get('tock')?.reason).toContain('up to date');
  });

  it('leaves dependants alone when the library keeps its soname', async () => {
    fixture.writeRecipe('libtick', library(1, '1.1'));
    const jobs = await build();
    expect(states(jobs)).toEqual({ libtick: 'succeeded', tock: 'already-built', bystander: 'already-built' });
    expect(jobs.get('libtick')?.reason).toContain('1.0-1');
    expect(await versions()).toEqual({ libtick: '1.1-1', tock: '1-1', bystander: '1.0-1' });
  });

  it('rebuilds dependants that lost their soname, with a raised pkgrel', async () => {
    fixture.writeRecipe('libtick', library(2, '2.0'));
    const jobs = await build();
    expect(states(jobs)).toEqual({ libtick: 'succeeded', tock: 'succeeded', bystander: 'already-built' });
    expect(jobs.get('tock')?.reason).toContain('libtick.so.1');
    expect(await versions()).toEqual({ libtick: '2.0-1', tock: '1-1.1', bystander: '1.0-1' });
  });

  it('raises pkgrel of a recipe that changed without a new version, and never overwrites', async () => {
    const path = join(fixture.recipes, 'bystander', 'PKGBUILD');
    writeFileSync(path, readFileSync(path, 'utf8').replace('made for a test', 'made for another test'));
    const jobs = await build();
    expect(states(jobs)).toEqual({ libtick: 'already-built', tock: 'already-built', bystander: 'succeeded' });
    expect((await versions())['bystander']).toBe('1.0-1.1');
    await fixture.do('repo', 'verify');
  });

  it('goes back to an earlier generation and forward again', async () => {
    const before = await versions();
    await fixture.do('repo', 'rollback');
    expect((await versions())['bystander']).toBe('1.0-1');
    await fixture.do('repo', 'verify');
    const generations = JSON.parse(await fixture.do('--json', 'repo', 'generations')) as {
      generation: number;
    }[];
    await fixture.do(
      'repo',
      'rollback',
      String(Math.max(...generations.map(({ generation }) => generation))),
    );
    expect(await versions()).toEqual(before);
  });

  it('builds everything again when asked, under names that are not taken', async () => {
    const jobs = await build('--rebuild', '--only', 'bystander');
    expect(states(jobs)).toEqual({ bystander: 'succeeded' });
    expect((await versions())['bystander']).toBe('1.0-1.2');
  });
});
