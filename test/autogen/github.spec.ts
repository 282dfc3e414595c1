import { describe, expect, it } from 'vitest';
import { Kit, ok, outcomes, tarball, Upstream } from './kit.ts';
import { commitFor, GithubServer } from './servers/github-server.ts';

/** A template that shows what generators hand over. */
const shown = [
  'EAPI=8',
  'DESCRIPTION="{{desc}}"',
  'HOMEPAGE="{{homepage}}"',
  'SRC_URI="{{src_uri}}"',
  '# {{github_user}} {{github_repo}} {{version}} {{upstream_version}} {{tag}} {{sha}}',
].join('\n');

async function world(repository = 'acme/foo') {
  const upstream = await Upstream.start();
  const kit = new Kit();
  const server = new GithubServer(upstream, repository);
  const run = async (settings: string) => {
    kit.write('app-misc/templates/foo.tmpl', `${shown}\n`);
    kit.write('app-misc/autogen.yaml', `r:\n  generator: github-1\n  packages:\n    - foo: ${settings}\n`);
    return await kit.run({ settings: { upstreams: server.settings } });
  };
  return { upstream, kit, server, run };
}

describe('github-1', () => {
  it('takes the newest release, the commit of its annotated tag, and what GitHub says of the repository', async () => {
    const { upstream, kit, server, run } = await world();
    server.releases([
      { tag: 'v1.9' },
      { tag: 'v1.10', annotated: true },
      { tag: 'v2.0-rc1', prerelease: true },
      { tag: 'v3.0', draft: true },
    ]);
    const report = await run('{ github: { user: acme, query: releases } }');
    expect(outcomes(report)).toEqual([['app-misc/foo-1.10', 'written']]);
    const sha = commitFor('v1.10');
    const text = kit.read('app-misc/foo/foo-1.10.ebuild');
    expect(text).toContain(
      `SRC_URI="${upstream.address}/web/acme/foo/tarball/${sha} -> foo-1.10-${sha.slice(0, 7)}.tar.gz"`,
    );
    expect(text).toContain(`DESCRIPTION="A 'fine' program"`);
    expect(text).toContain(`HOMEPAGE="${upstream.address}/web/acme/foo"`);
    expect(text).toContain(`# acme foo 1.10 1.10 v1.10 ${sha}`);
    expect(kit.read('app-misc/foo/Manifest')).toContain(`DIST foo-1.10-${sha.slice(0, 7)}.tar.gz `);
  });

  it('62: a release that lacks the file is passed over for the next older one, with a warning', async () => {
    const { kit, server, run } = await world();
    const file = tarball('foo', 'x');
    server.releases([
      { tag: 'v3.0', assets: { 'other.tar.xz': file } },
      { tag: 'v2.0', assets: { 'foo-2.0-v2.0.tar.gz': file, 'foo-2.0.tar.gz': file } },
    ]);
    const report = await run(
      `{ github: { user: acme, query: releases, tarball: '{github_repo}-{version}-{tag}.tar.gz' } }`,
    );
    expect(report.packages[0]).toMatchObject({ label: 'app-misc/foo-2.0', outcome: 'written' });
    expect(report.packages[0]?.remarks).toMatchObject([
      {
        code: 'GEN003',
        severity: 'warning',
        what: "release 'v3.0' of 'acme/foo' lacks 'foo-3.0-v3.0.tar.gz'",
      },
    ]);
    expect(kit.read('app-misc/foo/foo-2.0.ebuild')).toContain('-> foo-2.0-v2.0.tar.gz');
  });

  it('62: when no release has the files the package fails and names the releases', async () => {
    const { server, run } = await world();
    server.releases([{ tag: 'v3.0' }, { tag: 'v2.0' }]);
    const report = await run('{ tarball: "foo-{version}.tar.gz", github: { user: acme, query: releases } }');
    expect(outcomes(report)).toEqual([['app-misc/foo', 'failed', 'GEN002']]);
    expect(report.packages[0]?.problem?.why).toContain('v3.0, v2.0');
  });

  it('files by USE flag have their flags, and the source of a tag its own name', async () => {
    const { upstream, kit, server, run } = await world();
    server.releases([{ tag: 'v1.0', assets: { 'foo-amd64': 'a', 'foo-arm64': 'b' } }]);
    server.archive('archive/refs/tags/v1.0.tar.gz');
    await run(
      `{ assets: { amd64: 'foo-{key}', arm64: [ 'foo-{key}' ], global: '<source.tar.gz>' }, github: { user: acme, query: releases } }`,
    );
    const text = kit.read('app-misc/foo/foo-1.0.ebuild');
    expect(text).toContain(`amd64? ( ${upstream.address}/files/acme/foo/v1.0/foo-amd64 -> foo-amd64 )`);
    expect(text).toContain('arm64? (\n');
    expect(text).toContain(
      `${upstream.address}/web/acme/foo/archive/refs/tags/v1.0.tar.gz -> foo-1.0.tar.gz`,
    );
  });

  it('reads further pages of releases only when the first has nothing', async () => {
    const { upstream, server, run } = await world();
    const many = Array.from({ length: 100 }, (_, at) => ({ tag: `build-${at}`, prerelease: true }));
    server.releases([...many, { tag: 'v1.0' }]);
    expect(outcomes(await run('{ github: { user: acme, query: releases } }'))).toEqual([
      ['app-misc/foo-1.0', 'written'],
    ]);
    expect(upstream.asked).toContain('/api/repos/acme/foo/releases?per_page=100&page=2');
    const other = await world();
    other.server.releases([{ tag: 'v2.0' }, ...many]);
    await other.run('{ github: { user: acme, query: releases } }');
    expect(other.upstream.asked.filter((path) => path.includes('page=2'))).toEqual([]);
  });

  it('with sort DATE the order of GitHub counts, with include also early ones', async () => {
    const { server, run } = await world();
    server.releases([{ tag: 'v1.0.9' }, { tag: 'v2.0' }]);
    expect(outcomes(await run('{ github: { user: acme, query: releases, sort: DATE } }'))[0]?.[0]).toBe(
      'app-misc/foo-1.0.9',
    );
    const other = await world();
    other.server.releases([{ tag: 'v3.0', prerelease: true }, { tag: 'v2.0' }]);
    const report = await other.run('{ github: { user: acme, query: releases, include: [prerelease] } }');
    expect(outcomes(report)[0]?.[0]).toBe('app-misc/foo-3.0');
  });

  it('takes the newest of all pages of tags, with transform, select, filter and match as the settings say', async () => {
    const tags = ['v1.2', 'RELEASE_1_3', 'curl-1.4x', 'v1.10', 'v1.9', 'nightly'];
    const cases: readonly (readonly [string, string])[] = [
      ['{ github: { user: acme, query: tags } }', '1.10'],
      [`{ github: { user: acme, query: tags, select: 'v1\\.\\d$' } }`, '1.9'],
      [`{ github: { user: acme, query: tags, filter: ['v1.10', 'curl'] } }`, '1.9'],
      [
        `{ select: RELEASE, github: { user: acme, query: tags, transform: [ { kind: string, match: _, replace: . } ] } }`,
        '1.3',
      ],
      [`{ match: 'curl-([0-9.]+)', github: { user: acme, query: tags } }`, '1.4'],
      [`{ version: '1.2', github: { user: acme, query: tags } }`, '1.2'],
    ];
    for (const [settings, version] of cases) {
      const { server, run } = await world();
      server.tags([...Array.from({ length: 100 }, (_, at) => `v0.${at}`), ...tags]);
      expect(outcomes(await run(settings)), settings).toEqual([[`app-misc/foo-${version}`, 'written']]);
    }
  });

  it('a pattern that would take years fails its package, and the others are made', async () => {
    const { kit, server, run } = await world();
    server.tags([`v${'1'.repeat(60)}`]);
    kit.autogen('app-misc/other', ok);
    const one = String.raw`'v(\d+\d*)+x'`;
    for (const setting of [`select: ${one}`, `filter: [ ${one} ]`, `match: ${one}`]) {
      const report = await run(`{ github: { user: acme, query: tags, ${setting} } }`);
      expect(outcomes(report)).toEqual([
        ['app-misc/foo', 'failed', 'GEN008'],
        ['app-misc/other-1.0', setting.startsWith('select') ? 'written' : 'unchanged'],
      ]);
      expect(report.packages[0]?.problem?.place?.file).toContain('autogen.yaml');
    }
  });

  it('a version is spelt as ebuilds spell it and kept as it was', async () => {
    const { kit, server, run } = await world();
    server.tags(['v1.2.3-rc1']);
    await run(`{ match: 'v(.+)', github: { user: acme, query: tags } }`);
    expect(kit.read('app-misc/foo/foo-1.2.3_rc1.ebuild')).toContain('1.2.3_rc1 1.2.3-rc1 v1.2.3-rc1');
  });

  it('no tag that fits is a failure that names the repository and what there is', async () => {
    const { server, run } = await world();
    server.tags(['v1.0']);
    const report = await run(`{ version: '2.0', github: { user: acme, query: tags } }`);
    expect(report.packages[0]?.problem).toMatchObject({
      code: 'GEN002',
      what: "no tag of 'acme/foo' is version '2.0'",
      why: 'Versions that were found: 1.0.',
    });
  });

  it('a snapshot is the archive of its commit and needs a version', async () => {
    const { upstream, kit, server, run } = await world();
    const sha = 'c53497663c1a25603ccf8ba7daca03b319387344';
    const zip = Buffer.from(
      'UEsDBBQAAAAAAAAAIQCGphA2BQAAAAUAAAABAAAAYWhlbGxvUEsBAhQDFAAAAAAAAAAhAIamEDYFAAAABQAAAAEAAAAAAAAAAAAAAIABAAAAAGFQSwUGAAAAAAEAAQAvAAAAJAAAAAAA',
      'base64',
    );
    upstream.serve(`/web/acme/foo/archive/${sha}.zip`, zip);
    void server;
    const report = await run(
      `{ version: '4.8_p1', github: { user: acme, query: snapshot, snapshot: ${sha} } }`,
    );
    expect(outcomes(report)).toEqual([['app-misc/foo-4.8_p1', 'written']]);
    expect(kit.read('app-misc/foo/foo-4.8_p1.ebuild')).toContain(`.zip -> foo-4.8_p1-${sha.slice(0, 7)}.zip`);
    const without = await run(`{ github: { user: acme, query: snapshot, snapshot: ${sha} } }`);
    expect(outcomes(without)).toEqual([['app-misc/foo', 'failed', 'GEN001']]);
  });

  it('wrong settings are named: no query, match or tarball in two places, an unknown extension', async () => {
    for (const [settings, what] of [
      ['{ github: { user: acme } }', "'github.query' is not set"],
      ['{ github: { user: acme, query: release } }', "'github.query' is 'release'"],
      ['{ match: a, github: { user: acme, query: tags, match: b } }', "'match' stands beside"],
      ['{ tarball: a, github: { user: acme, query: releases, tarball: b } }', "'tarball' stands beside"],
      ['{ extensions: [ruby], github: { user: acme, query: tags } }', "'extensions' has 'ruby'"],
      [
        `{ tarball: 'foo-{vers}.tar', github: { user: acme, query: releases } }`,
        "'{vers}' in 'foo-{vers}.tar'",
      ],
    ] as const) {
      const { server, run } = await world();
      server.tags(['v1.0']);
      server.releases([{ tag: 'v1.0' }]);
      const [only] = (await run(settings)).packages;
      expect(only?.problem?.code, settings).toBe('GEN001');
      expect(only?.problem?.what).toContain(what);
    }
  });

  it('answers that are none of GitHub are told by their address', async () => {
    const { upstream, server, run } = await world();
    const path = '/api/repos/acme/foo/tags?per_page=100';
    for (const answer of ['{"message":"sign in"}', '[1]', '[{"name":"v1.0"}]']) {
      const { upstream: other, run: runOther } = await world();
      other.serve(path, answer);
      const [only] = (await runOther('{ desc: d, github: { user: acme, query: tags } }')).packages;
      expect(only?.problem?.code, answer).toBe('GEN004');
    }
    server.releases([{ tag: 'v1.0' }]);
    const chain = JSON.stringify({ object: { type: 'tag', sha: 'a'.repeat(40) } });
    upstream.serve('/api/repos/acme/foo/git/refs/tags/v1.0', chain);
    upstream.serve(`/api/repos/acme/foo/git/tags/${'a'.repeat(40)}`, chain);
    const [endless] = (await run('{ desc: d, github: { user: acme, query: releases } }')).packages;
    expect(endless?.problem?.code).toBe('GEN004');
  });

  it('unset addresses and a spent quota are told by what to do about them', async () => {
    const { kit, server, upstream, run } = await world();
    kit.write(
      'app-misc/autogen.yaml',
      'r:\n  generator: github-1\n  packages:\n    - foo: { github: { query: tags } }\n',
    );
    const unset = await kit.run();
    expect(unset.packages[0]?.problem).toMatchObject({ code: 'AGN026' });
    expect(unset.packages[0]?.problem?.next).toContain('upstreams.github-api');
    server.tags(['v1.0']);
    let refusals = 0;
    const list = JSON.stringify([{ name: 'v1.0', commit: { sha: commitFor('v1.0') } }]);
    upstream.serve('/api/repos/acme/foo/tags?per_page=100', (_request, response) => {
      refusals += 1;
      if (refusals > 1) response.end(list);
      else {
        const reset = String(Math.floor(Date.now() / 1000));
        response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }).end('{}');
      }
    });
    const report = await run('{ github: { user: acme, query: tags } }');
    expect(outcomes(report)).toEqual([['app-misc/foo-1.0', 'written']]);
    expect(refusals).toBe(2);
  });
});
