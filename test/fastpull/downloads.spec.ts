import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadProgress, Fastpull } from '../../src/fastpull/index.ts';
import type { HostPause } from '../../src/fetcher/index.ts';
import { encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { makeWorkspace, type Opened } from './opened.ts';

const tarball = gzipSync(Buffer.concat([encodeTarEntry({ path: 'a' }, Buffer.alloc(50_000, 7)), tarEnd]));
const sha512 = createHash('sha512').update(tarball).digest('hex');
/** What does not pack, so that it arrives in several pieces. */
const large = Buffer.concat(
  Array.from({ length: 40_000 }, (_, at) => createHash('sha256').update(`${at}`).digest()),
);

describe('a download', () => {
  let workspace: Opened;
  let fastpull: Fastpull;
  beforeEach(() => {
    workspace = makeWorkspace();
    fastpull = workspace.open();
  });
  afterEach(() => workspace.close());

  const inProgress = (): string[] =>
    readdirSync(join(workspace.root, 'tmp'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      /(?:spider|incoming)\/./.test(path),
    );

  it('37: of what is not there is one request, and says status and address', async () => {
    const { url, requests } = await workspace.serve((_request, response) => response.writeHead(404).end());
    const request = { url: `${url}/foo-1.0.tar.gz` };
    const both = await Promise.allSettled([fastpull.download(request), fastpull.download(request)]);
    await expect(fastpull.download(request)).rejects.toThrow('FET004');
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(fastpull.download(request)).rejects.toThrow(`'${url}/foo-1.0.tar.gz' answers 404`);
    expect(requests).toHaveLength(1);
  });
  it('38: of what is not what its name says fails for all who want it, after one request, and leaves nothing', async () => {
    const { url, requests } = await workspace.serve((_request, response) =>
      response.end('<html>sign in</html>'),
    );
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, () => fastpull.download({ url: `${url}/foo-1.0.tar.gz` })),
    );
    for (const one of all) expect(String((one as PromiseRejectedResult).reason)).toContain('FPL004');
    expect(requests).toHaveLength(1);
    expect(inProgress()).toEqual([]);
    expect([...fastpull.blos.list()]).toEqual([]);
    expect([...fastpull.integrity().list()]).toEqual([]);
  });
  it('39: is made once for two packages, and not at all in a later run', async () => {
    const { url, requests, close } = await workspace.serve((_request, response) => response.end(tarball));
    const request = { url: `${url}/foo-1.0.tar.gz` };
    const both = await Promise.all([fastpull.download(request), fastpull.download(request)]);
    expect(both.map(({ from }) => from).sort()).toEqual(['joined', 'network']);
    expect(both[0]?.blob.sha512).toBe(sha512);
    expect(readFileSync(both[1]?.blob.path ?? '')).toEqual(tarball);
    await close();
    const later = await workspace.open({ offline: true }).download(request);
    expect(later).toMatchObject({ from: 'store', blob: { sha512 } });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['accept-encoding']).toBe('identity');
  });
  it('joins others while it waits for its turn', async () => {
    const { url, requests } = await workspace.serve((_request, response) => response.end('x'));
    const narrow = workspace.open({ downloadsAtOnce: 1 });
    const all = Array.from({ length: 30 }, (_, at) => narrow.download({ url: `${url}/${at % 3}.bin` }));
    await Promise.all(all);
    expect(requests.map((request) => request.url).sort()).toEqual(['/0.bin', '/1.bin', '/2.bin']);
  });
  it('of two at once never runs twice in two processes of one workspace', async () => {
    const { url, requests } = await workspace.serve((_request, response) => response.end(tarball));
    const request = { url: `${url}/foo-1.0.tar.gz` };
    const both = await Promise.all([fastpull.download(request), workspace.open().download(request)]);
    expect(both.map(({ from }) => from).sort()).toEqual(['network', 'store']);
    expect(requests).toHaveLength(1);
  });
  it('40: goes on after two failures of the server', async () => {
    const { url } = await workspace.serve((_request, response, index) =>
      index < 2 ? response.writeHead(500).end() : response.end(tarball),
    );
    expect((await fastpull.download({ url: `${url}/a.tar.gz` })).blob.sha512).toBe(sha512);
  });
  it('40: waits as long as the server asks for', async () => {
    const { url } = await workspace.serve((_request, response, index) =>
      index === 0 ? response.writeHead(503, { 'retry-after': '17' }).end() : response.end(tarball),
    );
    await fastpull.download({ url: `${url}/a.tar.gz` });
    expect(Math.max(...workspace.clock.pauses)).toBeGreaterThanOrEqual(17_000);
  });

  const ranged =
    (of: { readonly cut: number; readonly etag?: string | undefined; readonly body?: Buffer }) =>
    (request: IncomingMessage, response: ServerResponse, index: number): void => {
      const body = of.body ?? large;
      const headers = of.etag === undefined ? {} : { etag: of.etag };
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const total = body.byteLength;
      if (from > 0) {
        response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${total - 1}/${total}` });
        response.end(body.subarray(from));
        return;
      }
      response.writeHead(200, { ...headers, 'content-length': total });
      if (index > 0) return void response.end(body);
      response.write(body.subarray(0, of.cut), () => setImmediate(() => response.destroy()));
    };

  it('40: goes on where it broke off', async () => {
    const { url, requests } = await workspace.serve(ranged({ cut: large.byteLength / 2, etag: '"v1"' }));
    const { blob } = await fastpull.download({ url: `${url}/a.bin` });
    expect(readFileSync(blob.path).equals(large)).toBe(true);
    expect(requests).toHaveLength(2);
    expect(requests[1]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(requests[1]?.headers['if-range']).toBe('"v1"');
  });
  it('starts anew when the server answers the rest of a file with all of another one', async () => {
    const other = Buffer.alloc(1000, 3);
    const { url } = await workspace.serve((request, response, index) => {
      if (index === 0) ranged({ cut: 500_000, etag: '"v1"' })(request, response, index);
      else response.end(other);
    });
    const { blob } = await fastpull.download({ url: `${url}/a.bin` });
    expect(readFileSync(blob.path).equals(other)).toBe(true);
  });
  it('fails when the rest is that of a file with another size', async () => {
    const { url } = await workspace.serve((request, response, index) => {
      if (index === 0) return ranged({ cut: 500_000 })(request, response, index);
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
      response
        .writeHead(206, { 'content-range': `bytes ${from}-${from + 9}/${from + 10}` })
        .end(Buffer.alloc(10));
    });
    await expect(fastpull.download({ url: `${url}/a.bin` })).rejects.toThrow('FET016');
    expect(inProgress()).toEqual([]);
  });
  it('ends after five attempts without one more byte', async () => {
    const { url, requests } = await workspace.serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.flushHeaders();
      setImmediate(() => response.destroy());
    });
    await expect(fastpull.download({ url: `${url}/a.bin` })).rejects.toThrow('FET001');
    expect(requests).toHaveLength(5);
  });
  it('41: keeps the bytes as they are sent when the server calls a file packed for its way', async () => {
    const { url } = await workspace.serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(tarball),
    );
    const { blob } = await fastpull.download({ url: `${url}/a.tar.gz` });
    expect(readFileSync(blob.path).equals(tarball)).toBe(true);
  });
  it('46: of a file with another hash or size stores nothing', async () => {
    const { url } = await workspace.serve((_request, response) => response.end(tarball));
    const request = { url: `${url}/a.tar.gz` };
    for (const more of [{ expectHashes: { sha256: 'ab'.repeat(32) } }, { expectSize: 3 }]) {
      await expect(fastpull.download({ ...request, ...more })).rejects.toThrow('FPL003');
    }
    expect([...fastpull.blos.list()]).toEqual([]);
    expect([...fastpull.integrity().list()]).toEqual([]);
    const right = {
      ...request,
      expectHashes: { sha512: sha512.toUpperCase() },
      expectSize: tarball.byteLength,
    };
    await fastpull.download(right);
    await expect(fastpull.download({ ...request, expectSize: 3 })).rejects.toThrow('its size is');
  });
  it('does not fail because somebody else expects something else of the file', async () => {
    const { url } = await workspace.serve((_request, response) => response.end(tarball));
    const request = { url: `${url}/a.tar.gz` };
    const [wrong, right] = await Promise.allSettled([
      fastpull.download({ ...request, expectSize: 3 }),
      fastpull.download(request),
    ]);
    expect([wrong.status, right.status]).toEqual(['rejected', 'fulfilled']);
  });
  it('asks its addresses in their order, under the same rules', async () => {
    const { url, requests } = await workspace.serve((request, response) => {
      if (request.url === '/first/a.tar.gz') response.writeHead(404).end();
      else if (request.url === '/second/a.tar.gz') response.end('something else');
      else response.end(tarball);
    });
    const request = {
      url: 'mirror://some/a.tar.gz',
      addresses: ['first', 'second', 'third', 'fourth'].map((name) => `${url}/${name}/a.tar.gz`),
    };
    const done = await fastpull.download(request);
    expect(done).toMatchObject({ url: `${url}/third/a.tar.gz`, blob: { sha512 } });
    expect(requests).toHaveLength(3);
    expect(fastpull.integrity().find(request.url)?.sha512).toBe(sha512);
  });
  it('goes on at one host while another one pauses, whose downloads wait for as long as it asks', async () => {
    const clock = new VirtualClock();
    const slow = await workspace.serve((_request, response, index) =>
      index === 0 ? response.writeHead(429, { 'retry-after': '600' }).end() : response.end('x'),
    );
    const quick = await workspace.serve((_request, response) => response.end('y'));
    const patient = workspace.open({ clock, downloadsAtOnce: 1, maxPauseMs: 900_000 });
    const pauses: HostPause[] = [];
    const told = new Promise<void>((resolve) => {
      patient.watchPauses((pause) => {
        pauses.push(pause);
        resolve();
      });
    });
    const waiting = patient.download({ url: `${slow.url}/a.bin` });
    await told;
    expect(pauses).toMatchObject([
      { host: slow.host, milliseconds: 600_000, until: new Date(clock.nowMs() + 600_000) },
    ]);
    await patient.download({ url: `${quick.url}/b.bin` });
    expect([slow.requests.length, quick.requests.length]).toEqual([1, 1]);
    await clock.advance(599_000);
    expect(slow.requests).toHaveLength(1);
    await clock.advance(1_000);
    expect((await waiting).from).toBe('network');
    const impatient = workspace.open({ maxPauseMs: 599_000 });
    const hasty = await workspace.serve((_request, response) =>
      response.writeHead(429, { 'retry-after': '600' }).end(),
    );
    await expect(impatient.download({ url: `${hasty.url}/a.bin` })).rejects.toMatchObject({
      problem: {
        code: 'FET006',
        why: 'It asks for a pause of 10m00s, and at most 9m59s are waited for.',
      },
    });
  });
  it('is made again when the object is gone, and when that is wanted', async () => {
    const { url, requests } = await workspace.serve((_request, response, index) =>
      response.end(`body ${Math.floor(index / 2)}`),
    );
    const request = { url: `${url}/a.bin` };
    const { blob } = await fastpull.download(request);
    unlinkSync(blob.path);
    rmSync(join(workspace.root, 'stores/objects'), { recursive: true });
    const second = await workspace.open().download(request);
    expect(second.from).toBe('network');
    expect(workspace.problems.map(({ code }) => code)).toEqual(['FPL007']);
    const third = await workspace.open().download({ ...request, refetch: true });
    expect(third.blob.sha512).not.toBe(blob.sha512);
    expect(requests).toHaveLength(3);
  });
  it('shows its credentials to their host alone, and only where that is allowed for files', async () => {
    const far = await workspace.serve((_request, response) => response.end('x'));
    const { url, requests } = await workspace.serve((_request, response) =>
      response.writeHead(302, { location: `${far.url}/there` }).end(),
    );
    const host = new URL(url).host;
    const credentials = { [host]: { username: 'u', password: 'p', forFiles: true } };
    await workspace.open({ credentials }).download({ url: `${url}/a.bin` });
    expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    expect(far.requests[0]?.headers.authorization).toBeUndefined();
    const pagesOnly = { [host]: { token: 't' } };
    await workspace.open({ credentials: pagesOnly }).download({ url: `${url}/b.bin` });
    expect(requests[1]?.headers.authorization).toBeUndefined();
  });
  it('tells of its progress, also those who joined', async () => {
    const { url } = await workspace.serve((_request, response) =>
      response.writeHead(200, { 'content-length': large.byteLength }).end(large),
    );
    const seen: DownloadProgress[][] = [[], []];
    await Promise.all(
      seen.map((list) =>
        fastpull.download({ url: `${url}/a.bin?token=1`, onProgress: (one) => list.push(one) }),
      ),
    );
    for (const list of seen) {
      expect(list.at(-1)).toEqual({
        address: `${url}/a.bin?...`,
        doneBytes: large.byteLength,
        totalBytes: large.byteLength,
      });
    }
  });
  it('asks nobody when told to stay offline, and no address of another kind', async () => {
    await expect(workspace.open({ offline: true }).download({ url: 'http://127.0.0.1:1/a' })).rejects.toThrow(
      'FPL005',
    );
    await expect(fastpull.download({ url: 'ftp://example.org/a' })).rejects.toThrow('FET013');
    await expect(fastpull.download({ url: 'file:///etc/passwd' })).rejects.toThrow('FET013');
  });
});
