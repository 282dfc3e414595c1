import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  foundValue,
  indexFolder,
  mirrorBinhost,
  openFound,
  readBinhost,
  readPackageFolder,
} from '../../src/ebins/index.ts';
import { Fetcher } from '../../src/fetcher/index.ts';
import {
  packagePath,
  parsePackagesIndex,
  printPackagesIndex,
  type Stanza,
} from '../../src/formats/gentoo/index.ts';
import { systemClock, systemRandom } from '../../src/host/index.ts';
import { BinhostServer } from './binhost-server.ts';
import { demo, sample } from './sample.ts';

let folder = '';
let server: BinhostServer;
let base = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-pkgdir-'));
  for (const name of ['gpkg', 'xpak', 'xpak-single', 'gpkg-single', 'usedep'])
    cpSync(join(sample, name), join(folder, name), { recursive: true });
  server = new BinhostServer(folder);
  base = await server.start();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const text = (path: string): string => readFileSync(join(sample, path), 'utf8');

describe('the index of a folder', () => {
  it.each(['gpkg', 'gpkg-signed', 'gpkg-single', 'xpak', 'xpak-single', 'usedep'])(
    '10: of %s is written again as it was, but for its time',
    (name) => {
      const original = text(`${name}/Packages`);
      const index = parsePackagesIndex(original);
      expect(printPackagesIndex(index, Number(index.header.get('TIMESTAMP')))).toBe(original);
      expect(gunzipSync(readFileSync(join(sample, name, 'Packages.gz'))).toString()).toBe(original);
    },
  );

  it('10: has its packages with defaults for what they lack', () => {
    const found = readPackageFolder(join(folder, 'gpkg'));
    expect(found.packages).toHaveLength(15);
    expect(found.problems).toEqual([]);
    const first = found.packages.find(({ path }) => path.endsWith('ebindemo-1.0-1.gpkg.tar'));
    if (!first) throw new Error('it is not there');
    expect([...(first.stanza?.keys() ?? [])].slice(-2)).toEqual(['MTIME', 'REPO']);
    expect(first.stanza?.has('DEPEND')).toBe(false);
    const values = ['DEPEND', 'SLOT', 'CHOST', 'EAPI'].map((key) => foundValue(found, first, key));
    expect(values).toEqual(['', '0', 'x86_64-pc-linux-gnu', '8']);
  });

  it('is believed only when size and digests of the file are those that it lists', async () => {
    const found = readPackageFolder(join(folder, 'gpkg'));
    const [first] = found.packages;
    if (!first?.stanza) throw new Error('it is not there');
    const build = await openFound(found, first);
    expect([build.path, build.arch]).toEqual([first.path, 'amd64']);
    for (const [key, value] of [
      ['SIZE', '1'],
      ['MD5', '0'.repeat(32)],
      ['SHA1', '0'.repeat(40)],
    ] as const) {
      const stanza: Stanza = new Map(first.stanza).set(key, value);
      await expect(openFound(found, { ...first, stanza })).rejects.toMatchObject({
        problem: { code: 'EBN002' },
      });
    }
  });

  it('of an unknown version is left aside, and the files are looked at themselves', () => {
    const own = join(folder, 'new-version');
    cpSync(join(sample, 'gpkg'), own, { recursive: true });
    writeFileSync(join(own, 'Packages'), text('gpkg/Packages').replace('VERSION: 0', 'VERSION: 1'));
    const found = readPackageFolder(own);
    expect(found.index).toBeUndefined();
    expect(found.packages.map(({ path }) => path)).toEqual(
      readPackageFolder(join(folder, 'gpkg')).packages.map(({ path }) => path),
    );
    expect(() => readPackageFolder(join(folder, 'nowhere'))).toThrow('EBN012');
  });

  it('that lists files outside or none reports them', () => {
    const own = join(folder, 'outside');
    cpSync(join(sample, 'xpak'), own, { recursive: true });
    const changed = text('xpak/Packages').replace(/^PATH: .*-1\.xpak$/m, 'PATH: ../gpkg/Packages');
    writeFileSync(join(own, 'Packages'), changed.replace(/^PATH: .*-2\.xpak$/m, 'PATH: app-misc/none.xpak'));
    const found = readPackageFolder(own);
    expect(found.packages).toHaveLength(2);
    expect(found.problems.map(({ code }) => code)).toEqual(['EBN002', 'EBN002']);
  });

  it.each(['gpkg', 'xpak', 'usedep', 'xpak-single', 'gpkg-single'])(
    'of %s is made from the packages as Portage makes it',
    async (name) => {
      const own = join(folder, `made-${name}`);
      cpSync(join(sample, name), own, { recursive: true });
      const original = parsePackagesIndex(text(`${name}/Packages`));
      for (const stanza of original.packages) {
        const time = Number(stanza.get('MTIME'));
        utimesSync(join(own, packagePath(stanza)), time, time);
      }
      // without packages in the old index, each is read
      const [header] = text(`${name}/Packages`).split('\n\n');
      writeFileSync(join(own, 'Packages'), `${header}\n\n`);
      const made = await indexFolder(own);
      expect(made.read).toBe(original.packages.length);
      const comparable = (stanzas: readonly Stanza[]) =>
        stanzas
          .map((stanza) => [...stanza].filter(([key]) => key !== 'REPO_REVISIONS').sort())
          .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      const written = parsePackagesIndex(readFileSync(join(own, 'Packages'), 'utf8'));
      expect(comparable(written.packages)).toEqual(comparable(original.packages));
      expect(
        gunzipSync(readFileSync(join(own, 'Packages.gz'))).equals(readFileSync(join(own, 'Packages'))),
      ).toBe(true);
      expect((await indexFolder(own)).read).toBe(0);
    },
  );

  it('made anew reads what changed, keeps what it does not know, and reports what is damaged', async () => {
    const own = join(folder, 'again');
    cpSync(join(sample, 'xpak'), own, { recursive: true });
    const original = text('xpak/Packages');
    for (const stanza of parsePackagesIndex(original).packages) {
      const time = Number(stanza.get('MTIME'));
      utimesSync(join(own, packagePath(stanza)), time, time);
    }
    writeFileSync(join(own, 'Packages'), original.replace(/^CPV: /m, 'CACHED_BY: somebody\n$&'));
    utimesSync(join(own, 'app-misc/ebindemo/ebindemo-1.0-2.xpak'), 1, 1);
    const broken = join(own, 'app-misc/ebindemo/ebindemo-1.0-3.xpak');
    writeFileSync(broken, readFileSync(broken).subarray(1, -1));
    const made = await indexFolder(own);
    expect(made.read).toBe(2);
    expect(made.problems.map(({ code }) => code)).toEqual(['EBN001']);
    const written = readFileSync(join(own, 'Packages'), 'utf8');
    expect(written).toContain('CACHED_BY: somebody');
    expect(written).toContain('PACKAGES: 3');
  });
});

describe('a server of binary packages', () => {
  const budget = { atOnce: 4, gapMs: 0 };
  const fetcher = (cacheFolder?: string): Fetcher =>
    new Fetcher({ clock: systemClock, random: systemRandom, budget, cacheFolder });
  const served = (): string => join(folder, 'gpkg');
  /** Changes the index of the server, packed and plain. */
  const serve = (change: (text: string) => string): void => {
    const index = change(text('gpkg/Packages'));
    writeFileSync(join(served(), 'Packages'), index);
    writeFileSync(join(served(), 'Packages.gz'), gzipSync(index));
  };
  afterEach(() => serve((index) => index));
  const name = 'app-misc/ebindemo/ebindemo-1.0-1.gpkg.tar';

  it('2.4: is asked for its compressed index first, and for the plain one when there is none', async () => {
    const host = await readBinhost(fetcher(), `${base}/gpkg/`);
    expect(server.answers.at(-1)?.path).toBe('/gpkg/Packages.gz');
    expect(host.packages).toHaveLength(15);
    rmSync(join(served(), 'Packages.gz'));
    const plain = await readBinhost(fetcher(), `${base}/gpkg`);
    expect(server.answers.slice(-2).map(({ path, status }) => [path, status])).toEqual([
      ['/gpkg/Packages.gz', 404],
      ['/gpkg/Packages', 200],
    ]);
    expect(plain.packages.map(({ path }) => path)).toEqual(host.packages.map(({ path }) => path));
  });

  it('becomes a folder like its own, and what is unchanged is not sent again, the index included', async () => {
    const request = { address: `${base}/gpkg`, folder: join(folder, 'mirror') };
    const cache = join(folder, 'answers');
    expect(await mirrorBinhost(fetcher(cache), request)).toMatchObject({ fetched: 15, kept: 0 });
    expect(readFileSync(join(request.folder, 'Packages'), 'utf8')).toBe(text('gpkg/Packages'));
    const found = readPackageFolder(request.folder);
    for (const { path, file } of found.packages)
      expect(readFileSync(file).equals(readFileSync(join(sample, 'gpkg', path)))).toBe(true);
    server.taken();
    expect(await mirrorBinhost(fetcher(cache), request)).toMatchObject({ fetched: 0, kept: 15 });
    expect(server.taken()).toEqual([]);
    // a run that was killed has written nothing down of what it has fetched
    rmSync(join(request.folder, '.binhost.json'));
    expect(await mirrorBinhost(fetcher(cache), request)).toMatchObject({ fetched: 0, kept: 15 });
    expect(server.taken()).toEqual([]);
    // a file that somebody changed here, and one that the server does not list any more
    writeFileSync(join(request.folder, name), 'changed');
    serve((index) => index.replace(/CPV: dev-libs\/demolib-1\.3\n(?:.+\n)*\n/, ''));
    expect(await mirrorBinhost(fetcher(cache), request)).toMatchObject({ fetched: 1, kept: 13, removed: 1 });
    expect(server.taken()).toEqual(['/gpkg/Packages.gz', `/gpkg/${name}`]);
    expect(readPackageFolder(request.folder).packages).toHaveLength(14);
    expect(existsSync(join(request.folder, 'dev-libs/demolib/demolib-1.3-1.gpkg.tar'))).toBe(false);
  });

  it('goes on where a package broke off, and sends only what is wanted', async () => {
    server.taken();
    server.breaking = `/gpkg/${name}`;
    const request = { address: `${base}/gpkg`, folder: join(folder, 'wanted') };
    const isWanted = (cpv: string): boolean => cpv === 'app-misc/ebindemo-1.0';
    expect(await mirrorBinhost(fetcher(), { ...request, isWanted })).toMatchObject({ fetched: 9 });
    const parts = server.answers.filter(({ path }) => path === `/gpkg/${name}`);
    expect(parts.map(({ status }) => status)).toEqual([200, 206]);
    expect(readFileSync(join(request.folder, name)).equals(readFileSync(demo('gpkg', 1)))).toBe(true);
    expect(readPackageFolder(request.folder).packages).toHaveLength(9);
  });

  it.each([
    ['another SHA1', (index: string) => index.replace(/^SHA1: .*$/m, `SHA1: ${'0'.repeat(40)}`)],
    ['another MD5', (index: string) => index.replace(/^MD5: .*$/m, `MD5: ${'0'.repeat(32)}`)],
    ['a smaller SIZE', (index: string) => index.replace(/^SIZE: .*$/m, 'SIZE: 1024')],
    ['a larger SIZE', (index: string) => index.replace(/^SIZE: .*$/m, 'SIZE: 99999')],
  ])('2.5: that lists %s does not get its package in, and stops no other', async (what, change) => {
    const address = `${base}/gpkg`;
    serve(change);
    const done = await mirrorBinhost(fetcher(), { address, folder: join(folder, `harmed ${what}`) });
    expect([...done.lacking].map(([cpv, why]) => [cpv, why.map(({ code }) => code)])).toEqual([
      ['app-misc/ebindemo-1.0', ['EBN002']],
    ]);
    expect(done.fetched).toBe(14);
    expect(readPackageFolder(done.folder)).toMatchObject({ problems: [] });
    expect(readPackageFolder(done.folder).packages).toHaveLength(14);
  });

  it('chooses neither files of ours nor commands, and may send to other addresses of HTTP only', async () => {
    const changes: [string, (index: string) => string][] = [
      ['.incoming/x-1.0-1.gpkg.tar', (index) => index],
      ['../x-1.0-1.gpkg.tar', (index) => index],
      ['Packages', (index) => index],
      [name, (index) => index.replace(/^PATH: /m, 'FETCHCOMMAND: touch /fetched\n$&')],
      [name, (index) => index.replace(/^ARCH: /m, 'URI: file:///etc\n$&')],
    ];
    for (const [at, [path, change]] of changes.entries()) {
      serve((index) => change(index.replace(`PATH: ${name}`, `PATH: ${path}`)));
      const isWanted = (cpv: string): boolean => cpv === 'app-misc/ebindemo-1.0';
      const mirror = { address: `${base}/gpkg`, folder: join(folder, `hostile-${at}`), isWanted };
      const { fetched, lacking } = await mirrorBinhost(fetcher(), mirror);
      const codes = [...lacking.values()].flat().map(({ code }) => code);
      expect([fetched, [...new Set(codes)]]).toEqual(
        [
          [8, []],
          [8, []],
          [8, []],
          [9, []],
          [0, ['FET013']],
        ][at],
      );
    }
    expect(existsSync('/fetched')).toBe(false);
  });

  it('whose index is damaged or of an unknown version is refused whole', async () => {
    const request = { address: `${base}/gpkg`, folder: join(folder, 'refused') };
    serve((index) => index.replace('VERSION: 0', 'VERSION: 1'));
    await expect(mirrorBinhost(fetcher(), request)).rejects.toMatchObject({ problem: { code: 'EBN001' } });
    writeFileSync(join(served(), 'Packages.gz'), gzipSync(text('gpkg/Packages')).subarray(0, 200));
    await expect(mirrorBinhost(fetcher(), request)).rejects.toMatchObject({ problem: { code: 'EBN001' } });
    await expect(mirrorBinhost(fetcher(), { ...request, address: `${base}/nowhere` })).rejects.toMatchObject({
      problem: { code: 'FET004' },
    });
  });
});
