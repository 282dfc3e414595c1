import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ciCheck, ciDependencies, ciDependencyText } from '../../src/app/ci/index.ts';
import { recipeFiles } from '../service/recipe-files.ts';

describe('the check of a recipe repository', () => {
  let repository: string;
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'packmill-check-'));
    recipe('foo', { depends: ['bar'] });
    recipe('bar');
  });
  afterEach(() => rmSync(repository, { recursive: true, force: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  };
  const recipe = (name: string, sketch: Parameters<typeof recipeFiles>[1] = {}): void => {
    for (const [path, text] of Object.entries(recipeFiles(name, sketch, ''))) write(`${name}/${path}`, text);
  };
  const found = async (...packages: string[]): Promise<unknown[]> => {
    const { problems } = await ciCheck({ repository, packages, withDatabases: false, tell: () => undefined });
    return problems.map(({ code, place }) => [code, place?.file]);
  };

  it('finds nothing where all is in order', async () => {
    expect(await found()).toEqual([]);
  });

  it('finds folders without PKGBUILD, without .SRCINFO and with impossible names', async () => {
    write('empty/.CI/config', '');
    write('bare/PKGBUILD', 'pkgname=bare\n');
    write('notes/readme', 'not even meant to be a package');
    write('Notes/readme', '');
    write('.hidden/readme', '');
    write('Foo/PKGBUILD', 'x');
    expect(await found()).toEqual([
      ['PLN003', 'Foo'],
      ['PLN004', 'bare/.SRCINFO'],
      ['CIC008', 'Notes'],
      ['CIC009', 'empty'],
      ['CIC009', 'notes'],
    ]);
    expect(await found('notes')).toEqual([['CIC009', 'notes']]);
  });

  it('finds a .SRCINFO that disagrees with its PKGBUILD, and one for another folder', async () => {
    const { '.SRCINFO': srcinfo = '' } = recipeFiles('foo', { version: '0.9', depends: ['bar'] }, '');
    write('foo/.SRCINFO', srcinfo);
    write('bar/.SRCINFO', recipeFiles('other', {}, '')['.SRCINFO'] as string);
    expect(await found()).toEqual(
      expect.arrayContaining([
        ['PLN005', 'foo/PKGBUILD'],
        ['PLN011', 'bar/.SRCINFO'],
      ]),
    );
  });

  it('finds settings without effect, in packages and in the repository', async () => {
    write('foo/.CI/config', 'CI_PKGBUILD_SUORCE=aur\nexport X=1\nCI_REBUILD_TRIGGERS=glibc:foo:boost\n');
    write('.ci/config', 'CI_HUMAN_REVEIW=true\nCI_MAX_PARALLEL=many\nCI_REBUILD_BLACKLIST=glibc\n');
    expect(await found()).toEqual([
      ['CIC003', '.ci/config'],
      ['CIC001', '.ci/config'],
      ['CIC001', 'foo/.CI/config'],
      ['CIC002', 'foo/.CI/config'],
      ['CIC029', 'foo/.CI/config'],
      ['CIC029', 'foo/.CI/config'],
    ]);
    expect(await found('bar')).toEqual([]);
  });

  it('finds circles and needs that several packages provide', async () => {
    recipe('bar', { depends: ['foo'] });
    expect((await found()).map((one) => (one as string[])[0])).toEqual(['PLN018']);
    const tree = await ciDependencies({ repository, legacy: false });
    expect(tree.cycles).toEqual([['bar', 'foo']]);
    expect(tree.edges).toEqual([
      ['bar', 'foo'],
      ['foo', 'bar'],
    ]);
  });

  it('E01 tells who waits for whom, as text too, by the new and by the old rule', async () => {
    write('fork/PKGBUILD', 'x');
    write(
      'fork/.SRCINFO',
      'pkgbase = fork\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\tprovides = bar\n\npkgname = fork\n',
    );
    expect((await ciDependencies({ repository, legacy: false })).edges).toEqual([['foo', 'bar']]);
    // the last one with a name has it, whoever is called so
    expect((await ciDependencies({ repository, legacy: true })).edges).toEqual([['foo', 'fork']]);
    expect(await ciDependencyText(repository, false)).toBe('bar:bar:;foo:foo:bar;fork:fork,bar:');
  });

  it('E04 takes a need that the distribution meets for met', async () => {
    write('gtk3-classic/PKGBUILD', 'x');
    write(
      'gtk3-classic/.SRCINFO',
      'pkgbase = gtk3-classic\n\tpkgver = 3\n\tpkgrel = 1\n\tarch = any\n\tprovides = gtk3\n\npkgname = gtk3-classic\n',
    );
    recipe('foo', { depends: ['gtk3'] });
    recipe('bar', { depends: ['gtk3-classic'] });
    const officialNames = new Set(['gtk3']);
    expect((await ciDependencies({ repository, officialNames, legacy: false })).edges).toEqual([
      ['bar', 'gtk3-classic'],
    ]);
    expect((await ciDependencies({ repository, legacy: false })).edges).toEqual([
      ['bar', 'gtk3-classic'],
      ['foo', 'gtk3-classic'],
    ]);
  });
});
