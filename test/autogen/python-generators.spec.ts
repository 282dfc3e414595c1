import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Kit, outcomes, Upstream } from './kit.ts';
import { commitFor, GithubServer } from './servers/github-server.ts';
import { type PypiReleaseGiven, servePypi } from './servers/python-sources.ts';

const setup = { 'setup.py': 'from setuptools import setup; setup()' };

async function world(python?: string) {
  const upstream = await Upstream.start();
  const kit = new Kit();
  if (python !== undefined) {
    const folder = join(kit.top, 'kit-fixups-test', 'releases', 'next');
    mkdirSync(folder, { recursive: true });
    const text = `release:\n  kit-definitions:\n    kits:\n      - core-kit\n      - python-kit: { settings: { has_python: ${python} } }\n`;
    writeFileSync(join(folder, 'repositories.yaml'), text);
  }
  const run = async (settings: string, generator = 'pypi-compat-1') => {
    kit.write(
      'dev-python/autogen.yaml',
      `r:\n  generator: ${generator}\n  packages:\n    - foo: ${settings}\n`,
    );
    return await kit.run({ settings: { upstreams: { pypi: upstream.address } } });
  };
  return { upstream, kit, run };
}

describe('packages of the Python index', () => {
  it('have a whole ebuild: facts of the index, dependencies, folder and backend of the source', async () => {
    const { upstream, kit, run } = await world();
    servePypi(upstream, 'foo', {
      info: {
        project_url: 'https://index.example/foo',
        classifiers: ['License :: OSI Approved :: MIT License'],
      },
      releases: {
        '1.0': { files: setup },
        '1.1': {
          folder: 'Foo_lib-1.1',
          files: { 'pyproject.toml': '[build-system]\nbuild-backend = "hatchling.build"\n' },
        },
        '2.0rc1': { files: setup },
        '1.2.dev3': { files: setup },
        '1.3': {},
        '1.4': { files: setup, yanked: true },
      },
    });
    const report = await run(
      `{ du_pep517: generator, iuse: test, pydeps: { 'py:all': [ 'bar >= 1.2' ], 'use:test': [ pytest, attrs ], 'py:2,3.7': [ enum34 ], 'py:all:build': [ wheel ] } }`,
    );
    expect(outcomes(report)).toEqual([['dev-python/foo-1.1', 'written']]);
    expect(report.packages[0]?.remarks).toEqual([]);
    expect(
      kit.read('dev-python/foo/foo-1.1.ebuild'),
    ).toBe(`# Distributed under the terms of the GNU General Public License v2

EAPI=7

PYTHON_COMPAT=( python3+ )
DISTUTILS_USE_PEP517="hatchling"

inherit distutils-r1

DESCRIPTION="Says 'hello'"
HOMEPAGE="https://foo.example https://index.example/foo"
SRC_URI="${upstream.address}/packages/Foo_lib-1.1.tar.gz -> Foo_lib-1.1.tar.gz"

LICENSE="MIT"
SLOT="0"
KEYWORDS="*"
IUSE="test"

DEPEND="dev-python/wheel[\${PYTHON_USEDEP}]"
RDEPEND="$(python_gen_cond_dep 'dev-python/enum34[\${PYTHON_USEDEP}]' -2 python3_7)
	>=dev-python/bar-1.2[\${PYTHON_USEDEP}]
	test? ( dev-python/attrs[\${PYTHON_USEDEP}] dev-python/pytest[\${PYTHON_USEDEP}] )"

S="\${WORKDIR}/Foo_lib-1.1"
`);
  });

  it('59: the newest release that admits the Python of the kit is taken', async () => {
    const releases = {
      '1.0': { files: setup },
      '1.1': { files: setup, requiresPython: '>=3.7,<4' },
      '1.2': { files: setup, requiresPython: '>3.7' },
      '1.3': { files: setup, requiresPython: '>=3.6, !=3.7.*, <=3.12.99' },
      '1.4': { files: setup, requiresPython: '~=4.0' },
      '0.1': { files: setup, requiresPython: '>=2.7.*' },
    };
    for (const [python, version] of [
      ['3.9.18', '1.3'],
      ['3.6', '1.3'],
      ['3.7.0', '1.1'],
      ['3.7.2', '1.2'],
      ['3.10', '1.3'],
      ['2.7.18', '1.0'],
    ] as const) {
      const { upstream, run } = await world(python);
      servePypi(upstream, 'foo', { releases });
      expect(outcomes(await run('{}')), python).toEqual([[`dev-python/foo-${version}`, 'written']]);
    }
  });

  it('59: of several python-kits the first that knows its Python counts, with what the defaults say', async () => {
    const releases = { '1.0': { files: setup }, '1.1': { files: setup, requiresPython: '>=3.8' } };
    for (const [kits, version] of [
      [
        '{ kits: [ { python-kit: { settings: { has_python: 3.7 } } }, { python-kit: { settings: { has_python: 3.9 } } } ] }',
        '1.0',
      ],
      ['{ defaults: { settings: { has_python: 3.7 } }, kits: [ python-kit ] }', '1.0'],
      ['{ kits: [ core-kit ] }', '1.1'],
    ] as const) {
      const { upstream, kit, run } = await world('any');
      const file = join(kit.top, 'kit-fixups-test', 'releases', 'next', 'repositories.yaml');
      writeFileSync(file, `release:\n  kit-definitions: ${kits}\n`);
      servePypi(upstream, 'foo', { releases });
      expect(outcomes(await run('{}')), kits).toEqual([[`dev-python/foo-${version}`, 'written']]);
    }
  });

  it('59: a pinned version that does not admit it fails and says why; the settings may know better', async () => {
    const { upstream, run } = await world('3.6');
    servePypi(upstream, 'foo', { releases: { '1.1': { files: setup, requiresPython: '>=3.7,<4' } } });
    const refused = await run('{ version: 1.1 }');
    expect(refused.packages[0]?.problem).toMatchObject({
      code: 'GEN002',
      what: "no release of 'foo' is version '1.1'",
      why: 'Passed over: 1.1 wants Python >=3.7,<4.',
    });
    expect(outcomes(await run(`{ version: 1.1, requires_python_override: '>=3.5' }`))).toEqual([
      ['dev-python/foo-1.1', 'written'],
    ]);
  });

  it('60: 1.2.3.post4 of the index is 1.2.3_p4 for the ebuild', async () => {
    const { upstream, kit, run } = await world();
    servePypi(upstream, 'foo', { releases: { '1.2.3.post4': { files: setup }, '1.2.3': { files: setup } } });
    expect(outcomes(await run('{}'))).toEqual([['dev-python/foo-1.2.3_p4', 'written']]);
    expect(kit.read('dev-python/foo/foo-1.2.3_p4.ebuild')).toContain('foo-1.2.3.post4"\n');
    expect(outcomes(await run('{ version: 1.2.3_p4 }'))).toEqual([['dev-python/foo-1.2.3_p4', 'unchanged']]);
  });

  it('bytes that the index does not promise are an error, and so is a source with two folders', async () => {
    const { upstream, kit, run } = await world();
    servePypi(upstream, 'foo', { releases: { '1.0': { files: setup, sha256: '0'.repeat(64) } } });
    expect(outcomes(await run('{}'))[0]?.[2]).toBe('FPL003');
    expect(kit.names('dev-python/foo')).toEqual([]);
    const other = await world();
    servePypi(other.upstream, 'foo', { releases: { '1.0': { files: setup, besides: { 'two/x': '' } } } });
    const [two] = (await other.run('{}')).packages;
    expect(two?.problem).toMatchObject({ code: 'GEN007', why: "At its top are 'foo-1.0', 'two'." });
  });

  it('the backend is read from the source', async () => {
    const backends: readonly (readonly [string | undefined, string | undefined])[] = [
      ['build-backend = "flit_core.buildapi"', 'flit'],
      ['build-backend = "hatchling.build"', 'hatchling'],
      ['build-backend = "setuptools.build_meta:__legacy__"', 'setuptools'],
      ['requires = ["setuptools_scm"]', 'setuptools'],
      ['build-backend = "poetry.core.masonry.api"', 'poetry'],
      ['build-backend = "own"\nbackend-path = ["."]', 'standalone'],
      [undefined, undefined],
    ];
    for (const [lines, backend] of backends) {
      const { upstream, kit, run } = await world();
      const files = lines === undefined ? setup : { 'pyproject.toml': `[build-system]\n${lines}\n` };
      servePypi(upstream, 'foo', { releases: { '1.0': { files } } });
      await run('{ du_pep517: generator }');
      const found = /DISTUTILS_USE_PEP517="(.*)"/.exec(kit.read('dev-python/foo/foo-1.0.ebuild'))?.[1];
      expect(found, lines).toBe(backend);
    }
  });

  it('compat makes a second ebuild for Python 2.7 with the dependencies of that Python', async () => {
    const { upstream, kit, run } = await world('3.9.18');
    const old: PypiReleaseGiven = { files: setup, requiresPython: '>=2.7, !=3.0.*' };
    servePypi(upstream, 'foo', { releases: { '1.0': old, '2.0': { files: setup, requiresPython: '>=3' } } });
    const report = await run(
      `{ compat: '1.0', blocker: '!<dev-python/foo-2', pydeps: { 'py:2': [ futures ], 'py:3': [ anyio ], 'py:all': [ six ] } }`,
    );
    expect(outcomes(report)).toEqual([['dev-python/foo', 'written']]);
    const compat = kit.read('dev-python/foo-compat/foo-compat-1.0.ebuild');
    expect(compat).toContain('PYTHON_COMPAT=( python2_7 )');
    expect(compat).toContain(
      `RDEPEND="!<dev-python/foo-2\n\tdev-python/futures[\${PYTHON_USEDEP}]\n\tdev-python/six[\${PYTHON_USEDEP}]"`,
    );
    expect(compat).toContain('post_src_install()');
    const main = kit.read('dev-python/foo/foo-2.0.ebuild');
    expect(main).toContain('python_targets_python2_7? ( dev-python/foo-compat[python_targets_python2_7] )');
    expect(main).not.toContain('post_src_install()');
  });

  it('local-only packages have no source, pypi-1 packages a template of their own', async () => {
    const { upstream, kit, run } = await world();
    await run(`{ version: 1.0, desc: d, extensions: [ local-only ] }`, 'pypi-simple-1');
    expect(kit.read('dev-python/foo/foo-1.0.ebuild')).not.toContain('SRC_URI');
    expect(upstream.asked).toEqual([]);
    servePypi(upstream, 'Foo', { releases: { '1.1': { files: setup } } });
    kit.write('dev-python/templates/foo.tmpl', '# {{pypi_name}} {{pypi_version}} {{artifacts[0].src_uri}}\n');
    await run(`{ pypi_name: Foo }`, 'pypi-1');
    expect(kit.read('dev-python/foo/foo-1.1.ebuild')).toContain('# Foo 1.1 http');
  });

  it('a template of the tree stands in for the one that comes with packmill', async () => {
    const { upstream, kit, run } = await world();
    servePypi(upstream, 'foo', { releases: { '1.0': { files: setup } } });
    kit.write(
      'dev-python/generators/templates/pypi-simple-1.tmpl',
      '# from the tree: {{name}} {{src_uri}}\n',
    );
    await run('{}', 'pypi-simple-1');
    expect(kit.read('dev-python/foo/foo-1.0.ebuild')).toContain('# from the tree: foo http');
    kit.write('dev-python/templates/foo.tmpl', '# its own {{src_uri}}\n');
    await run('{}', 'pypi-simple-1');
    expect(kit.read('dev-python/foo/foo-1.0.ebuild')).toContain('# its own http');
  });
});

describe('other packages of Python', () => {
  it('python-github-1 takes the source from GitHub and moves it where the ebuild expects it', async () => {
    const { upstream, kit } = await world();
    const server = new GithubServer(upstream, 'acme/foo');
    server.tags(['v1.0']);
    kit.write(
      'dev-python/autogen.yaml',
      `r:\n  generator: python-github-1\n  packages:\n    - foo: { pydeps: [ six ], github: { user: acme, query: tags } }\n`,
    );
    await kit.run({ settings: { upstreams: server.settings } });
    const text = kit.read('dev-python/foo/foo-1.0.ebuild');
    expect(text).toContain(`tarball/${commitFor('v1.0')} -> foo-1.0-`);
    expect(text).toContain(`mv "\${WORKDIR}"/acme-foo-* "\${S}" || die`);
    expect(text).toContain(`RDEPEND="dev-python/six[\${PYTHON_USEDEP}]"`);
  });

  it('namespaces and virtuals need nothing from anywhere', async () => {
    const kit = new Kit();
    kit.write(
      'dev-python/autogen.yaml',
      `n:\n  generator: python-namespace-1\n  packages:\n    - namespace-zope: { version: 1 }\n`,
    );
    kit.write(
      'virtual/autogen.yaml',
      `v:\n  generator: python-virtual-1\n  packages:\n    - python-cffi: { version: 0, pydeps: [ 'cffi >= 1.1:=' ] }\n`,
    );
    expect(outcomes(await kit.run())).toEqual([
      ['dev-python/namespace-zope-1', 'written'],
      ['virtual/python-cffi-0', 'written'],
    ]);
    expect(kit.read('dev-python/namespace-zope/namespace-zope-1.ebuild')).toContain('python_domodule zope');
    expect(kit.read('virtual/python-cffi/python-cffi-0.ebuild')).toContain(
      `RDEPEND="\${PYTHON_DEPS}\n\t>=dev-python/cffi-1.1:=[\${PYTHON_USEDEP}]"`,
    );
  });
});
