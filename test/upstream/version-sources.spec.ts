import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Fetcher } from '../../src/fetcher/index.ts';
import {
  checkVersion,
  type EndpointName,
  readEndpoints,
  readVersionCheck,
  type VersionCheckOptions,
} from '../../src/upstream/index.ts';
import { type FarServer, farServer, highest, JumpingClock, sendJson } from '../fetcher/far-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-versions-'));
const gitConfig = join(folder, 'config');
const opened: { close(): unknown }[] = [];
beforeAll(() => writeFileSync(gitConfig, '[safe]\n\tdirectory = *\n'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** What a server has by path and query: JSON values, or a status. */
type Documents = Readonly<Record<string, unknown>>;

const services: readonly EndpointName[] = [
  ...([
    'aur',
    'archlinux',
    'github',
    'gitlab',
    'gitea',
    'bitbucket',
    'repology',
    'anitya',
    'pypi',
    'npm',
  ] as const),
  ...(['crates', 'gems', 'cpan', 'hackage', 'packagist', 'go'] as const),
];

async function serve(documents: Documents): Promise<FarServer> {
  const server = await farServer((request: IncomingMessage, response) => {
    const value = documents[decodeURIComponent(request.url ?? '')];
    if (typeof value === 'function') value(request, response);
    else if (value === undefined) sendJson(response, { message: 'Not Found' }, 404);
    else if (typeof value === 'string') response.end(value);
    else sendJson(response, value);
  });
  opened.push(server);
  return server;
}

/** Asks by a table of options, with one server in the place of all services. */
async function check(options: string, documents: Documents, own: Partial<VersionCheckOptions> = {}) {
  const server = await serve(documents);
  const fetcher = new Fetcher({ clock: new JumpingClock(), random: highest, proxies: {} });
  opened.push(fetcher);
  const text = `[foo]\n${options.replaceAll('{server}', server.url)}\n`;
  const read = readVersionCheck(text, { pkgbase: 'foo', file: 'foo/.nvchecker.toml' });
  if (!read.check) throw new Error(read.problems[0]?.what);
  const endpoints = Object.fromEntries(services.map((name) => [name, server.url]));
  const answer = await checkVersion(read.check, { fetcher, endpoints, gitConfig, ...own });
  return { ...answer, heard: server.heard, server };
}

const sha = 'a'.repeat(40);
const commit = (date: string, id = sha) => ({
  sha: id,
  html_url: 'https://x/c',
  commit: { committer: { date } },
});

describe('GitHub', () => {
  const release = (tag: string, more = {}) => ({
    tag_name: tag,
    name: `Foo ${tag}`,
    html_url: `https://x/${tag}`,
    ...more,
  });
  it('tells the latest release, with the commit of its tag', async () => {
    const documents = {
      '/repos/o/foo/releases/latest': release('v1.2'),
      '/repos/o/foo/commits/v1.2': { sha },
    };
    const table = "source = 'github'\ngithub = 'o/foo'\nuse_latest_release = true\nprefix = 'v'";
    const found = await check(table, documents, { tokens: { github: 'secret' } });
    expect(found).toMatchObject({ kind: 'version', version: '1.2', revision: sha, url: 'https://x/v1.2' });
    expect(found.server.requests[0]?.headers['authorization']).toBe('Bearer secret');
    expect((await check(table, documents, { wantsRevision: false })).heard).toHaveLength(1);
    expect(await check(`${table}\nuse_release_name = true`, documents)).toMatchObject({
      version: 'Foo v1.2',
    });
  });
  it('tells the largest release, announced ones only where they are wanted', async () => {
    const documents = {
      '/repos/o/foo/releases?per_page=100': [
        release('1.9'),
        release('1.10'),
        release('2.0rc1', { prerelease: true }),
        release('3.0', { draft: true }),
      ],
      '/repos/o/foo/releases?per_page=1': [release('2.0rc1', { prerelease: true })],
    };
    const table = "source = 'github'\ngithub = 'o/foo'";
    const own = { wantsRevision: false };
    expect(await check(`${table}\nuse_max_release = true`, documents, own)).toMatchObject({
      version: '1.10',
    });
    const newest = `${table}\nuse_latest_release = true\ninclude_prereleases = true`;
    expect(await check(newest, documents, own)).toMatchObject({ version: '2.0rc1' });
  });
  it('tells the largest tag of all pages, and the commit of an annotated one', async () => {
    const ref = (tag: string, type: string) => ({
      ref: `refs/tags/${tag}`,
      object: { type, sha: type === 'tag' ? 'b'.repeat(40) : sha },
    });
    const pages: Documents = {
      '/repos/o/foo/git/matching-refs/tags/?per_page=100': (
        _request: unknown,
        response: Parameters<typeof sendJson>[0],
      ) => {
        response.setHeader('link', '</page2>; rel="next", </page9>; rel="last"');
        sendJson(response, [ref('v1.0', 'commit'), ref('v1.1', 'commit')]);
      },
      '/page2': [ref('v1.2', 'tag'), ref('nightly', 'commit')],
      '/repos/o/foo/commits/v1.2': { sha },
    };
    const table = "source = 'github'\ngithub = 'o/foo'\nuse_max_tag = true";
    expect(await check(table, pages)).toMatchObject({ version: 'v1.2', revision: sha });
    expect(await check(`${table}\nexclude_regex = 'v1.2'`, pages)).toMatchObject({
      version: 'v1.1',
      revision: sha,
    });
  });
  it('tells when the newest commit was made, of a branch and of a path', async () => {
    const documents = {
      '/repos/o/foo/commits?per_page=1&sha=dev&path=src/x': [commit('2013-07-01T01:22:12Z')],
    };
    const table = "source = 'github'\ngithub = 'o/foo'\nbranch = 'dev'\npath = 'src/x'";
    expect(await check(table, documents)).toMatchObject({ version: '20130701.012212', revision: sha });
  });
});

describe('other forges', () => {
  it('tell the largest tag, with its commit', async () => {
    const gitlab = {
      '/api/v4/projects/g/sub/foo/repository/tags?per_page=100': [
        { name: 'v2', commit: { id: sha } },
        { name: 'v10', commit: { id: 'c' } },
      ],
    };
    const found = await check(
      "source = 'gitlab'\ngitlab = 'g/sub/foo'\nuse_max_tag = true\ntoken = 't'",
      gitlab,
    );
    expect(found).toMatchObject({ version: 'v10', revision: 'c' });
    expect(found.server.requests[0]?.headers['private-token']).toBe('t');
    expect(found.heard).toEqual(['GET /api/v4/projects/g%2Fsub%2Ffoo/repository/tags?per_page=100']);
    const gitea = { '/api/v1/repos/o/foo/tags?limit=50': [{ name: '1', commit: { sha } }] };
    expect(await check("source = 'gitea'\ngitea = 'o/foo'\nuse_max_tag = true", gitea)).toMatchObject({
      version: '1',
      revision: sha,
    });
    const bitbucket = {
      '/2.0/repositories/o/foo/refs/tags?sort=-target.date&pagelen=100': {
        values: [{ name: '1', target: { hash: sha } }],
      },
    };
    expect(
      await check("source = 'bitbucket'\nbitbucket = 'o/foo'\nuse_max_tag = true", bitbucket),
    ).toMatchObject({ version: '1', revision: sha });
  });
  it('tell the date of the newest commit', async () => {
    const gitlab = {
      '/api/v4/projects/g/foo/repository/commits?per_page=1&ref_name=dev': [
        { id: sha, created_at: '2013-07-01T23:00:00.000-02:00' },
      ],
    };
    expect(await check("source = 'gitlab'\ngitlab = 'g/foo'\nbranch = 'dev'", gitlab)).toMatchObject({
      version: '20130702',
      revision: sha,
    });
    const gitea = { '/api/v1/repos/o/foo/commits?limit=1': [commit('2013-07-01T01:22:12Z')] };
    expect(await check("source = 'gitea'\ngitea = 'o/foo'", gitea)).toMatchObject({
      version: '20130701',
      revision: sha,
    });
    const bitbucket = {
      '/2.0/repositories/o/foo/commits/?pagelen=1': { values: [{ hash: sha, date: '2013-07-01T01:22:12Z' }] },
    };
    expect(await check("source = 'bitbucket'\nbitbucket = 'o/foo'", bitbucket)).toMatchObject({
      version: '20130701',
      revision: sha,
    });
  });
});

describe('a git repository', () => {
  const path = join(folder, 'repository');
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', path, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      encoding: 'utf8',
    }).trim();
  beforeAll(() => {
    mkdirSync(path);
    git('init', '--quiet', '--initial-branch=main');
    for (const tag of ['v1.9', 'v1.10']) {
      git('commit', '--quiet', '--allow-empty', '--message', tag);
      git('tag', '--annotate', '--message', tag, tag);
    }
    git('commit', '--quiet', '--allow-empty', '--message', 'last');
    git('tag', 'nightly');
  });
  it('tells its largest tag, with the commit behind an annotated one', async () => {
    const table = `source = 'git'\ngit = 'file://${path}'\ninclude_regex = 'v.*'\nprefix = 'v'`;
    expect(await check(table, {})).toMatchObject({
      version: '1.10',
      revision: git('rev-parse', 'v1.10^{commit}'),
    });
  });
  it('tells the newest commit of a branch', async () => {
    const head = git('rev-parse', 'HEAD');
    const table = `source = 'git'\ngit = 'file://${path}'\nuse_commit = true`;
    expect(await check(table, {})).toMatchObject({ version: head, revision: head });
    expect(await check(`${table}\nbranch = 'main'`, {})).toMatchObject({ version: head });
    expect(await check(`${table}\nbranch = 'gone'`, {})).toMatchObject({ problem: { code: 'UPS027' } });
  });
  it('that is not there is a problem of the package', async () => {
    expect(await check(`source = 'git'\ngit = 'file://${path}-gone'`, {})).toMatchObject({
      problem: { code: 'UPS040', severity: 'error', what: expect.stringContaining("'foo'") },
    });
  });
});

describe('pages', () => {
  it('are searched with a pattern', async () => {
    const table = "source = 'regex'\nurl = '{server}/page'\nregex = 'foo-([\\d.]+)\\.tgz'";
    expect(await check(table, { '/page': 'foo-1.9.tgz foo-1.10.tgz' })).toMatchObject({ version: '1.10' });
    expect(await check(table, { '/page': 'nothing' })).toMatchObject({ problem: { code: 'UPS027' } });
    expect(await check(`${table}\nmissing_ok = true`, { '/page': 'nothing' })).toMatchObject({
      kind: 'nothing',
    });
    const utf8 = "source = 'regex'\nurl = '{server}/page'\nencoding = 'utf-8'\nregex = 'é(\\d)'";
    expect(await check(utf8, { '/page': 'é1' })).toMatchObject({ version: '1' });
  });
  it('that hang a bad pattern do not hang the run', async () => {
    const table = "source = 'regex'\nurl = '{server}/page'\nregex = '(a+)+$'";
    expect(await check(table, { '/page': `${'a'.repeat(80)}!` })).toMatchObject({
      problem: { code: 'UPS028' },
    });
  });
  it('may tell the version in where they lead to', async () => {
    const documents: Documents = {
      '/latest': (_request: unknown, response: Parameters<typeof sendJson>[0]) =>
        response.writeHead(302, { location: 'https://packmill.invalid/foo-3.1.tgz' }).end(),
    };
    const found = await check(
      "source = 'httpheader'\nurl = '{server}/latest'\nregex = 'foo-([\\d.]+)\\.tgz'",
      documents,
    );
    expect(found).toMatchObject({ version: '3.1', heard: ['HEAD /latest'] });
  });
  it('of JSON are searched with a path', async () => {
    const table = "source = 'jq'\nurl = '{server}/x.json'\nfilter = '.releases[].version'";
    expect(
      await check(table, { '/x.json': { releases: [{ version: '1.0' }, { version: '2.0' }] } }),
    ).toMatchObject({ version: '2.0' });
    const program = "source = 'jq'\nurl = '{server}/x.json'\nfilter = 'map(.x)'";
    expect(await check(program, { '/x.json': [] })).toMatchObject({ problem: { code: 'UPS025' } });
  });
});

describe('registries', () => {
  const crate = [
    '{"vers":"1.0.0"}',
    '{"vers":"1.2.0"}',
    '{"vers":"1.3.0","yanked":true}',
    '{"vers":"2.0.0-rc.1"}',
    '',
  ].join('\n');
  const cases: readonly (readonly [string, Documents, string])[] = [
    ["source = 'pypi'\npypi = 'Foo_Bar'", { '/foo-bar/': { versions: ['1.9', '1.10', '2.0b1'] } }, '1.10'],
    [
      "source = 'pypi'\npypi = 'foo'\nuse_pre_release = true",
      { '/foo/': { versions: ['1.9', '2.0b1'] } },
      '2.0b1',
    ],
    ["source = 'npm'\nnpm = '@s/foo'", { '/@s/foo': { 'dist-tags': { latest: '1.2.3' } } }, '1.2.3'],
    [
      "source = 'npm'\nnpm = 'foo'\nregistry = '{server}/own'",
      { '/own/foo': { 'dist-tags': { latest: '3' } } },
      '3',
    ],
    ["source = 'cratesio'\ncratesio = 'Serde'", { '/se/rd/serde': crate }, '1.2.0'],
    ["source = 'cratesio'\ncratesio = 'abc'", { '/3/a/abc': crate }, '1.2.0'],
    ["source = 'cratesio'\ncratesio = 'ab'\nuse_pre_release = true", { '/2/ab': crate }, '2.0.0-rc.1'],
    [
      "source = 'gems'\ngems = 'foo'",
      { '/api/v1/versions/foo.json': [{ number: '2.b', prerelease: true }, { number: '1.2' }] },
      '1.2',
    ],
    ["source = 'cpan'\ncpan = 'Foo-Bar'", { '/release/Foo-Bar': { version: '1.30' } }, '1.30'],
    [
      "source = 'hackage'\nhackage = 'foo'",
      { '/package/foo/preferred.json': { 'normal-version': ['3.1', '3.0'] } },
      '3.1',
    ],
    [
      "source = 'packagist'\npackagist = 'a/foo'",
      { '/p2/a/foo.json': { packages: { 'a/foo': [{ version: 'dev-main' }, { version: '1.4' }] } } },
      '1.4',
    ],
    [
      "source = 'go'\ngo = 'example.org/Foo/v2'",
      { '/example.org/!foo/v2/@latest': { Version: 'v2.1.0' } },
      'v2.1.0',
    ],
  ];
  for (const [table, documents, version] of cases) {
    it(`answer ${table.replaceAll('\n', ', ')}`, async () => {
      expect(await check(table, documents)).toMatchObject({ kind: 'version', version });
    });
  }
  it('are asked only where a setting says which one', async () => {
    const found = await check("source = 'npm'\nnpm = 'foo'", {}, { endpoints: {} });
    expect(found).toMatchObject({
      problem: { code: 'UPS026', next: expect.stringContaining("'CI_NPM_URL'") },
    });
    expect(found.heard).toEqual([]);
  });
  it('have names that lead nowhere else', async () => {
    for (const name of ['../secret', 'a/../../b', 'a?b', 'a b', '/x']) {
      expect(await check(`source = 'gems'\ngems = '${name}'`, {}), name).toMatchObject({
        problem: { code: 'UPS025' },
      });
    }
  });
});

describe('distributions', () => {
  const arch = { results: [{ pkgver: '1.2', pkgrel: '3', epoch: 1, provides: ['libfoo.so=2-64'] }] };
  const cases: readonly (readonly [string, Documents, string])[] = [
    [
      "source = 'aur'",
      { '/rpc/v5/info?arg[]=foo': { results: [{ Version: '1:2-3', LastModified: 0 }] } },
      '1:2-3',
    ],
    [
      "source = 'aur'\naur = 'bar'\nstrip_release = true",
      { '/rpc/v5/info?arg[]=bar': { results: [{ Version: '2-3' }] } },
      '2',
    ],
    [
      "source = 'aur'\nuse_last_modified = true",
      { '/rpc/v5/info?arg[]=foo': { results: [{ Version: '2-3', LastModified: 1 }] } },
      '2-3-19700101000001',
    ],
    ["source = 'archpkg'\narchpkg = 'x'", { '/packages/search/json/?name=x': arch }, '1:1.2-3'],
    ["source = 'archpkg'\nstrip_release = true", { '/packages/search/json/?name=foo': arch }, '1:1.2'],
    ["source = 'archpkg'\nprovided = 'libfoo.so'", { '/packages/search/json/?name=foo': arch }, '2-64'],
    [
      "source = 'repology'\nrepology = 'foo'\nrepo = 'arch'",
      {
        '/api/v1/project/foo': [
          { repo: 'arch', version: '1.9' },
          { repo: 'arch', version: '1.10' },
          { repo: 'x', version: '9' },
        ],
      },
      '1.10',
    ],
    [
      "source = 'anitya'\nanitya = 'arch linux/foo'",
      { '/api/project/arch linux/foo': { version: '4' } },
      '4',
    ],
    ["source = 'manual'\nmanual = 'v5'\nprefix = 'v'", {}, '5'],
  ];
  for (const [table, documents, version] of cases) {
    it(`answer ${table.replaceAll('\n', ', ')}`, async () => {
      expect(await check(table, documents)).toMatchObject({ kind: 'version', version });
    });
  }
  it('that are watched answer for the local pacman', async () => {
    const published = (name: string, provided?: string) =>
      name === 'icu' ? (provided ? '76-64' : '1:76.1-1') : undefined;
    expect(
      await check("source = 'alpm'\nalpm = 'icu'\nstrip_release = true", {}, { published }),
    ).toMatchObject({ version: '1:76.1' });
    expect(await check("source = 'pacman'\npacman = 'icu'\nprovided = 'x'", {}, { published })).toMatchObject(
      { version: '76-64' },
    );
    expect(await check("source = 'alpm'", {}, { published })).toMatchObject({ problem: { code: 'UPS027' } });
  });
});

describe('trouble', () => {
  it('of any server is a problem with the name of the package', async () => {
    const table = "source = 'github'\ngithub = 'o/gone'\nuse_max_tag = true";
    expect(await check(table, {})).toMatchObject({
      problem: { code: 'FET004', what: expect.stringMatching(/^'foo' cannot be checked: /) },
    });
    const odd: Documents = { '/repos/o/gone/git/matching-refs/tags/?per_page=100': { message: 'moved' } };
    expect(await check(table, odd)).toMatchObject({ problem: { code: 'FET010' } });
  });
  it('of a token goes to nobody else', async () => {
    const other = await serve({ '/page2': [] });
    const documents: Documents = {
      '/repos/o/foo/git/matching-refs/tags/?per_page=100': (
        _request: unknown,
        response: Parameters<typeof sendJson>[0],
      ) => {
        response.setHeader('link', `<${other.url}/page2>; rel="next"`);
        sendJson(response, [{ ref: 'refs/tags/1', object: { type: 'commit', sha } }]);
      },
    };
    expect(
      await check("source = 'github'\ngithub = 'o/foo'\nuse_max_tag = true\ntoken = 's'", documents),
    ).toMatchObject({ version: '1' });
    expect(other.heard).toEqual([]);
  });
});

describe('addresses of services', () => {
  it('come from our settings, or from those of their ecosystem', () => {
    const settings: Record<string, string> = {
      CI_AUR_URL: 'https://aur.example.org/',
      PIP_INDEX_URL: 'https://python.example.org/simple/',
      CI_NPM_URL: 'https://own.example.org',
      NPM_CONFIG_REGISTRY: 'https://npm.example.org',
      GOPROXY: 'direct,https://go.example.org|off',
      CI_GEMS_URL: 'nonsense',
    };
    expect(readEndpoints((name) => settings[name])).toEqual({
      aur: 'https://aur.example.org',
      pypi: 'https://python.example.org/simple',
      npm: 'https://own.example.org',
      go: 'https://go.example.org',
    });
  });
});
