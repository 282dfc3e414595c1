import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { Kit, ok, push, pushWith, tarball, Upstream } from './kit.ts';
import { environmentOf, packmill, program, startPackmill } from './program.ts';

/** Lines of a report. */
const eventsOf = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('packmill doit', () => {
  it('34: exits with 1 when a package fails, names it once, and with 0 when none does', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', ok);
    kit.autogen('app-misc/b', `  throw new hub.BreezyError('nothing found');`);
    const failed = await packmill(kit, ['doit']);
    expect(failed.code).toBe(1);
    expect(failed.out).toBe(
      `failed:\n  app-misc/b (${join(kit.root, 'app-misc/b/autogen.ts')}): AGN013 nothing found\npackages: 1 written, 1 failed; 1 ebuilds\n`,
    );
    expect(failed.err.match(/AGN013/g)).toHaveLength(1);
    const filtered = await packmill(kit, ['doit', '--pkg', 'a']);
    expect([filtered.code, filtered.out]).toEqual([0, 'packages: 1 unchanged; 1 ebuilds\n']);
  });

  it('takes options in both spellings', async () => {
    const kit = new Kit();
    const counter = join(kit.top, 'count');
    kit.autogen(
      'app-misc/a',
      `  const archive = await hub.Archive.getOrCreate('a-1.tar.xz', { topDirectory: 'a' }, ({ topPath }) => {
    writeFileSync(${JSON.stringify(counter)}, 'x', { flag: 'a' });
    writeFileSync(topPath + '/b', 'c');
  });
  hub.breezyBuild({ ...pkg, version: '1.0', artifacts: [archive] }).push();`,
    );
    await packmill(kit, ['doit', '--fastpull_scope=other', '--force_dynamic']);
    await packmill(kit, ['doit', '--fastpull-scope', 'other', '--force-dynamic', '--prod']);
    expect(readFileSync(counter, 'utf8')).toBe('xx');
    expect(readdirSync(join(kit.top, 'repo_tmp/stores/dynamic'))).toEqual(['other']);
    const purged = await packmill(kit, ['doit', '--purge_distdir']);
    expect([purged.code, purged.out.trimEnd().split('\n').at(-1), readdirSync(kit.distdir)]).toEqual([
      0,
      '1 copies removed',
      [],
    ]);
  });

  it('reports what happens as lines of JSON', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/a.tar.gz', tarball('x', 'y'));
    kit.autogen('app-misc/a', `  hub.log.info('a word');\n${pushWith(url)}`);
    const report = join(kit.top, 'report.jsonl');
    expect((await packmill(kit, ['doit', '--json-report', report])).code).toBe(0);
    const events = eventsOf(readFileSync(report, 'utf8'));
    expect(events.map(({ kind }) => kind)).toEqual(['begin', 'log', 'package', 'end']);
    expect(events[2]).toMatchObject({
      label: 'app-misc/a-1.0',
      outcome: 'written',
      changed: ['app-misc/a/Manifest', 'app-misc/a/a-1.0.ebuild'],
    });
    const offline = await packmill(kit, ['doit', '--offline', '--json_report', '-']);
    expect(eventsOf(offline.out).map(({ kind }) => kind)).toEqual(['begin', 'log', 'package', 'end']);
    expect(upstream.asked).toEqual(['/a.tar.gz']);
    await packmill(kit, ['doit', '--refetch', url]);
    expect(upstream.asked).toEqual(['/a.tar.gz', '/a.tar.gz']);
  });

  it('warns when a distfile has other bytes under the name that its Manifest has, and at no other time', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/a-1.0.tar.gz', tarball('x', 'y'));
    kit.autogen('app-misc/a', pushWith(url));
    expect((await packmill(kit, ['doit'])).err).not.toContain('AGN039');
    expect((await packmill(kit, ['doit', '--refetch', url])).err).not.toContain('AGN039');
    upstream.serve('/a-1.0.tar.gz', tarball('x', 'another text'));
    const again = await packmill(kit, ['doit', '--refetch', url]);
    expect([again.code, again.err]).toEqual([
      0,
      expect.stringContaining(`warning AGN039 ${join(kit.root, 'app-misc/a/Manifest')}`),
    ]);
    expect(again.err).toContain("'a-1.0.tar.gz' of 'app-misc/a' has other bytes than its Manifest said");
    expect((await packmill(kit, ['doit'])).err).not.toContain('AGN039');
    await upstream.stop();
  });

  it('42, 43: asks for a page again when told to, and uses an old one when its server fails', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const statuses: number[] = [];
    const url = upstream.serve('/page', (request, response) => {
      const status = request.headers['if-none-match'] === '"one"' ? 304 : 200;
      statuses.push(status);
      response.writeHead(status, { etag: '"one"' }).end(status === 304 ? '' : 'version 1.0');
    });
    kit.autogen(
      'app-misc/a',
      `  const version = (await hub.getPage('${url}')).split(' ')[1] ?? '';\n  hub.breezyBuild({ ...pkg, version }).push();`,
    );
    for (const words of [['doit'], ['doit'], ['doit', '--immediate']]) {
      expect((await packmill(kit, words)).code).toBe(0);
    }
    expect(statuses).toEqual([200, 304]);
    await upstream.stop();
    const stale = await packmill(kit, ['--json', 'doit', '--immediate']);
    expect(stale.code).toBe(0);
    expect(JSON.parse(stale.out).totals.stalePages).toBe(1);
    expect(stale.err).toContain('AGN034');
  });

  it('reads passwords of hosts from ~/.autogen, and says when others can read them, too', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const seen: (string | undefined)[] = [];
    const url = upstream.serve('/page', (request, response) => {
      seen.push(request.headers.authorization);
      response.end('1.0');
    });
    writeFileSync(
      join(kit.top, '.autogen'),
      'authentication: { 127.0.0.1: { username: me, password: secret } }\n',
    );
    kit.autogen('app-misc/a', push(`version: await hub.getPage('${url}')`));
    const ended = await packmill(kit, ['doit']);
    expect(ended.code).toBe(0);
    expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
    expect(ended.err).toContain('CFG009');
    expect(ended.err).not.toContain('secret');
    writeFileSync(join(kit.top, '.autogen'), 'authentication: { 127.0.0.1: secret }\n');
    const wrong = await packmill(kit, ['doit']);
    expect([wrong.code, wrong.err.includes('CFG010'), wrong.err.includes('secret')]).toEqual([
      2,
      true,
      false,
    ]);
    // to YAML this is the name of an anchor
    writeFileSync(join(kit.top, '.autogen'), 'authentication: { 127.0.0.1: { token: *secret } }\n');
    const broken = await packmill(kit, ['doit']);
    expect([broken.code, broken.err.includes('CFG010'), broken.err.includes('secret')]).toEqual([
      2,
      true,
      false,
    ]);
  });

  it('names what is missing where there is no overlay, and where nobody said who publishes archives', async () => {
    const kit = new Kit();
    const outside = spawnSync(program, ['doit'], { cwd: kit.top, env: environmentOf(kit), encoding: 'utf8' });
    expect([outside.status, outside.stderr.includes('metadata/layout.conf')]).toEqual([2, true]);
    kit.autogen(
      'app-misc/a',
      `  const archive = await hub.Archive.getOrCreate('a.tar.xz', {}, ({ topPath }) => writeFileSync(topPath + '/b', 'c'));
  hub.breezyBuild({ ...pkg, version: '1.0', artifacts: [archive] }).push();
  hub.upstream('github-api');`,
    );
    const unset = await packmill(kit, ['doit'], { METATOOLS_DISTFILES_HOST: '' });
    expect([
      unset.code,
      unset.err.includes('METATOOLS_DISTFILES_HOST') || unset.err.includes('PACKMILL_UPSTREAM'),
    ]).toEqual([1, true]);
    kit.autogen('app-misc/a', push(`version: '1', X: hub.upstream('github-api')`), '{{X}}\n');
    expect(
      (await packmill(kit, ['doit'], { PACKMILL_UPSTREAM_GITHUB_API: 'https://api.example/' })).code,
    ).toBe(0);
    expect(kit.read('app-misc/a/a-1.ebuild')).toBe('https://api.example\n');
  });

  it('works on the stores and with the settings of a farm', async () => {
    const kit = new Kit();
    const farm = join(kit.top, 'farm');
    expect((await packmill(kit, ['--farm', farm, 'init'])).code).toBe(0);
    const config = join(farm, 'packmill.yaml');
    writeFileSync(
      config,
      `${readFileSync(config, 'utf8')}\ndistfiles-host: https://farm.example\nupstreams: { pypi: https://pypi.example/ }\n`,
    );
    kit.autogen(
      'app-misc/a',
      `  const archive = await hub.Archive.getOrCreate('a-1.tar.xz', { topDirectory: 'a' }, ({ topPath }) => writeFileSync(topPath + '/b', 'c'));
  hub.breezyBuild({ ...pkg, version: '1', pypi: hub.upstream('pypi'), artifacts: [archive] }).push();`,
      '{{src_uri}} {{pypi}}\n',
    );
    expect((await packmill(kit, ['--farm', farm, 'doit'], { METATOOLS_DISTFILES_HOST: '' })).code).toBe(0);
    expect(kit.read('app-misc/a/a-1.ebuild')).toMatch(
      /^https:\/\/farm\.example\/.* -> a-1\.tar\.xz https:\/\/pypi\.example\n$/,
    );
    expect(existsSync(join(farm, 'fastpull/stores/blos'))).toBe(true);
    expect(existsSync(join(kit.top, 'repo_tmp'))).toBe(false);
    expect((await packmill(kit, ['--farm', farm, '--json', 'store', 'usage'])).out).toContain('"objects": 1');
  });

  it('leaves every package whole when it is killed, and finishes when it is run again', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    for (const name of ['a', 'b', 'c']) {
      const url = upstream.serve(`/${name}.tar.gz`, tarball('x', name));
      kit.autogen(`app-misc/${name}`, pushWith(url));
    }
    const hung = upstream.serve('/hung', () => child.kill('SIGKILL'));
    kit.autogen('app-misc/d', push(`version: await hub.getPage('${hung}')`));
    const child = spawn(program, ['doit'], { cwd: kit.root, env: environmentOf(kit), stdio: 'ignore' });
    await once(child, 'close');
    for (const name of ['a', 'b', 'c', 'd'])
      expect(kit.names(`app-misc/${name}`)).toEqual(['autogen.ts', 'templates']);
    upstream.serve('/hung', '2.0');
    const again = await packmill(kit, ['doit', '--immediate']);
    expect([again.code, again.out]).toEqual([0, 'packages: 4 written; 4 ebuilds\n']);
    expect(kit.names('app-misc/d')).toContain('d-2.0.ebuild');
  });

  it('lets autogens import values of packmill by name', async () => {
    const kit = new Kit();
    kit.write(
      'app-misc/a/autogen.ts',
      `import { compareVersions } from 'packmill/gentoo';
import { BreezyError } from 'packmill/autogen';
import type { Hub, PkgInfo } from 'packmill/autogen';
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  if (compareVersions('1.0', '1.0.0') >= 0) throw new BreezyError('order');
  hub.breezyBuild({ ...pkg, version: '1.0', template_text: 'EAPI=8' }).push();
}
`,
    );
    expect((await packmill(kit, ['doit'])).code).toBe(0);
    expect(kit.read('app-misc/a/a-1.0.ebuild')).toBe('EAPI=8\n');
  });

  it('goes on with --watch and runs again when a template changes', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', ok, 'EAPI=8\nX=1\n');
    const child = startPackmill(kit, ['doit', '--watch']);
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const until = async (text: string): Promise<void> => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`ended before '${text}'`);
        if (String(value).includes(text)) return;
      }
    };
    await until('waiting');
    expect(kit.read('app-misc/a/a-1.0.ebuild')).toBe('EAPI=8\nX=1\n');
    kit.write('app-misc/a/templates/a.tmpl', 'EAPI=8\nX=2\n');
    await until('waiting');
    expect(kit.read('app-misc/a/a-1.0.ebuild')).toBe('EAPI=8\nX=2\n');
    kit.autogen('app-misc/a', ok.replace('1.0', '1.1'), 'EAPI=8\nX=3\n');
    await until('waiting');
    expect(kit.has('app-misc/a/a-1.1.ebuild')).toBe(true);
    child.kill('SIGINT');
    await once(child, 'close');
  });
});

describe('packmill autogen new', () => {
  it('writes autogens that run, and overwrites nothing', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const page = upstream.serve(
      '/foo/',
      '<a href="foo-1.9.tar.gz">old</a> <a href="foo-1.10.tar.gz">new</a>',
    );
    upstream.serve('/foo/foo-1.10.tar.gz', tarball('x', 'y'));
    const made = await packmill(kit, [
      'autogen',
      'new',
      'app-misc/foo',
      '--url',
      page,
      '--description',
      'a "thing" of $5',
    ]);
    expect([made.code, existsSync(join(kit.root, 'app-misc/foo/templates/foo.tmpl'))]).toEqual([0, true]);
    await packmill(kit, ['autogen', 'new', 'app-misc/own', '--kind', 'archive', '--url', page]);
    upstream.serve('/foo/list-1.0.tar.gz', tarball('x', 'z'));
    await packmill(kit, ['autogen', 'new', 'app-misc/list', '--kind', 'yaml', '--url', page]);
    mkdirSync(join(kit.root, 'app-misc/none'), { recursive: true });
    const again = await packmill(kit, ['autogen', 'new', 'app-misc/foo']);
    expect([again.code, again.err.includes('AGN002')]).toEqual([2, true]);
    expect((await packmill(kit, ['doit'])).code).toBe(0);
    expect(kit.names('app-misc/foo')).toContain('foo-1.10.ebuild');
    expect(kit.read('app-misc/foo/foo-1.10.ebuild')).toContain('DESCRIPTION="a \\"thing\\" of \\$5"');
    expect(kit.read('app-misc/own/own-1.0.ebuild')).toContain('-> own-1.0.tar.xz"');
    expect(kit.read('app-misc/list/Manifest')).toMatch(/^DIST list-1\.0\.tar\.gz /);
  });

  it('takes what is no package and no kind for wrong usage', async () => {
    const kit = new Kit();
    for (const words of [
      ['foo'],
      ['app-misc/foo', '--kind', 'nope'],
      ['app-misc/foo bar'],
      ['app/misc/foo'],
    ]) {
      const { code, err } = await packmill(kit, ['autogen', 'new', ...words]);
      expect([words, code, err]).toEqual([words, 2, expect.stringMatching(/^error CLI001 /)]);
    }
  });
});
