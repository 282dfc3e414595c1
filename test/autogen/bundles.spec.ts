import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goSumOf } from '../../src/autogen/languages/go-hash.ts';
import { hashOf, Kit, outcomes, tarball, Upstream } from './kit.ts';
import { commitFor, GithubServer } from './servers/github-server.ts';
import { GoProxy } from './servers/go-proxy.ts';
import { sourceArchive } from './servers/python-sources.ts';

const template = 'EAPI=8\nSRC_URI="{{src_uri}}"\nEGO_SUM=(\n{{gosum}}\n)\nCRATES="\n{{crates}}\n"\n';

async function world() {
  const [kit, upstream] = [new Kit(), await Upstream.start()];
  const github = new GithubServer(upstream, 'acme/foo');
  github.tags(['v1.0']);
  kit.write('app-misc/templates/foo.tmpl', template);
  const source = (files: Readonly<Record<string, string>>) =>
    upstream.serve(`/web/acme/foo/tarball/${commitFor('v1.0')}`, sourceArchive(files));
  const run = async (
    extension: string,
    more: { readonly force?: boolean; readonly crates?: string } = {},
  ) => {
    kit.write(
      'app-misc/autogen.yaml',
      `r:\n  generator: github-1\n  packages:\n    - foo: { extensions: [${extension}], github: { user: acme, query: tags } }\n`,
    );
    const upstreams = {
      ...github.settings,
      'go-proxy': `${upstream.address}/go`,
      crates: `${upstream.address}/crates`,
    };
    return await kit.run({ settings: { upstreams, forceDynamic: more.force ?? false } });
  };
  return { kit, upstream, source, run };
}

/** Names in the bundle that a kit has in its folder of distfiles. */
function listed(kit: Kit, pattern: RegExp): readonly string[] {
  const name = execFileSync('ls', [kit.distdir], { encoding: 'utf8' })
    .split('\n')
    .find((file) => pattern.test(file));
  return execFileSync('tar', ['-tf', join(kit.distdir, name ?? 'none')], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

describe('bundles of Go modules', () => {
  it('the sum of a go.mod is the one that Go itself has written for a module everybody knows', async () => {
    const kit = new Kit();
    const file = kit.write('go.mod', 'module github.com/pkg/errors\n');
    expect(await goSumOf(file, { kind: 'mod' })).toBe('h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=');
  });

  it('58: hold all modules of go.sum flat, each checked, under the name and folder of the eclass', async () => {
    const { kit, upstream, source, run } = await world();
    const proxy = new GoProxy(kit, upstream);
    const sums = [
      proxy.module('github.com/BurntSushi/toml', 'v0.3.1', {
        'decode.go': 'package toml\n',
        'a/b.go': 'package b\n',
      }),
      proxy.module('example.org/x', 'v1.0.0', {}),
    ].join('');
    source({
      // an example further down that comes first in the archive is not the one that is meant
      'acme-foo/_examples/go.sum': 'broken',
      'acme-foo/go.sum': sums,
    });
    expect(outcomes(await run('golang'))).toEqual([['app-misc/foo-1.0', 'written']]);
    const text = kit.read('app-misc/foo/foo-1.0.ebuild');
    const gosum = /EGO_SUM=\(\n([\s\S]*?)\n\)/.exec(text)?.[1] ?? '';
    expect(gosum.split('\n')[0]).toBe('\t"github.com/BurntSushi/toml v0.3.1"');
    const hash = createHash('sha512').update(gosum).digest('hex');
    expect(text).toContain(` -> foo-1.0-funtoo-go-bundle-${hash}.tar.gz`);
    expect(listed(kit, /go-bundle/)).toEqual([
      'funtoo-go-bundle-foo/',
      'funtoo-go-bundle-foo/example.org%2Fx%2F@v%2Fv1.0.0.mod',
      'funtoo-go-bundle-foo/example.org%2Fx%2F@v%2Fv1.0.0.zip',
      'funtoo-go-bundle-foo/github.com%2F!burnt!sushi%2Ftoml%2F@v%2Fv0.3.1.mod',
      'funtoo-go-bundle-foo/github.com%2F!burnt!sushi%2Ftoml%2F@v%2Fv0.3.1.zip',
    ]);
    expect(
      kit
        .read('app-misc/foo/Manifest')
        .split('\n')
        .filter((line) => line.includes('go-bundle')),
    ).toHaveLength(1);
  });

  it('26: are found again, built anew when that is forced, and the same bytes each time', async () => {
    const { kit, upstream, source, run } = await world();
    source({
      'acme-foo/go.sum': new GoProxy(kit, upstream).module('example.org/x', 'v1.0.0', {
        'x.go': 'package x\n',
      }),
    });
    await run('golang');
    const first = kit.read('app-misc/foo/Manifest');
    expect(outcomes(await run('golang'))).toEqual([['app-misc/foo-1.0', 'unchanged']]);
    for (const _ of [1, 2]) expect(outcomes(await run('golang', { force: true }))[0]?.[1]).toBe('unchanged');
    expect(kit.read('app-misc/foo/Manifest')).toBe(first);
    expect(upstream.asked.filter((path) => path.endsWith('.zip'))).toHaveLength(1);
    expect(kit.files('stores/dynamic/local')).toHaveLength(1);
  });

  it('a module that is not what its sum says fails the package and stores nothing', async () => {
    const { kit, upstream, source, run } = await world();
    const sums = new GoProxy(kit, upstream).module('example.org/x', 'v1.0.0', {});
    source({ 'acme-foo/go.sum': sums });
    upstream.serve('/go/example.org/x/@v/v1.0.0.mod', 'module example.org/evil\n');
    const report = await run('golang');
    expect(report.packages[0]?.problem).toMatchObject({ code: 'GEN005' });
    expect(report.packages[0]?.problem?.what).toContain("go.mod of module 'example.org/x' v1.0.0");
    expect(kit.files('stores/dynamic/local')).toEqual([]);
    expect(kit.has('app-misc/foo')).toBe(false);
  });

  it('a source with neither go.sum nor go.mod is told so', async () => {
    const { source, run } = await world();
    source({ 'acme-foo/README': '' });
    expect((await run('golang')).packages[0]?.problem).toMatchObject({ code: 'GEN006' });
  });
});

describe('bundles of crates', () => {
  const registry = 'registry+https://github.com/rust-lang/crates.io-index';
  const crate = (upstream: Upstream, name: string, version: string): string => {
    const body = tarball(`${name}-${version}/Cargo.toml`, `[package]\nname = "${name}"\n`);
    upstream.serve(`/crates/api/v1/crates/${name}/${version}/download`, body);
    return `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${registry}"\nchecksum = "${hashOf('sha256', body)}"\n`;
  };

  it('hold all crates of Cargo.lock, each checked, under the name and folder of the eclass', async () => {
    const { kit, upstream, source, run } = await world();
    const lock = `version = 3\n\n${crate(upstream, 'libc', '0.2.1')}\n${crate(upstream, 'a_b', '1.0.0+x.1')}`;
    source({ 'acme-foo/Cargo.lock': lock });
    expect(outcomes(await run('rust'))).toEqual([['app-misc/foo-1.0', 'written']]);
    const text = kit.read('app-misc/foo/foo-1.0.ebuild');
    expect(text).toContain('CRATES="\nlibc-0.2.1\na_b-1.0.0+x.1\n"');
    const hash = createHash('sha512').update('libc-0.2.1\na_b-1.0.0+x.1').digest('hex');
    expect(text).toContain(` -> foo-1.0-funtoo-crates-bundle-${hash}.tar.gz`);
    expect(listed(kit, /crates-bundle/)).toEqual([
      'funtoo-crates-bundle-foo/',
      'funtoo-crates-bundle-foo/a_b-1.0.0+x.1.crate',
      'funtoo-crates-bundle-foo/libc-0.2.1.crate',
    ]);
    for (const _ of [1, 2]) expect(outcomes(await run('rust', { force: true }))[0]?.[1]).toBe('unchanged');
    expect(kit.files('stores/dynamic/local')).toHaveLength(1);
  });

  it('a crate that is not what its checksum says fails the package', async () => {
    const { kit, upstream, source, run } = await world();
    source({ 'acme-foo/Cargo.lock': `version = 4\n\n${crate(upstream, 'libc', '0.2.1')}` });
    upstream.serve('/crates/api/v1/crates/libc/0.2.1/download', tarball('x', 'another'));
    expect(outcomes(await run('rust'))).toEqual([['app-misc/foo', 'failed', 'FPL003']]);
    expect(kit.files('stores/dynamic/local')).toEqual([]);
  });

  it('a repository becomes an archive of its own, with submodules and settings for Cargo', async () => {
    const { kit, source, run } = await world();
    const { url, commit } = gitRepository(kit);
    source({
      'acme-foo/Cargo.lock': `version = 4\n\n[[package]]\nname = "inner"\nversion = "0.1.0"\nsource = "git+${url}?rev=${commit.slice(0, 7)}#${commit}"\n`,
    });
    const report = await run('rust');
    expect(outcomes(report)).toEqual([['app-misc/foo-1.0', 'written']]);
    expect(kit.read('app-misc/foo/foo-1.0.ebuild')).toContain(`CRATES="\ninner-0.1.0-${commit}\n"`);
    const name = `${encodeURIComponent(url)}-${commit}`;
    expect(listed(kit, /^file/)).toEqual([
      `${name}/`,
      `${name}/crates/`,
      `${name}/crates/inner/`,
      `${name}/crates/inner/Cargo.toml`,
      `${name}/funtoo_config.toml`,
    ]);
    const config = execFileSync('tar', [
      '-xOf',
      join(kit.distdir, `${name}.tar.xz`),
      `${name}/funtoo_config.toml`,
    ]);
    expect(config.toString()).toBe(
      `[patch.${JSON.stringify(url)}]\n"inner" = { path = "%CRATES_DIR%/${name}/crates/inner" }\n`,
    );
  });

  it('a Cargo.lock among the files of a release gives the crates', async () => {
    const { kit, upstream, run } = await world();
    void run;
    const github = new GithubServer(upstream, 'acme/foo');
    const lock = `version = 4\n\n${crate(upstream, 'libc', '0.2.1')}`;
    github.releases([
      { tag: 'v2.0', assets: { 'foo-2.0.tar.gz': tarball('foo/x', ''), 'Cargo.lock': lock } },
    ]);
    kit.write(
      'app-misc/autogen.yaml',
      `r:\n  generator: github-1\n  packages:\n    - foo: { github: { user: acme, query: releases, assets: [ 'foo-{version}.tar.gz', Cargo.lock ] } }\n`,
    );
    await kit.run({ settings: { upstreams: { ...github.settings, crates: `${upstream.address}/crates` } } });
    const text = kit.read('app-misc/foo/foo-2.0.ebuild');
    expect(text).toContain('-> foo-2.0-Cargo.lock');
    expect(text).toContain('CRATES="\nlibc-0.2.1\n"');
  });
});

/** A repository with one crate below its top. */
function gitRepository(kit: Kit): { readonly url: string; readonly commit: string } {
  const folder = join(kit.top, 'repository');
  mkdirSync(join(folder, 'crates', 'inner'), { recursive: true });
  writeFileSync(
    join(folder, 'crates', 'inner', 'Cargo.toml'),
    '[package]\nname = "inner"\nversion = "0.1.0"\n',
  );
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  git('init', '-q', '-b', 'main');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  git('add', '.');
  git('commit', '-qm', 'one');
  return { url: `file://${folder}`, commit: git('rev-parse', 'HEAD') };
}

describe('options of Meson', () => {
  it('are read by the real meson, those of the project among them', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const source = sourceArchive({
      'foo-1.0/meson.build': "project('foo', version: '1.0')\ndependency('surely-not-here')\n",
      'foo-1.0/meson_options.txt':
        "option('docs', type: 'feature', value: 'auto', description: 'manual')\noption('engine', type: 'combo', choices: ['a', 'b'], value: 'b')\n",
    });
    const plain = sourceArchive({
      'bar-1.0/meson.build': "project('bar', default_options: ['werror=true'])\n",
    });
    const urls = [upstream.serve('/foo-1.0.tar.gz', source), upstream.serve('/bar-1.0.tar.gz', plain)];
    kit.autogen(
      'app-misc/foo',
      `  const result = [];
  for (const url of ${JSON.stringify(urls)}) {
    const options = await hub.meson.buildOptions(hub.artifact({ url }));
    result.push(options.filter(({ name, section }) => section === 'user' || name === 'werror'), options.map(({ name }) => name).join());
  }
  writeFileSync('${join(kit.top, 'options.json')}', JSON.stringify(result));
  hub.breezyBuild({ ...pkg, version: '1.0' }).push();`,
    );
    const report = await kit.run();
    expect(report.packages[0]?.problem).toBeUndefined();
    expect(report.packages).toMatchObject([{ label: 'app-misc/foo-1.0', outcome: 'written' }]);
    const [own, , plainOnes, names] = JSON.parse(readFileSync(join(kit.top, 'options.json'), 'utf8'));
    expect(own).toMatchObject([
      { name: 'docs', type: 'combo', value: 'auto', description: 'manual' },
      { name: 'engine', type: 'combo', value: 'b', choices: ['a', 'b'], section: 'user' },
      { name: 'werror', value: false },
    ]);
    expect(plainOnes).toMatchObject([{ name: 'werror', value: true }]);
    expect(names.split(',')).toEqual([...names.split(',')].sort());
  });
});
