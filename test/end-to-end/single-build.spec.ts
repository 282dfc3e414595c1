import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FarmFixture, type JobRow, simpleRecipe } from './farm-fixture.ts';

/** What makes a build sleep until its time is over. */
const sleeping = 'build() { sleep 60; }';

/** Acceptance rows X01 to X11 of the specification that concern one build, through the command line. */
describe('a single build', () => {
  const fixture = new FarmFixture();
  let jobs: Map<string, JobRow>;
  const logOf = (name: string) => readFileSync(String(jobs.get(name)?.log), 'utf8');
  const published = () => readdirSync(join(fixture.farm, 'public/farm/x86_64'));

  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.settings('repository: farm\nsandbox: { timeout: 4s, kill-grace: 1s }');
    // healthy recipes get thirty times that, so that a slow machine does not end them
    const ample = 'BUILDER_EXTRA_TIMEOUT=30\n';
    const recipe = (name: string, lines: string, ci: Record<string, string> = {}, version = '1.0') =>
      fixture.writeRecipe(name, {
        ...simpleRecipe(name, lines, version),
        '.CI/config': `${ci.config ?? ''}${name === 'slow' ? '' : ample}`,
        ...Object.fromEntries(
          Object.entries(ci)
            .filter(([file]) => file !== 'config')
            .map(([file, text]) => [`.CI/${file}`, text]),
        ),
      });
    recipe('skips', '', { prepare: 'exit "$CI_CODE_SKIP"\n' });
    recipe('refuses', '', { prepare: 'false\n' });
    recipe('misses', '', { 'interfere.patch': '--- a/nothing\n+++ b/nothing\n@@ -1 +1 @@\n-x\n+y\n' });
    recipe('slow', sleeping, { 'on-failure.sh': 'echo "hook saw $EXIT_CODE of $PACKAGE"; exit 1\n' });
    recipe('calls-timeout', 'build() { exit 124; }');
    recipe('patient', 'build() { sleep 5; }', {});
    recipe('bumped', '', { config: 'CI_PACKAGE_BUMP=1.0-1/2\n' });
    recipe('outgrown', '', { config: 'CI_PACKAGE_BUMP=0.9-1/2\n' });
    recipe('anyrel', '', { config: 'CI_PACKAGE_BUMP=1.0\n' });
    const layered = `package() { mkdir -p "$pkgdir/usr/share/layered"; echo "$first $second" > "$pkgdir/usr/share/layered/x"; }`;
    recipe('layered', 'second=recipe', {
      'PKGBUILD.prepend': 'first=prepended\nsecond=prepended\n',
      'PKGBUILD.append': `second=appended\n${layered}\n`,
      'on-success.sh': 'echo "hook saw $EXIT_CODE of $PACKAGE"; exit 1\n',
    });
    recipe('stripped', 'replaces=(older)\ngroups=(games)');
    recipe('allowed', 'replaces=(oldest)\ngroups=(games)', { config: 'BUILDER_ALLOW_PROHIBITED=true\n' });
    ({ jobs } = await fixture.build(fixture.recipes, '-j', '3'));
  });
  afterAll(() => fixture.remove());

  it('ends as its exit codes, its time and its interfere files say (X01, X03, X06)', () => {
    const states = Object.fromEntries([...jobs].map(([name, { state }]) => [name, state]));
    expect(states).toEqual({
      skips: 'skipped',
      refuses: 'failed',
      misses: 'succeeded',
      slow: 'timed-out',
      'calls-timeout': 'timed-out',
      patient: 'succeeded',
      bumped: 'succeeded',
      outgrown: 'succeeded',
      anyrel: 'succeeded',
      layered: 'succeeded',
      stripped: 'succeeded',
      allowed: 'succeeded',
    });
    expect(jobs.get('refuses')?.code).toBe('BLD007');
    expect(logOf('misses')).toContain('Patch failed to apply');
    expect(jobs.get('slow')?.reason).toContain('4 s');
    expect(jobs.get('calls-timeout')?.reason).toContain("the recipe's own");
  });

  it('raises pkgrel when the version is the one that is named (X04)', () => {
    expect(published()).toEqual(
      expect.arrayContaining([
        'bumped-1.0-1.2-any.pkg.tar.zst',
        'outgrown-1.0-1-any.pkg.tar.zst',
        'anyrel-1.0-1.1-any.pkg.tar.zst',
      ]),
    );
  });

  it('loses prohibited metadata, and pacman finds the package whole (X05)', () => {
    const file = join(fixture.farm, 'public/farm/x86_64/stripped-1.0-1-any.pkg.tar.zst');
    const infoOf = (path: string) => execFileSync('bsdtar', ['-xOf', path, '.PKGINFO'], { encoding: 'utf8' });
    expect(infoOf(file)).not.toMatch(/^(?:replaces|group) = /m);
    expect(infoOf(file.replace('stripped', 'allowed'))).toMatch(/^replaces = oldest$/m);
    expect(logOf('stripped')).toMatch(/changes after the build: .*removed 'replaces = older'/);

    const root = join(fixture.folder, 'root');
    const conf = join(fixture.folder, 'pacman.conf');
    writeFileSync(conf, '[options]\nArchitecture = x86_64\nSigLevel = Never\nLocalFileSigLevel = Never\n');
    execFileSync('mkdir', ['-p', `${root}/var/lib/pacman`, `${root}/var/cache`]);
    const pacman = (...args: string[]) =>
      execFileSync('fakeroot', ['pacman', '--config', conf, '--root', root, '--noconfirm', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    pacman('-U', file);
    expect(pacman('-Qkk', 'stripped')).toContain('0 altered files');
  });

  it('runs its hooks, which change nothing about its result (X09)', () => {
    expect(logOf('layered')).toContain('hook saw 0 of layered');
    expect(logOf('slow')).toContain('hook saw 124 of slow');
  });

  it('applies prepend, recipe, append and bump in this order (X08)', () => {
    const file = join(fixture.farm, 'public/farm/x86_64/layered-1.0-1-any.pkg.tar.zst');
    const text = execFileSync('bsdtar', ['-xOf', file, 'usr/share/layered/x'], { encoding: 'utf8' });
    expect(text).toBe('prepended appended\n');
    expect(logOf('layered')).toMatch(/interfere before the build: .*PKGBUILD\.prepend.*PKGBUILD\.append/);
  });
});

describe('sources that are kept between builds (X11)', () => {
  const fixture = new FarmFixture();
  afterAll(() => fixture.remove());

  it('go after thirty days, and only those of recipes that keep any', async () => {
    await fixture.do('init', '--repo', 'farm');
    for (const name of ['keeps', 'young', 'old', 'none']) {
      fixture.writeRecipe(name, {
        ...simpleRecipe(name),
        ...(name === 'none' ? {} : { '.CI/config': 'BUILDER_CACHE_SOURCES=true\n' }),
      });
    }
    await fixture.do('build', fixture.recipes);
    const cache = join(fixture.farm, 'cache/sources/farm');
    const isKept = (name: string) => existsSync(join(cache, name));
    expect(['keeps', 'young', 'old', 'none'].filter(isKept)).toEqual(['keeps', 'young', 'old']);
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    utimesSync(join(cache, '.young.timestamp'), days(29), days(29));
    utimesSync(join(cache, '.old.timestamp'), days(31), days(31));
    await fixture.do('build', '--rebuild', join(fixture.recipes, 'keeps'));
    expect(['keeps', 'young', 'old'].filter(isKept)).toEqual(['keeps', 'young']);
  });
});
