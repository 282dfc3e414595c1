import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isValidPkgname } from '../pacman/index.ts';
import {
  changedFolders,
  changedLibraries,
  commitKey,
  deployMarkers,
  formatDependencyTree,
  formatRequested,
  isOverwritable,
  legacyEdges,
  legacyTreeEntry,
  nextBump,
  packagesMessage,
  parseBump,
  readPackageState,
  readVersionRows,
  requestedPackages,
  treeEntry,
  writePackageState,
  writeVersionRows,
} from './index.ts';

const names = (text: string): readonly string[] => requestedPackages(text).packages.map(formatRequested);

describe('names', () => {
  it.each(['c++utilities', 'python-jaraco.vcs', '86box', 'a@b'])('N02 %s is valid', (name) => {
    expect(isValidPkgname(name)).toBe(true);
    expect(names(name)).toEqual([name]);
    expect(deployMarkers(`[deploy ${name}]`)[0]?.isReadable).toBe(true);
  });

  it.each(['-x', '.x', '..', 'Foo', 'ó'])('N02 %s is not', (name) => {
    expect(isValidPkgname(name)).toBe(false);
    expect(requestedPackages(name).unreadable).toEqual([name]);
    expect(deployMarkers(`[deploy ${name}]`)[0]?.isReadable).toBe(false);
  });
});

describe('requested packages', () => {
  it('P04 are parted by colons, commas and blanks', () => {
    expect(names('a:b,c d')).toEqual(['a', 'b', 'c', 'd']);
    expect(requestedPackages('all').all).toBe(true);
  });

  it('carry a class: a number or the name of a builder', () => {
    expect(requestedPackages('foo/5 bar/catbuilder').packages).toEqual([
      { name: 'foo', buildClass: 5 },
      { name: 'bar', buildClass: 'catbuilder' },
    ]);
    expect(requestedPackages('foo/ foo/a/b foo/$(x)').unreadable).toEqual(['foo/', 'foo/a/b', 'foo/$(x)']);
  });

  it('are named once', () => {
    expect(names('foo,foo/5 foo')).toEqual(['foo/5']);
  });
});

describe('deploy markers', () => {
  const of = (message: string) =>
    deployMarkers(message).flatMap(({ packages }) => packages.map(formatRequested));

  it('D01 names one package', () => expect(of('x [deploy foo]')).toEqual(['foo']));
  it('D02 stands in the body too', () => expect(of('x\n\nand\n[deploy bar]\n')).toEqual(['bar']));
  it('D03 takes several names of one marker', () => {
    expect(of('[deploy foo bar]')).toEqual(['foo', 'bar']);
    expect(of('[deploy foo,bar]')).toEqual(['foo', 'bar']);
  });
  it('D05 knows all', () =>
    expect(deployMarkers('[deploy all]')[0]).toMatchObject({ all: true, isReadable: true }));
  it('D08 reads every marker of a message', () => {
    expect(of('[deploy foo] [deploy bar]\n\n[deploy baz/9]')).toEqual(['foo', 'bar', 'baz/9']);
  });
  it.each([
    '[deploy ]',
    '[deploy foo!]',
    '[deploy]',
    '[deploy .ci]',
    '[deploy ..]',
    '[deploy foo',
    '[deploy\t]',
  ])('D07 cannot be read as %s', (text) => {
    const markers = deployMarkers(`chore: x ${text}\n\nbody`);
    expect(markers).toHaveLength(1);
    expect(markers[0]?.isReadable).toBe(false);
  });
  it('are not seen in other words', () => {
    expect(deployMarkers('[deployment of foo] deploy foo [ deploy foo] [redeploy foo]')).toEqual([]);
  });
  it('reads any message without fail, and names only valid packages', () => {
    const part = fc.constantFrom('[deploy ', ']', 'foo', ' ', ',', ':', '/', '5', '\n', '.', 'É', '[deploy');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        for (const { packages } of deployMarkers(parts.join('')))
          for (const { name } of packages) expect(isValidPkgname(name)).toBe(true);
      }),
    );
  });
});

describe('changed folders', () => {
  const there =
    (...folders: string[]) =>
    (folder: string) =>
      folders.includes(folder);

  it('F01 are those below the top whose name begins with no dot', () => {
    const paths = ['foo/PKGBUILD', 'README.md', '.ci/config', '.gitlab-ci.yml'];
    expect(changedFolders(paths, there('foo'))).toEqual({ changed: ['foo'], removed: [] });
  });
  it('F02 counts every file unless it is ignored', () => {
    expect(changedFolders(['foo/.CI/info'], there('foo')).changed).toEqual(['foo']);
    expect(changedFolders(['foo/.CI/info'], there('foo'), ['.CI/info']).changed).toEqual([]);
    expect(changedFolders(['foo/.CI/info', 'foo/PKGBUILD'], there('foo'), ['.CI/info']).changed).toEqual([
      'foo',
    ]);
  });
  it('F03 has names with dots', () => {
    expect(changedFolders(['python-jaraco.vcs/PKGBUILD'], there('python-jaraco.vcs')).changed).toEqual([
      'python-jaraco.vcs',
    ]);
  });
  it('F05 sees a rename as both', () => {
    expect(changedFolders(['bar/PKGBUILD', 'baz/PKGBUILD'], there('baz'))).toEqual({
      changed: ['baz'],
      removed: ['bar'],
    });
  });
  it('F06 is not removed while a file is left', () => {
    expect(changedFolders(['foo/a.patch'], there('foo'))).toEqual({ changed: ['foo'], removed: [] });
  });
});

describe('state files', () => {
  const commit = 'c'.repeat(40);

  it('keep the first watched ref under the old name and others under names of their own', () => {
    const dev = { url: 'https://h/f.git', ref: 'refs/heads/dev' };
    expect(commitKey(dev, true)).toBe('CI_GIT_COMMIT');
    expect(commitKey(dev, false)).toMatch(/^CI_GIT_COMMIT_[0-9a-f]{8}$/);
    expect(commitKey(dev, false)).not.toBe(commitKey({ ...dev, ref: 'HEAD' }, false));
  });

  it('are written sorted and read back', () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 });
    const key = fc.constantFrom('CI_GIT_COMMIT', 'CI_GIT_COMMIT_0a1b2c3d', 'CI_GIT_COMMIT_ffffffff');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key, hex), { selector: ([name]) => name }),
        fc.option(fc.nat(), { nil: undefined }),
        (pairs, pkgbuildTimestamp) => {
          const state = { commits: new Map(pairs), pkgbuildTimestamp };
          const text = writePackageState(state);
          expect(readPackageState(text ?? '', 'foo')).toEqual({ state, problems: [] });
          const lines = (text ?? '').split('\n').slice(0, -1);
          expect(lines).toEqual([...lines].sort());
        },
      ),
    );
  });

  it('are not written when there is nothing to keep', () => {
    expect(writePackageState({ commits: new Map(), pkgbuildTimestamp: undefined })).toBeUndefined();
  });

  it('say what a hand has broken and keep the rest', () => {
    const { state, problems } = readPackageState(
      `CI_GIT_COMMIT=${commit}\nhello\nCI_PKGBUILD_TIMESTAMP=soon\nX=1\n`,
      'foo',
    );
    expect(state).toEqual({ commits: new Map([['CI_GIT_COMMIT', commit]]), pkgbuildTimestamp: undefined });
    expect(problems.map(({ code, place }) => [code, place?.line])).toEqual([
      ['CIC016', 3],
      ['CIC016', 4],
      ['CIC016', 2],
    ]);
  });
});

describe('version rows', () => {
  it('K03 keep an epoch, because only the first colon parts', () => {
    const rows = readVersionRows('foo:1:2.0-1\nbar:3-1\n');
    expect(rows.get('foo')).toBe('1:2.0-1');
    expect(writeVersionRows(rows)).toBe('bar:3-1\nfoo:1:2.0-1\n');
  });

  it('K01 name the libraries that changed', () => {
    const before = readVersionRows('boost:1.88-1\nicu:76-1\nold:1-1\n');
    expect(changedLibraries(before, readVersionRows('boost:1.89-1\nicu:76-1\nnew:1-1\n'))).toEqual([
      { pkgbase: 'boost', from: '1.88-1', to: '1.89-1' },
      { pkgbase: 'new', from: undefined, to: '1-1' },
    ]);
  });

  it('change nothing when there were none before', () => {
    expect(changedLibraries(new Map(), readVersionRows('boost:1-1\n'))).toEqual([]);
  });
});

describe('next bump', () => {
  const bump = (value: string) => {
    const parsed = parseBump(value);
    return parsed === 'none' ? undefined : parsed;
  };

  it('K01 is one more than what is published', () => {
    expect(nextBump('2.0-3.4', undefined)).toEqual({ kind: 'if-version', version: '2.0-3', count: 5 });
    expect(nextBump('2.0-3', undefined)).toEqual({ kind: 'if-version', version: '2.0-3', count: 1 });
  });
  it('K02 is one more than a bump that waits already', () => {
    expect(nextBump('2.0-3.4', bump('2.0-3/7'))?.count).toBe(8);
    expect(nextBump('2.0-3.4', bump('2.0-3/5'))?.count).toBe(6);
    expect(nextBump('2.0-3.4', bump('2.0-3/4'))?.count).toBe(5);
    expect(nextBump('2.0-3.4', bump('1.9-3/7'))?.count).toBe(5);
  });
  it('K03 keeps the epoch', () => {
    expect(nextBump('1:2.0-1', undefined)).toEqual({ kind: 'if-version', version: '1:2.0-1', count: 1 });
  });
  it('is none for what is no version', () => expect(nextBump('2.0', undefined)).toBeUndefined());
});

describe('commit messages', () => {
  it('K07 name up to four packages, else their number', () => {
    expect(packagesMessage('update', ['a', 'b', 'c', 'd'])).toBe('chore(update): a, b, c, d\n');
    expect(packagesMessage('update', ['a', 'b', 'c', 'd', 'e'])).toBe(
      'chore(update): packages (5)\n\nchanged: a, b, c, d, e\n',
    );
    expect(packagesMessage('bump', ['a'], { reasons: ['a: boost 1-1 to 2-1'], skipsCi: true })).toBe(
      'chore(bump): a [skip ci]\n\na: boost 1-1 to 2-1\n',
    );
    expect(packagesMessage('add', ['a', 'b', 'c', 'd', 'e'])).toBe(
      'feat(add): packages (5)\n\nadded: a, b, c, d, e\n',
    );
  });

  it('S03 S04 may be amended only with the exact subject', () => {
    expect(isOverwritable('chore(packages): update packages [skip ci]')).toBe(true);
    expect(isOverwritable('chore(packages): update packages')).toBe(true);
    expect(isOverwritable('chore(packages): update packages (2)')).toBe(false);
  });
});

describe('dependency tree', () => {
  const srcinfo = `pkgbase = foo
	pkgver = 1
	depends = bar>=2
	makedepends = baz
	provides = libfoo=1

pkgname = foo
`;

  it('E01 has names without versions and what is needed', () => {
    expect(formatDependencyTree([treeEntry('foo', srcinfo)])).toBe('foo:foo,libfoo:bar,baz');
    expect(formatDependencyTree([legacyTreeEntry('foo', srcinfo)])).toBe('foo:foo,libfoo:bar,baz');
  });

  it('E02 does not take needs for names when a name is unusual', () => {
    const guile = 'pkgbase = guile1.8\n\tdepends = glibc\n\npkgname = guile1.8\n';
    expect(treeEntry('guile1.8', guile)).toEqual({
      pkgbase: 'guile1.8',
      names: ['guile1.8'],
      needs: ['glibc'],
    });
    expect(legacyTreeEntry('guile1.8', guile).names).toEqual(['glibc']);
  });

  it('E03 makes no edge between a package without .SRCINFO and one without needs', () => {
    const entries = [treeEntry('a', undefined), treeEntry('b', 'pkgbase = b\npkgname = b\n')];
    expect(formatDependencyTree(entries)).toBe('a::;b:b:');
    expect(legacyEdges(entries)).toEqual([]);
  });

  it('has the needs of members, architectures and checks', () => {
    const split =
      'pkgbase = s\n\tcheckdepends = c\n\tdepends_x86_64 = x\n\npkgname = s1\n\tdepends = m.y\n\npkgname = s2\n\tdepends = s1\n';
    expect(treeEntry('s', split)).toEqual({ pkgbase: 's', names: ['s1', 's2'], needs: ['c', 'x', 'm.y'] });
  });

  it('lets the last of several providers win by the old rule', () => {
    const entry = (pkgbase: string, own: string[], needs: string[]) => ({ pkgbase, names: own, needs });
    expect(legacyEdges([entry('a', ['x'], []), entry('b', ['x'], []), entry('c', ['c'], ['x'])])).toEqual([
      ['c', 'b'],
    ]);
  });
});
