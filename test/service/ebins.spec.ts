import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EbinList, EbinMatrix, EbinRequestView, JobView } from '../../src/api/index.ts';
import { indexFolder } from '../../src/ebins/index.ts';
import { findProgram } from '../../src/host/index.ts';
import { BinhostServer } from '../ebins/binhost-server.ts';
import { buildsOf, putThing, type Thing } from '../ebins/thing.ts';
import { makeBareRoot } from '../end-to-end/tiny-root.ts';
import { startRedis } from '../redis-server.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const pen = { cpv: 'app-misc/pen-1.0', iuse: ['alpha', 'beta', 'gamma', 'masked', 'broken'] };
const cup = { cpv: 'app-misc/cup-2.0', iuse: ['big'] };

/** A root whose `emerge` is the program of these tests. */
function makeGentooRoot(root: string): void {
  const programs = ['sh', 'bash', 'setpriv', 'env'].map((name) => findProgram(name) ?? `/usr/bin/${name}`);
  makeBareRoot(root, [process.execPath, ...programs]);
  const own = join(root, 'opt/packmill');
  mkdirSync(join(own, 'test/ebins'), { recursive: true });
  mkdirSync(join(root, 'etc/portage/package.use'), { recursive: true });
  for (const name of ['package.json', 'src', 'node_modules/yaml'])
    cpSync(join(top, name), join(own, name), { recursive: true, dereference: true });
  for (const name of ['emerge-child.ts', 'thing.ts'])
    cpSync(join(top, 'test/ebins', name), join(own, 'test/ebins', name));
  const runtime = process.execPath.slice(process.execPath.lastIndexOf('/') + 1);
  // what makes no package needs no runtime
  const script = `#!/usr/bin/bash
case " $* " in *" --buildpkgonly "*) exec /usr/bin/${runtime} /opt/packmill/test/ebins/emerge-child.ts "$@" ;; esac
echo "emerge $*"
`;
  writeFileSync(join(root, 'usr/bin/emerge'), script);
  chmodSync(join(root, 'usr/bin/emerge'), 0o755);
}

let farm: ServiceFixture;
let serving: StartedProgram | undefined;
let pkgdir = '';
let tree = '';
let binhost = '';
let server: BinhostServer | undefined;

/** Adds a build, as Portage does: the index lists it. */
async function put(thing: Thing): Promise<string> {
  const path = await putThing(pkgdir, thing);
  await indexFolder(pkgdir);
  return path;
}

/** Settings of the farm; `sandbox`: further ones of the sandbox. */
function configure(sandbox = '', target = '', more = ''): void {
  const settings = `repository: demo
sandbox: { network: full${sandbox} }
recipe-sources: { binpkgs: { url: ${pkgdir}, also: ["${binhost}"], kind: ebins, target: ebins, upkeep: { every: never, look: 200ms } } }
targets: { ebins: { kind: ebins, mirrors: ["https://files.example/distfiles"]${target} } }
${more}
`;
  writeFileSync(join(farm.farm, 'packmill.yaml'), settings);
}

beforeAll(async () => {
  farm = await ServiceFixture.make();
  pkgdir = join(farm.folder, 'pkgdir');
  tree = join(farm.farm, 'public/ebins/tree');
  const elsewhere = join(farm.folder, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'Packages'), 'ARCH: amd64\nVERSION: 0\n\n');
  await putThing(elsewhere, { cpv: 'dev-libs/jug-3.0', iuse: [], use: [] });
  await indexFolder(elsewhere);
  server = new BinhostServer(elsewhere);
  binhost = await server.start();
  configure();
  mkdirSync(pkgdir);
  writeFileSync(join(pkgdir, 'Packages'), 'ARCH: amd64\nVERSION: 0\n\n');
  await put({ ...pen, use: [] });
  await put({ ...pen, use: ['alpha'] });
  await put({ ...cup, use: ['big'] });
});
afterAll(async () => {
  await farm.dispose();
  await server?.stop();
});

async function until<Value>(look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const read = (path: string): string => readFileSync(join(tree, path), 'utf8');
const ebuild = (path: string): string => (existsSync(join(tree, path)) ? read(path) : '');
const requiredUse = (): string =>
  /REQUIRED_USE="([^"]*)"/.exec(ebuild('app-misc/pen/pen-1.0.ebuild'))?.[1] ?? '';
const job = (name: string): Promise<JobView> =>
  farm.json(`/api/queue/jobs/ebins/any/${encodeURIComponent(name)}`);
const requests = (): Promise<EbinRequestView[]> => farm.json('/api/ebin-requests');
const distfiles = (): readonly string[] =>
  ['app-misc/pen', 'app-misc/cup'].flatMap((name) =>
    [...read(`${name}/Manifest`).matchAll(/SHA512 ([0-9a-f]{128})/g)].map(([, sha512 = '']) => sha512),
  );
const pathOf = (sha512: string): string =>
  join(farm.farm, 'distfiles', sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6), sha512);

/** Asks over HTTP as the page does, with the token of this manager. */
async function post(path: string, body: unknown): Promise<{ status: number; body: EbinRequestView }> {
  const { token } = JSON.parse(readFileSync(join(farm.farm, 'state/manager.json'), 'utf8')) as {
    token: string;
  };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${farm.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as EbinRequestView };
}

describe('a farm that keeps ebins', () => {
  it('makes a repository of a PKGDIR, a job for each package, and keeps its distfiles in its store', async () => {
    serving = await farm.up(1);
    await farm.watch.moved('app-misc/pen', 'succeeded');
    await farm.watch.moved('app-misc/cup', 'succeeded');
    await until(() =>
      ebuild('app-misc/pen/pen-1.0.ebuild') && ebuild('app-misc/cup/cup-2.0.ebuild') ? true : undefined,
    );
    // what a binhost has becomes ebins in the same way
    await until(() => (ebuild('dev-libs/jug/jug-3.0.ebuild') ? true : undefined));
    expect(read('profiles/categories')).toBe('app-misc\ndev-libs\n');
    expect(read('profiles/thirdpartymirrors')).toBe('binhost\thttps://files.example/distfiles\n');
    expect(read('metadata/layout.conf')).toContain('masters = tryrepo');
    expect(read('metadata/md5-cache/app-misc/pen-1.0')).toContain('alpha');
    expect(requiredUse()).toContain('!beta');
    const kept = distfiles();
    expect(kept).toHaveLength(3);
    // the same file as an object of the store
    for (const sha512 of kept) expect(statSync(pathOf(sha512)).nlink).toBeGreaterThan(1);
    expect(readFileSync(join(farm.farm, 'distfiles/layout.conf'), 'utf8')).toContain(
      'content-hash SHA512 8:8:8',
    );
    expect(await farm.log('app-misc/pen')).toContain('app-misc/pen-1.0: 2 combinations of alpha');
    expect(await farm.do('repo', 'verify', 'ebins')).toContain(': good');
    expect(await farm.do('status')).toMatch(/^repository ebins\/any: generation \d+, 4 packages/m);
  });

  it('makes anew only the package whose builds changed, and nothing when nothing did', async () => {
    await put({ ...pen, use: ['beta'] });
    await farm.watch.moved('app-misc/pen', 'succeeded', 2);
    await until(() => (distfiles().length === 4 ? true : undefined));
    const before = readlinkSync(tree);
    const asked = await farm.do('schedule', '--target-repo', 'ebins', '--wait', 'app-misc/pen');
    expect(asked).toContain('scheduled ebins/any/app-misc/pen');
    expect((await job('app-misc/pen')).state).toBe('already-built');
    expect(await farm.do('upkeep', 'run', 'binpkgs')).toContain('begins');
    await until(async () => ((await farm.do('upkeep')).includes('running') ? undefined : true));
    expect(readlinkSync(tree)).toBe(before);
    expect(farm.watch.movesOf('app-misc/cup').filter(({ to }) => to === 'running')).toHaveLength(1);
  });

  it('leaves the last good ebuild of a package that is damaged, and goes on with others', async () => {
    const before = read('app-misc/pen/pen-1.0.ebuild');
    await farm.do('upkeep', 'pause', 'binpkgs');
    await put({ ...cup, use: [] });
    const gone = await put({ ...pen, use: ['alpha', 'beta'] });
    const path = await put({ ...pen, use: ['alpha', 'beta'] });
    truncateSync(path, 7000);
    // the index goes on listing it
    rmSync(gone);
    await farm.do('upkeep', 'resume', 'binpkgs');
    await farm.watch.moved('app-misc/pen', 'failed');
    await farm.watch.moved('app-misc/cup', 'succeeded', 2);
    await until(() => (distfiles().length === 5 ? true : undefined));
    expect((await job('app-misc/pen')).problem).toMatchObject({ code: expect.stringMatching(/^EBN00/) });
    expect(read('app-misc/pen/pen-1.0.ebuild')).toBe(before);
    const { refused } = await farm.json<EbinList>('/api/ebins/ebins');
    expect(refused).toMatchObject([{ cpv: 'app-misc/pen', problems: [{ severity: 'error' }] }]);
    rmSync(path);
    await indexFolder(pkgdir);
    await farm.watch.moved('app-misc/pen', 'already-built', 2);
  });

  it('shows what is built and missing with the builds that it is made of, and serves distfiles and trees', async () => {
    const list = await until(async () => {
      const found = await farm.json<EbinList>('/api/ebins/ebins');
      return found.refused.length === 0 ? found : undefined;
    });
    expect(list).toMatchObject({ repository: 'ebins', takesRequests: true });
    expect(list.ebins.map(({ cpv, built, missing }) => [cpv, built, missing])).toEqual([
      ['app-misc/cup-2.0', 2, 0],
      ['app-misc/pen-1.0', 3, 1],
      ['dev-libs/jug-3.0', 1, 0],
    ]);
    const matrix = await farm.json<EbinMatrix>('/api/ebins/ebins/app-misc/pen-1.0?use=alpha%20beta');
    expect(matrix.choice).toMatchObject({ use: ['alpha', 'beta'], state: 'missing' });
    const all = await farm.json<EbinMatrix>('/api/ebins/ebins/app-misc/pen-1.0');
    expect(all.pinned.map(({ flag }) => flag)).toEqual(['gamma', 'masked', 'broken']);
    const builds = all.contents.flatMap((one) => one.builds);
    expect(builds.map(({ use, buildId }) => [use.join(' '), buildId])).toEqual([
      ['', 1],
      ['beta', 3],
      ['alpha', 2],
    ]);
    expect(JSON.stringify(all)).not.toContain(farm.folder);
    const [sha512 = ''] = distfiles();
    const path = pathOf(sha512).slice(farm.farm.length);
    const bytes = await (await fetch(`${farm.url}${path}`)).bytes();
    expect(createHash('sha512').update(bytes).digest('hex')).toBe(sha512);
    const manifest = await fetch(`${farm.url}/trees/ebins/app-misc/pen/Manifest`);
    expect(await manifest.text()).toBe(read('app-misc/pen/Manifest'));
    expect((await fetch(`${farm.url}/trees/ebins.tar`)).status).toBe(200);
    expect((await fetch(`${farm.url}/trees/demo/profiles/repo_name`)).status).toBe(404);
  });

  it('tells what exists already and what cannot be asked for, and a request waits without a builder with Portage', async () => {
    const there = await farm.do('ebin', 'request', 'app-misc/pen', 'alpha');
    expect(there).toContain("app-misc/pen-1.0 of ebins with 'alpha -beta -gamma -masked -broken' is there");
    const strange = await farm.run(['ebin', 'request', 'app-misc/pen', 'delta']);
    expect([strange.code, strange.stderr]).toEqual([2, expect.stringContaining('EBN101')]);
    expect(await requests()).toEqual([]);
    const { status, body } = await post('/api/ebin-requests', {
      atom: 'app-misc/pen',
      use: ['alpha', 'beta'],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 1, state: 'waiting', reason: expect.stringContaining('EBN102') });
    expect(body.nearest).toHaveLength(2);
    expect((await fetch(`${farm.url}/api/ebin-requests`, { method: 'POST' })).status).toBe(401);
    expect(await farm.do('ebin', 'requests')).toContain('waits for a builder with Portage');
    expect(await farm.do('status')).toMatch(/^request 1: .* waits for a builder with Portage$/m);
  });

  it('builds what is asked for as soon as a builder has Portage, and makes the ebuild of it, over a kill -9', async () => {
    const root = join(farm.folder, 'gentoo');
    makeGentooRoot(root);
    configure(`, gentoo-root: ${root}`, ', features: "splitdebug"');
    await serving?.stop('SIGKILL');
    const killed = await farm.up(1);
    await farm.watch.moved('app-misc/pen-1.0.request-1', 'running');
    await killed.stop('SIGKILL');
    serving = await farm.up(1);
    await farm.watch.moved('app-misc/pen-1.0.request-1', 'succeeded');
    const done = await until(async () => {
      const [view] = await requests();
      return view?.state === 'there' ? view : undefined;
    });
    expect(done).toMatchObject({
      package: 'app-misc/pen-1.0',
      use: ['alpha', 'beta', '-gamma', '-masked', '-broken'],
    });
    expect(buildsOf(pkgdir, pen.cpv)).toContain('pen-1.0-4.gpkg.tar');
    expect(readdirSync(pkgdir).filter((name) => name.startsWith('.'))).toEqual([]);
    const log = await farm.log('app-misc/pen-1.0.request-1');
    expect(log).toContain('USE="alpha beta -gamma -masked -broken" =app-misc/pen-1.0');
    expect(log).toMatch(/emerge .*--buildpkgonly =app-misc\/pen-1.0 as 0; FEATURES .*splitdebug/);
    expect(await farm.do('repo', 'verify', 'ebins')).toContain(': good');
  });

  it('says why a combination could not be built, and forgets a request', async () => {
    await farm.do('ebin', 'request', '=app-misc/pen-1.0', 'masked');
    await farm.do('ebin', 'request', 'app-misc/pen', 'broken');
    const failed = await until(async () => {
      const views = (await requests()).filter(({ state }) => state === 'failed');
      return views.length === 2 ? views : undefined;
    });
    expect(failed.map(({ id, reason }) => [id, reason?.slice(0, 6)])).toEqual([
      [2, 'EBN106'],
      [3, 'EBN105'],
    ]);
    expect(buildsOf(pkgdir, pen.cpv)).toHaveLength(4);
    await farm.do('ebin', 'requests', '--drop', '2');
    expect((await requests()).map(({ id }) => id)).toEqual([1, 3]);
    expect((await farm.run(['ebin', 'requests', '--drop', '2'])).code).toBe(2);
  });

  it('lets a builder elsewhere build what is asked for, and reads what it handed in', async () => {
    await serving?.stop('SIGTERM');
    const redis = await startRedis();
    try {
      const over = await overRedis(redis);
      configure('', '', over.settings);
      serving = await farm.manager({}, over.manager);
      const environment = { ...over.environment, BUILDER_GENTOO_ROOT: join(farm.folder, 'gentoo') };
      await farm.builder('gentoo', environment);
      await farm.do('ebin', 'request', 'app-misc/pen', 'gamma');
      const done = await until(async () =>
        (await requests()).find(({ use }) => use.includes('gamma') && use),
      );
      expect(done.package).toBe('app-misc/pen-1.0');
      await until(async () =>
        (await requests()).find(({ id, state }) => id === done.id && state === 'there'),
      );
      // it counted from 1, which is taken here
      expect(buildsOf(pkgdir, pen.cpv)).toContain('pen-1.0-5.gpkg.tar');
      await serving.stop('SIGTERM');
    } finally {
      await redis.dispose();
    }
  });

  it('goes back a generation, takes a package out, and keeps what kept generations need', async () => {
    const packages = await farm.do('repo', 'show', 'ebins');
    expect(packages).toContain('app-misc/pen 1.0');
    await farm.do('repo', 'remove', 'app-misc/cup', '--repo', 'ebins');
    expect(existsSync(join(tree, 'app-misc/cup'))).toBe(false);
    expect(await farm.do('repo', 'verify', 'ebins')).toContain(': good');
    const settings = readFileSync(join(farm.farm, 'packmill.yaml'), 'utf8');
    writeFileSync(join(farm.farm, 'packmill.yaml'), `${settings}store: { grace-days: 0 }\n`);
    for (let round = 0; round < 3; round += 1) await farm.do('store', 'collect');
    await farm.do('repo', 'rollback', '--repo', 'ebins');
    expect(read('app-misc/cup/cup-2.0.ebuild')).toContain('EAPI');
    expect(await farm.do('repo', 'verify', 'ebins')).toContain(': good');
    for (const sha512 of distfiles()) {
      const sum = execFileSync('sha512sum', [pathOf(sha512)], { encoding: 'utf8' });
      expect(sum.slice(0, 128)).toBe(sha512);
    }
  });
});
