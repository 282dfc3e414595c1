import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { stubPackage } from '../publisher/stub-packages.ts';
import { folderOf } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const config = (more = '') => `CI_PKGBUILD_SOURCE=custom\nCI_REBUILD_TRIGGERS=icu:boost\n${more}`;

/** A world with package `foo` that is rebuilt for icu and boost; the databases have been noted once. */
async function watching(
  rows: readonly string[],
  given: { readonly config?: string; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<RecipeWorld> {
  const made = await RecipeWorld.open(folderOf('foo', given.config ?? config()));
  const database = made.publish('all.db', rows);
  made.commit({ '.ci/config': made.config({ CI_LIB_DB: database, ...given.settings }) });
  expect((await made.run()).delivered).toEqual([]);
  return made;
}

const bump = () => /^CI_PACKAGE_BUMP=(.*)$/m.exec(world.show('main', 'foo/.CI/config') ?? '')?.[1];

describe('a library of another version', () => {
  it.each([
    ['K01 bumps what is rebuilt for it by one', '2.0-3.4', '', '2.0-3/5'],
    ['K02 bumps on top of what was bumped by hand', '2.0-3.4', 'CI_PACKAGE_BUMP=2.0-3/7\n', '2.0-3/8'],
    ['K03 bumps versions with an epoch, too', '1:2.0-1', '', '1:2.0-1/1'],
  ])('%s', async (_title, version, more, expected) => {
    world = await watching(['boost:1.88-1', `foo:${version}`], { config: `# ours\n${config(more)}` });
    world.publish('all.db', ['boost:1.89-1', `foo:${version}`]);
    const { delivered } = await world.run();
    expect(delivered).toEqual(['foo']);
    expect(bump()).toBe(expected);
    expect(world.show('main', 'foo/.CI/config')).toMatch(/^# ours\nCI_PKGBUILD_SOURCE=custom\n/);
    expect(world.git(world.remote, 'log', '-1', '--format=%B', 'main')).toBe(
      'chore(update): foo\n\nfoo: rebuilt for boost 1.88-1 → 1.89-1',
    );
    expect((await world.run()).delivered).toEqual([]);
  });

  it('K01 is found in a database that repo-add has made', async () => {
    const add = (version: string): void => {
      const folder = `${world.folder}/repo-${version}`;
      mkdirSync(folder);
      const packages = [
        stubPackage({ name: 'boost', version }),
        stubPackage({ name: 'foo', version: '2.0-3.4' }),
      ];
      for (const one of packages) writeFileSync(`${folder}/${one.fileName}`, one.bytes);
      const files = packages.map(({ fileName }) => `${folder}/${fileName}`);
      execFileSync('repo-add', ['--quiet', `${folder}/all.db.tar.gz`, ...files], { stdio: 'ignore' });
      world.databases.set('all.db', readFileSync(`${folder}/all.db.tar.gz`));
    };
    world = await RecipeWorld.open(folderOf('foo', config()));
    world.commit({ '.ci/config': world.config({ CI_LIB_DB: `${world.url}/db/all.db` }) });
    add('1.88-1');
    await world.run();
    add('1.89-1');
    await world.run();
    expect(bump()).toBe('2.0-3/5');
  });

  it('K04 bumps nothing when it is on the blacklist', async () => {
    world = await watching(['boost:1.88-1', 'foo:1-1'], {
      settings: { CI_REBUILD_BLACKLIST: 'glibc:boost' },
    });
    world.publish('all.db', ['boost:1.89-1', 'foo:1-1']);
    expect((await world.run()).delivered).toEqual([]);
    expect(bump()).toBeUndefined();
  });

  it('K05 bumps nothing for a database that is away for a while', async () => {
    world = await watching(['boost:1.88-1', 'foo:1-1']);
    const bytes = world.databases.get('all.db');
    world.databases.delete('all.db');
    const away = await world.run();
    expect(away.delivered).toEqual([]);
    expect(away.report.problems).toMatchObject([{ code: 'UPS050', severity: 'warning' }]);
    world.databases.set('all.db', bytes ?? Buffer.alloc(0));
    expect((await world.run()).delivered).toEqual([]);
    expect(bump()).toBeUndefined();
  });

  it('K06 warns about what is not published', async () => {
    world = await watching(['boost:1.88-1']);
    world.publish('all.db', ['boost:1.89-1']);
    const { report, delivered } = await world.run();
    expect(delivered).toEqual([]);
    expect(report.packages).toMatchObject([{ problems: [{ code: 'CIS006', severity: 'warning' }] }]);
    expect(bump()).toBeUndefined();
  });

  it('is still news after a run for some packages, and rebuilds once what is rebuilt for it', async () => {
    world = await watching(['boost:1.88-1', 'foo:1-1']);
    world.commit(folderOf('other', config()));
    world.publish('all.db', ['boost:1.89-1', 'foo:1-1', 'other:1-1']);
    for (const only of [['other'], ['foo']]) expect((await world.run({ only })).delivered).toEqual([]);
    expect(world.show('state', '.version-state')).toContain('1.88-1');
    const whole = await world.run();
    expect(whole.delivered).toEqual(['foo']);
    expect(bump()).toBe('1-1/1');
    expect((await world.run()).delivered).toEqual([]);
  });

  it('rebuilds what is left alone after failures upstream, whose failures stay', async () => {
    world = await watching(['boost:1.88-1', 'foo:1-1'], { settings: { CI_RETRY_DELAY: '0' } });
    world.commit({ 'foo/.CI/config': 'CI_PKGBUILD_SOURCE=aur\nCI_REBUILD_TRIGGERS=icu:boost\n' });
    world.aur.set('foo', { modified: 2 });
    for (let count = 0; count < 3; count += 1) await world.run();
    const before = world.checks()['foo'];
    expect(before).toMatchObject({ failures: 3, nextTry: expect.any(Number) });
    expect((await world.run()).report.packages).toMatchObject([{ decision: 'paused' }]);
    world.publish('all.db', ['boost:1.89-1', 'foo:1-1']);
    const { report, delivered } = await world.run();
    expect(delivered).toEqual(['foo']);
    expect(report).toMatchObject({ checked: 0, packages: [{ name: 'foo', decision: 'commit' }] });
    expect(bump()).toBe('1-1/1');
    expect(world.checks()['foo']).toEqual({ ...before, updated: world.clock.nowMs() });
    const next = await world.run();
    expect(next.delivered).toEqual([]);
    expect(next.report.packages).toMatchObject([{ decision: 'paused' }]);
  });

  it('only says what it would bump where that is wished for', async () => {
    world = await watching(['icu:76-1', 'foo:1-1'], { settings: { CI_REBUILD_DRY_RUN: 'true' } });
    world.publish('all.db', ['icu:77-1', 'foo:1-1']);
    const { report, delivered } = await world.run();
    expect(delivered).toEqual([]);
    expect(report.packages[0]?.problems).toMatchObject([
      { code: 'CIS009', what: "'foo' would be rebuilt as '1-1/1' for icu 76-1 → 77-1" },
    ]);
    expect(bump()).toBeUndefined();
  });

  it('recommends rebuilds by the sonames that went away, and does nothing about it', async () => {
    world = await watching([]);
    const needs = { bar: { DEPENDS: ['libicuuc.so=76-64', 'glibc'] } };
    world.publish('all.db', ['icu:76-1', 'bar:1-1'], { ...needs, icu: { PROVIDES: ['libicuuc.so=76-64'] } });
    expect((await world.run()).report.problems).toEqual([]);
    world.publish('all.db', ['icu:77-1', 'bar:1-1'], { ...needs, icu: { PROVIDES: ['libicuuc.so=77-64'] } });
    const { report, delivered } = await world.run();
    expect(delivered).toEqual([]);
    expect(report.problems).toMatchObject([
      { code: 'CIS009', what: "'bar' needs 'libicuuc.so=76-64', which 'icu' no longer offers" },
    ]);
  });
});
