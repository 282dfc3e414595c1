import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stayOnDisk } from '../quick-folder.ts';
import { unchecked } from '../unchecked-recipe.ts';
import { FarmFixture, type JobRow } from './farm-fixture.ts';

stayOnDisk();

/** A `-git` recipe whose upstream is a git repository on this machine. */
describe('a recipe that follows a git repository', () => {
  const fixture = new FarmFixture();
  const upstream = join(fixture.folder, 'upstream', 'tool');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', upstream, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args]);
  const commit = (text: string, ...args: string[]): void => {
    writeFileSync(join(upstream, 'text'), text);
    git('add', '--all');
    git('commit', '--quiet', '--message', text, ...args);
  };

  beforeAll(async () => {
    mkdirSync(upstream, { recursive: true });
    git('init', '--quiet', '--initial-branch=trunk');
    commit('one');
    fixture.writeRecipe('tool-git', {
      PKGBUILD: `pkgname=tool-git
pkgver=r0
pkgrel=1
arch=(any)
license=(MIT)
makedepends=(git)
source=("tool::git+file://${upstream}")
sha256sums=(SKIP)
${unchecked}
pkgver() { cd tool; printf 'r%s' "$(git rev-list --count HEAD)"; }
package() { install -Dm644 tool/text "$pkgdir/usr/share/tool/text"; }
`,
    });
    await fixture.do('init', '--repo', 'farm');
  });
  afterAll(() => fixture.remove());

  const build = async (): Promise<JobRow | undefined> => {
    const { ran, jobs } = await fixture.build(fixture.recipes);
    expect(ran.code, ran.stderr).toBe(0);
    return jobs.get('tool-git');
  };
  const version = async (): Promise<string | undefined> => {
    const shown = JSON.parse(await fixture.do('--json', 'repo', 'show')) as {
      packages: { version: string }[];
    };
    return shown.packages[0]?.version;
  };

  it('is built at the version that its pkgver() tells', async () => {
    expect((await build())?.state).toBe('succeeded');
    expect(await version()).toBe('r1-1');
  });
  it('is left alone while nothing is new', async () => {
    expect((await build())?.state).toBe('already-built');
  });
  it('is built again when there is a new commit', async () => {
    commit('two');
    expect(await build()).toMatchObject({ state: 'succeeded', reason: expect.stringContaining('r1-1') });
    expect(await version()).toBe('r2-1');
  });
  it('gets a raised pkgrel when the commit changed and the version did not', async () => {
    commit('two again', '--amend');
    expect((await build())?.state).toBe('succeeded');
    expect(await version()).toBe('r2-1.1');
  });
  it('is left alone while its upstream does not answer', async () => {
    execFileSync('mv', [upstream, `${upstream}.away`]);
    expect((await build())?.state).toBe('already-built');
    execFileSync('mv', [`${upstream}.away`, upstream]);
  });
});
