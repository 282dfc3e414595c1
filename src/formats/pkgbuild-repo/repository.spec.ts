import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mirrorUrl,
  readMaintainers,
  readPackageSettings,
  readRepositorySettings,
  untrustedAccounts,
} from './index.ts';

const read = (text: string, environment: Record<string, string> = {}) =>
  readRepositorySettings(text, (name) => environment[name], '.ci/config');

describe('settings of a recipe repository', () => {
  it('C02 takes one pair of quotes off a name', () => {
    expect(read('GIT_AUTHOR_NAME="Chaotic CI"').settings.author.name).toBe('Chaotic CI');
  });

  it('C05 prefers the file, then the environment, then the default', () => {
    expect(read('', { REDIS_PORT: '7000' }).settings.redis.port).toBe(7000);
    expect(read('REDIS_PORT=6500', { REDIS_PORT: '7000' }).settings.redis.port).toBe(6500);
    expect(read('').settings.redis.port).toBe(6379);
  });

  it('names target and source as the user document does', () => {
    const { settings } = read('BUILD_REPO=deploy-here\nREPO_NAME=these-recipes');
    expect([settings.buildRepo, settings.repoName]).toEqual(['deploy-here', 'these-recipes']);
  });

  it('reports a number that is none and goes on with the default', () => {
    const { settings, problems } = read('A_COMMENT=1\nCI_MAX_PARALLEL=many');
    expect(settings.maxParallel).toBe(8);
    expect(problems.map(({ code, place }) => [code, place?.line])).toEqual([
      ['CIC003', 2],
      ['CIC001', 1],
    ]);
  });

  it('takes less than one package at a time as one', () => {
    expect(read('CI_MAX_PARALLEL=0').settings.maxParallel).toBe(1);
    expect(read('CI_MAX_PARALLEL=-3').problems).toEqual([]);
  });

  it('offers the nearest known name for an unknown one', () => {
    const [found] = read('CI_HUMAN_REVEIW=true').problems;
    expect(found?.code).toBe('CIC001');
    expect(found?.next).toContain("'CI_HUMAN_REVIEW'");
    const [inPackage] = readPackageSettings('CI_PKGBUILD_SUORCE=aur', 'foo/.CI/config').problems;
    expect(inPackage?.next).toContain("'CI_PKGBUILD_SOURCE'");
  });

  it('names lines that are no assignment', () => {
    const { problems } = readPackageSettings('# fine\n\nexport BUILDER_CLASS=5\n', 'foo/.CI/config');
    expect(problems.map(({ code, place }) => [code, place])).toEqual([
      ['CIC002', { file: 'foo/.CI/config', line: 3 }],
    ]);
  });

  it('names values that have taken a comment in', () => {
    const text = 'BUILD_REPO=a  # target\nREPO_NAME=b#c\nGIT_AUTHOR_NAME=we #1\nCI_MAX_PARALLEL=4 # many\n';
    const { problems } = read(text);
    expect(problems.map(({ code, place }) => [code, place?.line])).toEqual([
      ['CIC003', 4],
      ['CIC042', 1],
      ['CIC042', 4],
    ]);
    const allowed = readPackageSettings('CI_PKGBUILD_CHANGE_ALLOW_REGEX=^ #\n', 'f');
    expect(allowed.problems).toEqual([]);
  });

  it('reads lists, seconds, switches and the ignore list', () => {
    const { settings } = read(
      'CI_LIB_DB="https://m/core/os/x86_64/core.db  https://o/c.db"\nCI_REBUILD_BLACKLIST=glibc:gcc-libs\nCI_CLONE_DELAY=0.5\nCI_IGNORE_LIST=true\nCI_DEFAULT_CLASS=5\nCI_NVCHECKER_REVIEW=false',
    );
    expect(settings.libraryDatabases).toEqual(['https://m/core/os/x86_64/core.db', 'https://o/c.db']);
    expect([...settings.rebuildBlacklist]).toEqual(['glibc', 'gcc-libs']);
    expect(settings.cloneDelayMs).toBe(500);
    expect(settings.ignoreList).toEqual(['.CI/info', '.nvchecker.toml', '.CI/update.sh']);
    expect(settings.defaultClass).toBe(5);
    expect(settings.nvcheckerReview).toBe(false);
    expect(read('').settings.ignoreList).toEqual([]);
  });

  it('takes addresses and paths of databases, and tells what is neither', () => {
    const { settings, problems } = read(
      'CI_LIB_DB="/srv/own.db file:///srv/other.db core.db http://o/c.db rsync://o/c.db"',
    );
    expect(settings.libraryDatabases).toEqual(['/srv/own.db', 'file:///srv/other.db', 'http://o/c.db']);
    expect(problems.map(({ code, what }) => `${code} ${what.split(' ')[0]}`)).toEqual([
      "CIC003 'core.db'",
      "CIC003 'rsync://o/c.db'",
    ]);
  });

  it('treats what looks like a command as data (P06)', () => {
    expect(read('BUILD_REPO=$(touch x)').settings.buildRepo).toBe('$(touch x)');
  });

  it('never throws, whatever file and environment say', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, value) => {
        read(text);
        readRepositorySettings('', () => value, 'f');
      }),
    );
  });
});

describe('mirror', () => {
  it('P03 comes from the first database of a distribution', () => {
    expect(mirrorUrl(['https://m.example/x/core/os/x86_64/core.db', 'https://o/c.db'])).toBe(
      'https://m.example/x/$repo/os/$arch',
    );
    expect(mirrorUrl(['https://o/c.db', 'https://m/extra/os/x86_64/extra.db'])).toBe(
      'https://m/$repo/os/$arch',
    );
    expect(mirrorUrl(['https://o/c.db'])).toBeUndefined();
    // what lies on this machine is no mirror for builders
    expect(
      mirrorUrl(['/srv/core/os/x86_64/core.db', 'file:///srv/extra/os/x86_64/extra.db']),
    ).toBeUndefined();
  });
});

describe('trusted accounts', () => {
  it('are compared whole and without regard to capitals', () => {
    const trusted = readMaintainers('A\nb # a friend\n#c\n\n');
    expect(untrustedAccounts(['a', 'B'], trusted)).toEqual([]);
    expect(untrustedAccounts(['c'], trusted)).toEqual(['c']);
  });

  it('R05 are no patterns', () => {
    expect(untrustedAccounts(['f.gue'], readMaintainers('figue'))).toEqual(['f.gue']);
    expect(untrustedAccounts(['figue'], readMaintainers('f.gue'))).toEqual(['figue']);
  });
});
