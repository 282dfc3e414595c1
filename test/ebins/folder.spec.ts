import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fetchPackage,
  foundValue,
  indexFolder,
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
import { sample } from './sample.ts';

let folder = '';
let server: Server;
let base = '';
const asked: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-pkgdir-'));
  for (const name of ['gpkg', 'xpak', 'xpak-single', 'gpkg-single', 'usedep'])
    cpSync(join(sample, name), join(folder, name), { recursive: true });
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    try {
      if (request.url?.startsWith('/plain/') && request.url.endsWith('.gz')) throw new Error('not here');
      response.end(readFileSync(join(folder, (request.url ?? '').replace('/plain/', '/gpkg/'))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
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
  const fetcher = (): Fetcher =>
    new Fetcher({ clock: systemClock, random: systemRandom, budget: { atOnce: 4, gapMs: 0 } });

  it('is asked for its compressed index first, and its packages are compared with it', async () => {
    const host = await readBinhost(fetcher(), `${base}/gpkg/`);
    expect(asked.at(-1)).toBe('/gpkg/Packages.gz');
    expect(host.packages).toHaveLength(15);
    const plain = await readBinhost(fetcher(), `${base}/plain`);
    expect(plain.packages.map(({ path }) => path)).toEqual(host.packages.map(({ path }) => path));
    const target = join(folder, 'fetched');
    const [offered] = host.packages;
    if (!offered) throw new Error('nothing is offered');
    const file = await fetchPackage(fetcher(), offered, target);
    expect(statSync(file).size).toBe(20480);
    const before = asked.length;
    expect(await fetchPackage(fetcher(), offered, target)).toBe(file);
    expect(asked.length).toBe(before);
    const stanza = new Map(offered.stanza).set('SHA1', '1'.repeat(40));
    await expect(fetchPackage(fetcher(), { ...offered, stanza }, target)).rejects.toMatchObject({
      problem: { code: 'EBN002' },
    });
  });
});
