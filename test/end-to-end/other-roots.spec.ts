import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FarmFixture, simpleRecipe } from './farm-fixture.ts';
import { makeTinyRoot } from './tiny-root.ts';

const made = mkdtempSync(join(tmpdir(), 'packmill-root-'));
const folder = join(made, 'root');
const tarball = join(made, 'root.tar.zst');

beforeAll(() => {
  makeTinyRoot(folder);
  execFileSync('bsdtar', ['--zstd', '-cf', tarball, '-C', folder, '.']);
  execFileSync('chmod', ['755', made]);
}, 120_000);
afterAll(() => rmSync(made, { recursive: true, force: true }));

describe.each([
  { form: 'a folder', root: folder, ordinary: false },
  { form: 'a tarball', root: tarball, ordinary: false },
  { form: 'a tarball, for an ordinary user', root: tarball, ordinary: true },
])('builds in a root that is $form', ({ root, ordinary }) => {
  const fixture = new FarmFixture({ ordinary });
  afterAll(() => fixture.remove());

  it('installs what was built before, shows nothing of the host, and leaves the root as it was', async () => {
    await fixture.do('init');
    fixture.settings(`sandbox: { root: ${root} }`);
    fixture.writeRecipe('pm-first', simpleRecipe('pm-first'));
    fixture.writeRecipe(
      'pm-second',
      simpleRecipe(
        'pm-second',
        `depends=(pm-first)
check() {
  [[ $(< /usr/share/pm-first/version) == 'pm-first 1.0' ]]
  [[ $(< /etc/only-here) == tiny && ! -e /usr/share/doc ]]
  pacman -Qi pm-first
}`,
      ),
    );
    const { ran, jobs } = await fixture.build(fixture.recipes);
    const log =
      ran.code === 0
        ? ''
        : await fixture.log(jobs.get('pm-first')?.state === 'failed' ? 'pm-first' : 'pm-second');
    expect(ran.code, ran.stderr + log).toBe(0);
    expect(await fixture.log('pm-second')).not.toMatch(/^(?:error|warning):/m);
    expect(existsSync(join(folder, 'usr/share/pm-first'))).toBe(false);
    expect(readdirSync(join(fixture.farm, 'work'))).toEqual([]);
  }, 120_000);
});

it('names a root that is none', async () => {
  const fixture = new FarmFixture();
  try {
    await fixture.do('init');
    fixture.writeRecipe('pm-first', simpleRecipe('pm-first'));
    for (const [root, words] of [
      ['/nothing/here', "'/nothing/here'"],
      ['nothing.tar.zst', 'nothing.tar.zst'],
    ] as const) {
      fixture.settings(`sandbox: { root: ${root} }`);
      const { code, stdout, stderr } = await fixture.run('build', fixture.recipes);
      expect([1, 2, 3], stdout + stderr).toContain(code);
      expect(stdout + stderr).toContain(words);
    }
  } finally {
    fixture.remove();
  }
}, 120_000);

it('X02 fails and hands nothing in when the sandbox cannot start, whatever lies in the work folders', async () => {
  const fixture = new FarmFixture();
  const broken = join(made, 'broken');
  try {
    cpSync(folder, broken, { recursive: true, verbatimSymlinks: true });
    for (const shell of ['usr/bin/bash', 'usr/bin/sh']) {
      rmSync(join(broken, shell), { force: true });
      writeFileSync(join(broken, shell), 'no program', { mode: 0o755 });
    }
    await fixture.do('init', '--repo', 'farm');
    fixture.writeRecipe('pm-first', simpleRecipe('pm-first'));
    await fixture.do('build', fixture.recipes);
    const published = join(fixture.farm, 'public/farm/x86_64');
    const file = 'pm-first-1.0-1-any.pkg.tar.zst';
    const objects = readdirSync(join(fixture.farm, 'store'), { recursive: true }).length;
    // what an attempt before may have left, for the number of the next one
    for (const place of ['job/packages', 'job/finished', 'layer']) {
      mkdirSync(join(fixture.farm, 'work/2', place), { recursive: true });
      cpSync(join(published, file), join(fixture.farm, 'work/2', place, 'pm-first-1.0-2-any.pkg.tar.zst'));
    }
    fixture.settings(`repository: farm\nsandbox: { root: ${broken} }`);
    fixture.writeRecipe('pm-first', {
      ...simpleRecipe('pm-first'),
      '.CI/config': 'CI_PACKAGE_BUMP=1.0-1/1\n',
    });
    const { ran, jobs } = await fixture.build(fixture.recipes);
    expect(ran.code).toBe(1);
    expect(jobs.get('pm-first')).toMatchObject({ state: 'failed' });
    expect(readdirSync(published).filter((name) => /^pm-first.*zst$/.test(name))).toEqual([file]);
    expect(readdirSync(join(fixture.farm, 'store'), { recursive: true })).toHaveLength(objects);
    expect(readdirSync(join(fixture.farm, 'work'))).toEqual([]);
  } finally {
    fixture.remove();
  }
}, 120_000);
