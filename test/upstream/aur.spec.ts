import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Fetcher } from '../../src/fetcher/index.ts';
import { eachArrayElement } from '../../src/upstream/array-elements.ts';
import { type AurOptions, collectAur } from '../../src/upstream/index.ts';
import { type FarServer, farServer, highest, JumpingClock, sendJson } from '../fetcher/far-server.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

interface Entry {
  readonly Name: string;
  readonly PackageBase: string;
  readonly LastModified: number;
  readonly Maintainer: string | null;
  readonly CoMaintainers?: readonly string[];
  readonly Description?: string;
}

const entry = (name: string, base = name, more: Partial<Entry> = {}): Entry => ({
  Name: name,
  PackageBase: base,
  LastModified: 1_700_000_000,
  Maintainer: 'someone',
  ...more,
});

/** A server that answers like the AUR: its dump, and its RPC, which knows packages by pkgname only. */
async function aur(
  entries: readonly Entry[],
  broken: (path: string, index: number) => number | undefined = () => undefined,
) {
  const server = await farServer((request, response, index) => {
    if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end();
    const url = new URL(request.url ?? '', 'http://aur');
    const status = broken(url.pathname, index);
    if (status !== undefined) return void response.writeHead(status).end('trouble');
    if (url.pathname === '/packages-meta-ext-v1.json.gz') {
      const lines = entries.map((one) => JSON.stringify(one)).join(',\n');
      return void response
        .writeHead(200, { 'content-encoding': 'gzip', etag: '"1"' })
        .end(gzipSync(`[\n${lines}\n]\n`));
    }
    const names = new Set(url.searchParams.getAll('arg[]'));
    sendJson(response, {
      version: 5,
      type: 'multiinfo',
      results: entries.filter(({ Name }) => names.has(Name)),
    });
  });
  opened.push(server);
  return server;
}

function collect(
  server: FarServer,
  wanted: Parameters<typeof collectAur>[0],
  options: Partial<AurOptions> = {},
) {
  const fetcher = new Fetcher({ clock: new JumpingClock(), random: highest, proxies: {} });
  opened.push(fetcher);
  return collectAur(wanted, { fetcher, baseUrl: server.url, ...options });
}

const single = (name: string) => ({ pkgbase: name, pkgnames: [name] });

describe("the AUR's RPC", () => {
  it('A01 is asked for 301 packages in 3 requests of 150, 150 and 1', async () => {
    const names = Array.from({ length: 301 }, (_, index) => `p${index}`);
    const server = await aur(names.map((name) => entry(name)));
    const { found, problems } = await collect(server, names.map(single), { mode: 'rpc' });
    expect(problems).toEqual([]);
    expect([...found.keys()].sort()).toEqual(names.sort());
    const asked = server.heard.map((line) => line.split('&').length).sort((a, b) => b - a);
    expect(asked).toEqual([150, 150, 1]);
    expect(server.heard.some((line) => line.startsWith('GET /rpc/v5/info?arg[]=p0&arg[]=p1&'))).toBe(true);
  });
  it('A02 never gets a URL of more than 4,443 bytes', async () => {
    const names = Array.from({ length: 150 }, (_, index) =>
      `p${String(index).padStart(3, '0')}`.padEnd(40, '+'),
    );
    const server = await aur(names.map((name) => entry(name)));
    const { found } = await collect(server, names.map(single), { mode: 'rpc' });
    expect(found.size).toBe(150);
    expect(server.heard.length).toBeGreaterThan(1);
    for (const line of server.heard)
      expect(server.url.length + line.length - 'GET '.length).toBeLessThanOrEqual(4443);
  });
  it('A03 is asked by a member where the pkgbase is no package', async () => {
    const server = await aur([entry('dxvk-mingw-git', 'dxvk-git', { LastModified: 42 })]);
    const wanted = [{ pkgbase: 'dxvk-git', pkgnames: ['dxvk-mingw-git', 'dxvk-winelib-git'] }];
    expect((await collect(server, wanted, { mode: 'rpc' })).found.get('dxvk-git')).toMatchObject({
      modified: 42,
    });
    expect(server.heard).toEqual(['GET /rpc/v5/info?arg[]=dxvk-mingw-git']);
  });
  it('is asked by the other members when the first one is gone', async () => {
    const server = await aur([entry('new-member', 'base', { LastModified: 42 })]);
    const wanted = [{ pkgbase: 'base', pkgnames: ['old-member', 'new-member'] }];
    expect((await collect(server, wanted, { mode: 'rpc' })).found.get('base')).toMatchObject({
      modified: 42,
    });
  });
  it('that fails on one batch tells of the others', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `p${index}`);
    const server = await farServer((request, response) => {
      const asked = new URL(request.url ?? '', 'http://aur').searchParams.getAll('arg[]');
      if (asked.includes('p0')) response.setHeader('content-type', 'text/html').end('<html>busy</html>');
      else sendJson(response, { type: 'multiinfo', results: asked.map((name) => entry(name)) });
    });
    opened.push(server);
    const { found, problems } = await collect(server, names.map(single), { mode: 'rpc' });
    expect(found.size).toBe(150);
    expect(problems).toMatchObject([
      {
        code: 'UPS002',
        severity: 'warning',
        what: expect.stringContaining('150 packages'),
        why: expect.stringContaining('FET009'),
      },
    ]);
  });
  it('that refuses a question is quoted', async () => {
    const server = await farServer((_request, response) =>
      sendJson(response, { type: 'error', error: 'Too many package results.', results: [] }),
    );
    opened.push(server);
    const { problems } = await collect(server, [single('a')], { mode: 'rpc' });
    expect(problems).toMatchObject([
      { code: 'UPS002', why: expect.stringContaining('Too many package results.') },
    ]);
  });
});

describe("the AUR's dump", () => {
  it('A03 tells of package bases that are no packages, with their people, in one request', async () => {
    const server = await aur([
      entry('foo', 'foo', {
        CoMaintainers: ['b', 'c'],
        Maintainer: 'a',
        Description: 'x "PackageBase":"bar" {[',
      }),
      entry('dxvk-mingw-git', 'dxvk-git', { LastModified: 42, Maintainer: null }),
      ...Array.from({ length: 500 }, (_, index) => entry(`other${index}`)),
    ]);
    const wanted = [single('foo'), { pkgbase: 'dxvk-git', pkgnames: ['dxvk-mingw-git'] }];
    const { found, problems } = await collect(server, wanted);
    expect(problems).toEqual([]);
    expect(found.get('foo')).toMatchObject({
      modified: 1_700_000_000,
      maintainer: 'a',
      coMaintainers: ['b', 'c'],
    });
    expect(found.get('dxvk-git')).toMatchObject({ modified: 42, maintainer: undefined, coMaintainers: [] });
    expect(found.size).toBe(2);
    expect(server.heard).toEqual(['GET /packages-meta-ext-v1.json.gz']);
  });
  it('may be a gzip file, or JSON without any packing', async () => {
    for (const pack of [gzipSync, Buffer.from]) {
      const server = await farServer((_request, response) =>
        response.setHeader('content-type', 'application/gzip').end(pack(JSON.stringify([entry('foo')]))),
      );
      opened.push(server);
      expect((await collect(server, [single('foo')], { mode: 'dump' })).found.size).toBe(1);
    }
  });
  it('that cannot be had, is cut off or is a page, is replaced by the RPC', async () => {
    const cut = gzipSync(`[${JSON.stringify(entry('foo', 'foo', { LastModified: 1 }))}`);
    const answers: ((path: string) => Buffer | number)[] = [
      () => 404,
      () => cut,
      () => cut.subarray(0, 30),
      () => Buffer.from('<html>'),
    ];
    for (const answer of answers) {
      const server = await farServer((request, response) => {
        const what = answer(request.url ?? '');
        if (request.url?.startsWith('/rpc')) sendJson(response, { results: [entry('foo')] });
        else if (typeof what === 'number') response.writeHead(what).end();
        else response.end(what);
      });
      opened.push(server);
      const { found, problems } = await collect(server, [single('foo')]);
      expect(found.get('foo')).toMatchObject({ modified: 1_700_000_000 });
      expect(problems).toMatchObject([{ code: 'UPS001', severity: 'warning' }]);
    }
  });
  it('is the only one asked where settings say so', async () => {
    const server = await aur([entry('foo')], () => 404);
    const { found, problems } = await collect(server, [single('foo')], { mode: 'dump' });
    expect([found.size, problems.map(({ code }) => code)]).toEqual([0, ['UPS001']]);
    expect(server.heard).toHaveLength(1);
  });
});

describe('a collection', () => {
  it('A07 of an AUR that is down has warnings and nothing else, after a few requests', async () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `p${index}`);
    const server = await aur([], () => 503);
    const { found, problems } = await collect(server, names.map(single));
    expect(found.size).toBe(0);
    expect(new Set(problems.map(({ severity }) => severity))).toEqual(new Set(['warning']));
    expect(problems[0]?.code).toBe('UPS001');
    expect(problems.some(({ code }) => code === 'UPS003')).toBe(false);
    expect(server.heard.length).toBeLessThan(30);
  });
  it('names packages that the AUR does not have', async () => {
    const server = await aur([entry('foo')]);
    for (const mode of ['dump', 'rpc'] as const) {
      const { problems } = await collect(server, [single('foo'), single('gone')], { mode });
      expect(problems).toMatchObject([{ code: 'UPS003', what: "'gone' is not in the AUR" }]);
    }
  });
  it('of nothing asks nobody', async () => {
    const server = await aur([]);
    expect((await collect(server, [])).problems).toEqual([]);
    expect(server.heard).toEqual([]);
  });
  it('goes through the proxy that was named', async () => {
    const proxy = await aur([entry('foo')]);
    const unreachable = { ...proxy, url: 'http://packmill.invalid' };
    const { found } = await collect(unreachable, [single('foo')], { proxy: proxy.url, mode: 'rpc' });
    expect(found.size).toBe(1);
    expect(proxy.heard).toEqual(['GET http://packmill.invalid/rpc/v5/info?arg[]=foo']);
  });
});

describe('an array that arrives in pieces', () => {
  async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (let turn = 0; at < bytes.byteLength; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  it('gives its objects, however it is written and cut', async () => {
    const objects = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), {
      maxLength: 8,
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        objects,
        sizes,
        fc.constantFrom(undefined, 1, '\t'),
        async (values, pieces, indent) => {
          const read: unknown[] = [];
          const bytes = Buffer.from(JSON.stringify(values, undefined, indent));
          expect(
            await eachArrayElement(cut(bytes, pieces), (text) => read.push(JSON.parse(text))),
          ).toBeUndefined();
          expect(JSON.stringify(read)).toBe(JSON.stringify(values));
        },
      ),
    );
  });
  it('says when it is no array or has no end', async () => {
    for (const text of ['', '{}', '[', '[{}', '[{}] x', '[1]', '[{"a":"]}', '<html>']) {
      expect(await eachArrayElement(cut(Buffer.from(text), [3]), () => {}), text).toBeTypeOf('string');
    }
  });
});

/** Says how often a body was unpacked. */
class WatchedFetcher extends Fetcher {
  unpacked = 0;

  override async open(...args: Parameters<Fetcher['open']>): ReturnType<Fetcher['open']> {
    const answer = await super.open(...args);
    const pieces = (): ReturnType<typeof answer.pieces> => {
      this.unpacked += 1;
      return answer.pieces();
    };
    return { ...answer, pieces };
  }
}

describe("the AUR's dump, when it has not changed", () => {
  it('is not read again, but for packages that were not asked about before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-aur-'));
    opened.push({ close: () => rmSync(folder, { recursive: true }) });
    const server = await aur([entry('a'), entry('b', 'b', { CoMaintainers: ['other'] })]);
    /** How often the list was unpacked, and what came of it. */
    const asked = async (...names: string[]) => {
      const clock = new JumpingClock();
      const fetcher = new WatchedFetcher({ clock, random: highest, proxies: {}, cacheFolder: folder });
      opened.push(fetcher);
      const { found, missing } = await collect(server, names.map(single), { fetcher });
      return { unpacked: fetcher.unpacked, found: [...found.keys()], missing };
    };
    expect(await asked('a', 'gone')).toEqual({ unpacked: 1, found: ['a'], missing: ['gone'] });
    expect(await asked('a', 'gone')).toEqual({ unpacked: 0, found: ['a'], missing: ['gone'] });
    expect(await asked('b')).toEqual({ unpacked: 1, found: ['b'], missing: [] });
    expect(await asked('a', 'b')).toEqual({ unpacked: 0, found: ['a', 'b'], missing: [] });
    expect(server.heard).toHaveLength(4);
  });
});
