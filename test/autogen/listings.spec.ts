import { describe, expect, it } from 'vitest';
import { Kit, ok, outcomes, tarball, Upstream } from './kit.ts';

const file = tarball('x', 'y');
const template = 'EAPI=8\nSRC_URI="{{src_uri}}"\n# {{sha}} {{tag}}\n';

async function world(generator: string) {
  const [kit, upstream] = [new Kit(), await Upstream.start()];
  kit.write('app-misc/templates/foo.tmpl', template);
  /** A folder with files, as servers list them. */
  const listing = (path: string, names: readonly string[]): void => {
    const links = names.map((name) => `<tr><td><a href="${encodeURI(name)}">${name}</a></td></tr>`);
    upstream.serve(path, `<html><table><a href="../">up</a>${links.join('\n')}</table></html>`);
    for (const name of names) if (!name.endsWith('/')) upstream.serve(`${path}${name}`, file);
  };
  const run = async (settings: string) => {
    kit.write(
      'app-misc/autogen.yaml',
      `r:\n  generator: ${generator}\n  packages:\n    - foo: ${settings}\n`,
    );
    const { address } = upstream;
    return await kit.run({
      settings: { upstreams: { gnu: `${address}/gnu`, sourceforge: address, gitlab: address } },
    });
  };
  return { kit, upstream, listing, run };
}

describe('patterns of listings', () => {
  it('that would take years fail their package: those of folders, and those of autogens', async () => {
    const { upstream, kit, listing, run } = await world('gnu-1');
    listing('/gnu/foo/', [`${'1'.repeat(60)}/`]);
    expect(outcomes(await run(String.raw`{ dir_paths: [ '(\d+\d*)+x' ] }`))).toEqual([
      ['app-misc/foo', 'failed', 'GEN008'],
    ]);
    kit.write('app-misc/autogen.yaml', '');
    kit.autogen(
      'app-misc/own',
      `  await hub.pages.links({ url: '${upstream.address}/gnu/foo/', match: /^(\\d+\\d*)+x/ });\n${ok}`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/own', 'failed', 'GEN008']]);
  });
});

describe('dirlisting-1', () => {
  it('takes the newest release of a listing, early ones only when they are pinned', async () => {
    const { upstream, kit, listing, run } = await world('dirlisting-1');
    listing('/pub/', [
      'foo-1.9.tar.gz',
      'foo-1.10.tar.gz',
      'foo-1.10.tar.gz.sig',
      'foo-2.0rc1.tar.gz',
      'foobar-9.tar.gz',
    ]);
    const dir = `dir: { url: '${upstream.address}/pub/', order: asc, format: tar.gz }`;
    expect(outcomes(await run(`{ ${dir} }`))).toEqual([['app-misc/foo-1.10', 'written']]);
    expect(kit.read('app-misc/foo/foo-1.10.ebuild')).toContain(
      `${upstream.address}/pub/foo-1.10.tar.gz -> foo-1.10.tar.gz`,
    );
    expect(outcomes(await run(`{ version: 1.9, ${dir} }`))).toEqual([['app-misc/foo-1.9', 'written']]);
    await run(`{ version: 2.0rc1, ${dir} }`);
    expect(kit.names('app-misc/foo')).toContain('foo-2.0_rc1.ebuild');
    const missing = (await run(`{ version: 3, ${dir} }`)).packages[0]?.problem;
    expect(missing).toMatchObject({ code: 'GEN002' });
    expect(missing?.why).toContain('1.10, 1.9');
  });

  it('takes the newest version that has all files; a mapping gives them their USE flags', async () => {
    const { upstream, kit, listing, run } = await world('dirlisting-1');
    listing('/pub/', ['foo-core-1.0.tar.xz', 'foo6-1.0.tar.xz', 'foo-core-1.1.tar.xz']);
    await run(
      `{ dir: { url: '${upstream.address}/pub/', files: { global: [ foo-core ], ipv6: [ foo6 ] } } }`,
    );
    expect(kit.read('app-misc/foo/foo-1.0.ebuild')).toContain(
      [
        `SRC_URI="${upstream.address}/pub/foo-core-1.0.tar.xz -> foo-core-1.0.tar.xz`,
        'ipv6? (',
        `  ${upstream.address}/pub/foo6-1.0.tar.xz -> foo6-1.0.tar.xz`,
        ')"',
      ].join('\n'),
    );
  });
});

describe('gnu-1', () => {
  it('takes plain versions only, and adds what src_uri lists by USE flag', async () => {
    const { upstream, kit, listing, run } = await world('gnu-1');
    listing('/gnu/foo/', ['foo-1.2.tar.xz', 'foo-1.3.tar.gz', 'foo-1.4-beta.tar.xz', 'foo-latest.tar.xz']);
    listing('/fonts/', ['font-1.2.gz']);
    upstream.serve('/fonts/font-1.2.pcf', 'font');
    await run(`{ compression: xz, src_uri: { fonts: [ '${upstream.address}/fonts/font-{version}.pcf' ] } }`);
    expect(kit.read('app-misc/foo/foo-1.2.ebuild')).toContain(
      `SRC_URI="${upstream.address}/gnu/foo/foo-1.2.tar.xz -> foo-1.2.tar.xz\nfonts? (\n  ${upstream.address}/fonts/font-1.2.pcf -> font-1.2.pcf\n)"`,
    );
    expect(outcomes(await run(`{ compression: gz }`))).toEqual([['app-misc/foo-1.3', 'written']]);
    expect(outcomes(await run(`{ compression: bz2 }`))).toEqual([['app-misc/foo', 'failed', 'GEN002']]);
  });

  it('descends into folders by their versions, past one that has no release yet', async () => {
    const { upstream, kit, listing, run } = await world('gnu-1');
    listing('/util/', ['v2.9/', 'v2.10/', 'v2.41/', 'docs/']);
    listing('/util/v2.9/', ['foo-2.9.2.tar.xz']);
    listing('/util/v2.10/', ['foo-2.10.tar.xz', 'foo-2.10.1.tar.xz']);
    listing('/util/v2.41/', ['foo-2.41-rc1.tar.xz']);
    const where = `base_url: '${upstream.address}/util', dir_paths: [ 'v([\\d.]+)' ], compression: xz`;
    expect(outcomes(await run(`{ ${where} }`))).toEqual([['app-misc/foo-2.10.1', 'written']]);
    expect(kit.read('app-misc/foo/foo-2.10.1.ebuild')).toContain('/util/v2.10/foo-2.10.1.tar.xz ->');
    expect(outcomes(await run(`{ version: 2.9.2, ${where} }`))).toEqual([['app-misc/foo-2.9.2', 'written']]);
    const named = where.replace('([', '(?P<version>[');
    expect(outcomes(await run(`{ ${named} }`))).toEqual([['app-misc/foo-2.10.1', 'unchanged']]);
    const broken = where.replace('([', '[');
    expect(outcomes(await run(`{ ${broken} }`))).toEqual([['app-misc/foo', 'failed', 'PEP002']]);
  });
});

describe('simple', () => {
  it('puts version and settings into addresses, and names files as they say', async () => {
    const { upstream, kit, run } = await world('simple');
    for (const path of ['/a/foo-1.0.tgz', '/b/1.0.tgz']) upstream.serve(path, file);
    await run(
      `{ version: '1.0', site: '${upstream.address}', src_uri: [ '{site}/a/{name}-{version}.tgz', '{site}/b/{version}.tgz -> foo-b-1.0.tgz' ] }`,
    );
    expect(kit.read('app-misc/foo/foo-1.0.ebuild')).toContain('/a/foo-1.0.tgz -> foo-1.0.tgz\n');
    expect(kit.read('app-misc/foo/foo-1.0.ebuild')).toContain('/b/1.0.tgz -> foo-b-1.0.tgz"');
    expect(kit.read('app-misc/foo/Manifest').trim().split('\n')).toHaveLength(2);
    expect(outcomes(await run('{ src_uri: x }'))).toEqual([['app-misc/foo', 'failed', 'GEN001']]);
  });
});

describe('sourceforge-1', () => {
  it('reads the feed of files and prefers the better packed one', async () => {
    const { upstream, kit, run } = await world('sourceforge-1');
    const item = (path: string) => `<item><title><![CDATA[${path}]]></title><link>x</link></item>`;
    const paths = [
      '/foo/1.9/foo-1.9.tar.gz',
      '/foo/1.10/foo-1.10.tar.gz',
      '/foo/1.10/foo-1.10.tar.xz',
      '/other/foo-x.zip',
    ];
    upstream.serve(
      '/projects/proj/rss?path=%2Ffoo',
      `<rss><channel><title>files</title>${paths.map(item).join('')}</channel></rss>`,
    );
    for (const path of paths) upstream.serve(`/projects/proj/files${path}/download`, file);
    // no xz file is behind the name, and that is found out
    upstream.serve('/projects/proj/files/foo/1.10/foo-1.10.tar.xz/download', 'no archive');
    const report = await run('{ sourceforge: { project: proj, path: /foo } }');
    expect(outcomes(report)[0]?.[1]).toBe('failed');
    expect(outcomes(await run('{ sourceforge: { project: proj, path: /foo, format: tar.gz } }'))).toEqual([
      ['app-misc/foo-1.10', 'written'],
    ]);
    expect(kit.read('app-misc/foo/foo-1.10.ebuild')).toContain(
      `${upstream.address}/projects/proj/files/foo/1.10/foo-1.10.tar.gz/download -> foo-1.10.tar.gz`,
    );
    expect(outcomes(await run('{ version: 1.9, sourceforge: { project: proj, path: /foo } }'))).toEqual([
      ['app-misc/foo-1.9', 'written'],
    ]);
  });
});

describe('GitLab', () => {
  const commit = (letter: string) => letter.repeat(40);
  const tags = [
    { name: 'V1.9', commit: { id: commit('a') } },
    { name: 'foo-1.2', commit: { id: commit('b') } },
    { name: 'foo-1.10', commit: { id: commit('c') } },
  ];
  const serve = (upstream: Upstream, project: string) => {
    const api = `/api/v4/projects/${project}`;
    upstream.serve(`${api}/repository/tags?per_page=100`, JSON.stringify(tags));
    const releases = tags.map(({ name, commit: at }) => ({ tag_name: name, commit: at }));
    upstream.serve(
      `${api}/releases?order_by=created_at&per_page=100`,
      JSON.stringify([{ tag_name: 'foo-9' }, ...releases]),
    );
    for (const { commit: at } of tags)
      for (const format of ['tar.bz2', 'tar.gz'])
        upstream.serve(
          `/group/foo/-/archive/${at.id}/foo-${at.id}.${format}`,
          format === 'tar.gz' ? file : bzipped,
        );
  };
  /** An empty bzip2 stream. */
  const bzipped = Buffer.from('425a683917724538509000000000', 'hex');

  it('gitlab-1 takes the first that fits in the order of the server', async () => {
    const { upstream, kit, run } = await world('gitlab-1');
    serve(upstream, 'group%2Ffoo');
    const report = await run(
      '{ gitlab: { user: group, query: tags, tag_prefix: foo-, sources_format: tar.gz } }',
    );
    expect(outcomes(report)).toEqual([['app-misc/foo-1.2', 'written']]);
    expect(kit.read('app-misc/foo/foo-1.2.ebuild')).toContain(
      `${upstream.address}/group/foo/-/archive/${commit('b')}/foo-${commit('b')}.tar.gz -> foo-1.2-bbbbbbb.tar.gz`,
    );
    expect(kit.read('app-misc/foo/foo-1.2.ebuild')).toContain(`# ${commit('b')} foo-1.2`);
  });

  it('gitlab-v4-1 takes the newest version, on the server and by the number that the settings name', async () => {
    const { upstream, run } = await world('gitlab-v4-1');
    serve(upstream, '1196');
    const settings = `gitlab: { server: '${upstream.address}', project_id: 1196, user: group, query: releases, match: 'foo-(.*)', sources_format: tar.gz, query_parameters: { order_by: created_at } }`;
    expect(outcomes(await run(`{ ${settings} }`))).toEqual([['app-misc/foo-1.10', 'written']]);
    expect(outcomes(await run(`{ version: 1.2, ${settings} }`))).toEqual([['app-misc/foo-1.2', 'written']]);
    expect(outcomes(await run(`{ version: 7, ${settings} }`))).toEqual([
      ['app-misc/foo-7', 'failed', 'GEN002'],
    ]);
  });
});
