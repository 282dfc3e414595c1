import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/diagnostics/index.ts';
import { Fetcher, type FetcherOptions } from '../../src/fetcher/index.ts';
import type { Clock } from '../../src/host/index.ts';
import { type Answer, type FarServer, farServer, highest, JumpingClock, sendJson } from './far-server.ts';

const opened: { close(): unknown }[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function serve(answer: Answer): Promise<FarServer> {
  const server = await farServer(answer);
  opened.push(server);
  return server;
}

function fetcher(options: Partial<FetcherOptions> = {}): Fetcher & { readonly clock: JumpingClock } {
  const clock = new JumpingClock();
  const made = new Fetcher({ clock, random: highest, proxies: {}, ...options });
  opened.push(made);
  return Object.assign(made, { clock });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'packmill-fetcher-'));
  folders.push(path);
  return path;
}

/** The code and words of what a request ends with. */
async function problemOf(request: Promise<unknown>) {
  try {
    await request;
  } catch (error) {
    if (isFault(error)) return error.problem;
    throw error;
  }
  throw new Error('the request succeeded');
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('an answer', () => {
  it('has its status, headers and bytes, and the address it came from', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(203, { 'x-of': ['a', 'b'] }).end('hello'),
    );
    const answer = await fetcher().get(`${server.url}/x?y=1#fragment`);
    expect(answer).toMatchObject({ status: 203, url: `${server.url}/x?y=1`, fromCache: false });
    expect(answer.headers['x-of']).toBe('a, b');
    expect(text(answer.bytes)).toBe('hello');
    expect(server.heard).toEqual(['GET /x?y=1']);
  });
  it('is unpacked, whatever coding the server chose', async () => {
    const plain = 'many words '.repeat(20_000);
    const packers = {
      gzip: gzipSync,
      'x-gzip': gzipSync,
      deflate: deflateSync,
      zstd: zstdCompressSync,
      br: brotliCompressSync,
    };
    for (const [coding, pack] of Object.entries(packers)) {
      const server = await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': coding }).end(pack(plain)),
      );
      expect(text((await fetcher().get(server.url)).bytes), coding).toBe(plain);
    }
    const raw = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateRawSync(plain)),
    );
    expect(text((await fetcher().get(raw.url)).bytes)).toBe(plain);
    const twice = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip, zstd' }).end(zstdCompressSync(gzipSync(plain))),
    );
    expect(text((await fetcher().get(twice.url)).bytes)).toBe(plain);
  });
  it('is refused as damaged when it is not what its coding says', async () => {
    const server = await serve((request, response) => {
      const coding = request.url === '/unknown' ? 'pack200' : 'gzip';
      const body = request.url === '/cut' ? gzipSync('hello hello').subarray(0, 12) : 'no gzip';
      response.writeHead(200, { 'content-encoding': coding }).end(body);
    });
    for (const path of ['/', '/cut', '/unknown']) {
      expect((await problemOf(fetcher().get(server.url + path))).code, path).toBe('FET014');
    }
  });
  it('may be no larger than asked for, as it is sent and as it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const server = await serve((request, response) => {
      if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      else if (request.url === '/announced')
        response.writeHead(200, { 'content-length': 999_999_999 }).write('x');
      else response.end(Buffer.alloc(2_000_000));
    });
    for (const path of ['/', '/bomb', '/announced']) {
      const problem = await problemOf(fetcher().get(server.url + path, { maxBytes: 1_000_000 }));
      expect(problem.code, path).toBe('FET008');
    }
  });
  it('is read piece by piece where it is large', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(3_000_000, 'x'))),
    );
    const answer = await fetcher().open(server.url);
    let pieces = 0;
    let bytes = 0;
    for await (const piece of answer.pieces()) {
      pieces += 1;
      bytes += piece.byteLength;
    }
    expect(bytes).toBe(3_000_000);
    expect(pieces).toBeGreaterThan(1);
  });
});

describe('a JSON document', () => {
  it('comes with its value', async () => {
    const server = await serve((request, response) => sendJson(response, [request.headers['accept']]));
    expect((await fetcher().getJson(server.url)).value).toEqual(['application/json']);
  });
  it('is told apart from a page and from anything else', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/page') response.setHeader('content-type', 'text/html; charset=utf-8').end('{}');
      else if (request.url === '/hidden') response.end('\n<!DOCTYPE html><title>wait</title>');
      else response.end('oops');
    });
    expect((await problemOf(fetcher().getJson(`${server.url}/page`))).code).toBe('FET009');
    expect((await problemOf(fetcher().getJson(`${server.url}/hidden`))).code).toBe('FET009');
    expect((await problemOf(fetcher().getJson(`${server.url}/`))).code).toBe('FET010');
  });
});

describe('trouble', () => {
  it('of the request itself is told at once, and with what the server says', async () => {
    const server = await serve((request, response) => {
      const status = Number(/\d+/.exec(request.url ?? '')?.[0]);
      sendJson(response, { message: 'it is private' }, status);
    });
    const asked = fetcher();
    for (const [status, code] of Object.entries({
      404: 'FET004',
      410: 'FET004',
      401: 'FET005',
      422: 'FET005',
      501: 'FET007',
    })) {
      const problem = await problemOf(asked.get(`${server.url}/${status}?token=secret`));
      expect(problem.code).toBe(code);
      expect(problem.what).toContain(`${server.url}/${status}?...`);
      expect(problem.what).not.toContain('secret');
      expect(problem.why).toContain('it is private');
    }
    expect(server.heard).toHaveLength(5);
  });
  it('that may pass is waited for, longer each time, and then told', async () => {
    const server = await serve((_request, response) => response.writeHead(503).end());
    const asked = fetcher();
    expect((await problemOf(asked.get(server.url))).code).toBe('FET007');
    expect(server.heard).toHaveLength(4);
    expect(asked.clock.pauses).toEqual([1000, 2000, 4000]);
  });
  it('that passes goes unnoticed', async () => {
    const server = await serve((_request, response, index) =>
      response.writeHead(index < 2 ? 502 : 200).end('x'),
    );
    expect(text((await fetcher().get(server.url)).bytes)).toBe('x');
    expect(server.heard).toHaveLength(3);
  });
  it('in which the server names a pause is over after that pause', async () => {
    const server = await serve((_request, response, index) => {
      if (index === 0) response.writeHead(429, { 'retry-after': '37' }).end();
      else response.end('x');
    });
    const asked = fetcher();
    await asked.get(server.url);
    expect(asked.clock.pauses).toEqual([37_000]);
  });
  it('that a server wants an hour for ends the talk with this server', async () => {
    const server = await serve((_request, response) => {
      const reset = String(Math.ceil(1_700_000_000 + 3600));
      response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }).end();
    });
    const asked = fetcher();
    expect((await problemOf(asked.get(`${server.url}/1`))).code).toBe('FET006');
    const next = await problemOf(asked.get(`${server.url}/2`));
    expect(next).toMatchObject({ code: 'FET011', what: expect.stringContaining(server.host) });
    expect(next.why).toContain('FET006');
    expect([...asked.leftAlone.values()][0]?.why).toContain('at most 1m00s are waited for');
    expect(server.heard).toEqual(['GET /1']);
    expect([...asked.leftAlone.keys()]).toEqual([server.host]);
  });
  it('of a server that fails again and again spares it all other requests', async () => {
    const server = await serve((_request, response) => response.destroy());
    const asked = fetcher();
    const codes = await Promise.all(
      Array.from(
        { length: 100 },
        async (_, index) => (await problemOf(asked.get(`${server.url}/${index}`))).code,
      ),
    );
    expect(codes.filter((code) => code === 'FET001').length).toBeLessThanOrEqual(8);
    expect(codes.filter((code) => code === 'FET011').length).toBeGreaterThanOrEqual(92);
    expect(server.heard.length).toBeLessThanOrEqual(20);
  });
  it('of a kept connection that the server has closed meanwhile is none', async () => {
    const used = new Set<unknown>();
    const server = await serve((request, response) => {
      if (used.has(request.socket)) return void request.socket.destroy();
      used.add(request.socket);
      response.end('x');
    });
    const asked = fetcher();
    // three connections are kept, all of which turn out to be closed
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([1, 2, 3].map(() => asked.get(server.url)));
    }
    expect(used.size).toBeGreaterThanOrEqual(4);
    expect(server.heard.length).toBeGreaterThan(9);
    expect(asked.clock.pauses.every((pause) => pause <= 50)).toBe(true);
  });
  it('of one address is no reason to leave its server alone', async () => {
    const server = await serve((request, response) =>
      response.writeHead(request.url === '/bad' ? 500 : 200).end(),
    );
    const asked = fetcher();
    const bad = problemOf(asked.get(`${server.url}/bad`));
    await Promise.all(Array.from({ length: 30 }, (_, index) => asked.get(`${server.url}/${index}`)));
    expect((await bad).code).toBe('FET007');
    expect(asked.leftAlone.size).toBe(0);
  });
  it('of nobody being there, of a silent and of a trickling server is told apart', async () => {
    const gone = await farServer(() => {});
    await gone.close();
    expect((await problemOf(fetcher().get(gone.url))).code).toBe('FET001');
    const server = await serve((request, response) => {
      if (request.url === '/trickle') response.write('x');
    });
    expect((await problemOf(fetcher().get(server.url, { timeoutMs: 100 }))).code).toBe('FET002');
    expect((await problemOf(fetcher().get(`${server.url}/trickle`, { timeoutMs: 100 }))).code).toBe('FET002');
  });
  it('of a certificate that nobody vouches for is told as such, without more tries', async () => {
    const path = folder();
    const [key, cert] = [join(path, 'key'), join(path, 'cert')];
    const wanted = ['-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...wanted], { stdio: 'ignore' });
    const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    const server = await farServer((_request, response) => response.end('x'), tls);
    opened.push(server);
    expect((await problemOf(fetcher().get(server.url))).code).toBe('FET003');
    expect(server.heard).toEqual([]);
  });
  it('of a request that is called off, under way or waiting, ends it', async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort());
    const asked = fetcher({ budget: { atOnce: 1, gapMs: 0 } });
    const { signal } = stop;
    const both = [1, 2].map((index) => problemOf(asked.get(`${server.url}/${index}`, { signal })));
    expect((await Promise.all(both)).map(({ code }) => code)).toEqual(['FET015', 'FET015']);
    expect(server.heard).toEqual(['GET /1']);
    expect((await problemOf(asked.get(server.url, { signal }))).code).toBe('FET015');
  });
  it('of a run that ends leaves no sleep behind', async () => {
    const server = await serve((_request, response) => response.writeHead(503).end());
    const sleeps: AbortSignal[] = [];
    const stop = new AbortController();
    const clock: Clock = {
      nowMs: () => 0,
      monotonicMs: () => 0,
      sleep: async (_ms, signal) => {
        if (signal) sleeps.push(signal);
        stop.abort();
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      },
    };
    const problem = await problemOf(fetcher({ clock }).get(server.url, { signal: stop.signal }));
    expect([problem.code, sleeps.map(({ aborted }) => aborted)]).toEqual(['FET015', [true]]);
  });
  it('of a token or a proxy that can be none is no trouble of the server', async () => {
    const server = await serve((_request, response) => response.end());
    const asked = fetcher();
    const headers = { authorization: 'a\nb' };
    expect((await problemOf(asked.get(server.url, { headers }))).code).toBe('FET013');
    const proxied = await problemOf(asked.get(server.url, { proxy: 'socks5://u:secret@h:1' }));
    expect(proxied).toMatchObject({ code: 'FET013', what: "the proxy 'socks5://h:1' cannot be used" });
    expect((await asked.get(server.url, { proxy: server.host })).status).toBe(200);
    expect(server.heard).toEqual([`GET ${server.url}/`]);
  });
});

describe('an address', () => {
  it('of another kind than http is not asked, not even when a server says so', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    );
    for (const url of ['file:///etc/passwd', 'ftp://example.org/x', 'nonsense', server.url]) {
      expect((await problemOf(fetcher().get(url))).code, url).toBe('FET013');
    }
  });
  it('that leads to others is followed a few times, or not at all', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/end') response.end('here');
      else if (request.url === '/nowhere') response.writeHead(302).end();
      else
        response
          .writeHead(301, { location: request.url === '/a' ? '/b' : request.url === '/b' ? 'end' : '/round' })
          .end();
    });
    const asked = fetcher();
    expect(await asked.get(`${server.url}/a`)).toMatchObject({ url: `${server.url}/end` });
    expect((await problemOf(asked.get(`${server.url}/round`))).code).toBe('FET012');
    expect((await problemOf(asked.get(`${server.url}/nowhere`))).code).toBe('FET012');
    const head = await asked.get(`${server.url}/a`, { method: 'HEAD', followRedirects: false });
    expect(head).toMatchObject({ status: 301, headers: { location: '/b' } });
    expect(server.heard.at(-1)).toBe('HEAD /a');
  });
  it('on another host gets none of the tokens', async () => {
    const other = await serve((_request, response) => response.end());
    const server = await serve((request, response) => {
      response.writeHead(302, { location: request.url === '/own' ? '/other' : `${other.url}/x` }).end();
    });
    const headers = { Authorization: 'Bearer secret', 'PRIVATE-TOKEN': 'secret' };
    await fetcher().get(`${server.url}/own`, { headers });
    expect(server.requests.map((request) => request.headers['authorization'])).toEqual([
      'Bearer secret',
      'Bearer secret',
    ]);
    const { headers: seen } = other.requests[0]!;
    expect([seen['authorization'], seen['private-token']]).toEqual([undefined, undefined]);
  });
});

describe('what was fetched before', () => {
  const etags: Answer = (request, response) => {
    if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end();
    else
      response.writeHead(200, { etag: '"one"', 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(5000)));
  };
  it('costs no bytes while it is unchanged, in this run and in the next', async () => {
    const server = await serve(etags);
    const cacheFolder = folder();
    for (const [run, fromCache] of [false, true, true].entries()) {
      const answer = await fetcher({ cacheFolder }).get(server.url);
      expect([run, answer.fromCache, answer.status, answer.bytes.byteLength]).toEqual([
        run,
        fromCache,
        200,
        5000,
      ]);
    }
    expect(readdirSync(cacheFolder)).toHaveLength(1);
  });
  it('is asked for by its date where there is no ETag', async () => {
    const date = 'Wed, 21 Oct 2015 07:28:00 GMT';
    const server = await serve((request, response) => {
      if (request.headers['if-modified-since'] === date) response.writeHead(304).end();
      else response.writeHead(200, { 'last-modified': date }).end('old');
    });
    const cacheFolder = folder();
    const asked = fetcher({ cacheFolder });
    await asked.get(server.url);
    expect(await asked.get(server.url)).toMatchObject({ fromCache: true });
  });
  it('is fetched again when the kept file is torn', async () => {
    const server = await serve(etags);
    const cacheFolder = folder();
    await fetcher({ cacheFolder }).get(server.url);
    const file = join(cacheFolder, readdirSync(cacheFolder)[0]!);
    writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size - 3));
    const answer = await fetcher({ cacheFolder }).get(server.url);
    expect([answer.fromCache, answer.bytes.byteLength]).toEqual([false, 5000]);
  });
  it('takes no more room than it may; what was used last stays', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { etag: '"x"' }).end(Buffer.alloc(10_000)),
    );
    const cacheFolder = folder();
    const asked = fetcher({ cacheFolder, cacheBytes: 45_000 });
    for (let index = 0; index < 10; index += 1) {
      await asked.get(`${server.url}/${index}`);
      await asked.clock.sleep(10);
    }
    const sizes = readdirSync(cacheFolder).map((name) => statSync(join(cacheFolder, name)).size);
    expect(sizes.length).toBe(4);
    await fetcher({ cacheFolder }).get(`${server.url}/9`);
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"x"');
    await fetcher({ cacheFolder }).get(`${server.url}/0`);
    expect(server.requests.at(-1)?.headers['if-none-match']).toBeUndefined();
  });
  it('is not kept where the server forbids it, and no run ends because nothing can be kept', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { etag: '"x"', 'cache-control': 'private, no-store' }).end('secret'),
    );
    const cacheFolder = folder();
    await fetcher({ cacheFolder }).get(server.url);
    expect(readdirSync(cacheFolder)).toEqual([]);
    const kept = await serve(etags);
    const file = join(cacheFolder, 'file');
    writeFileSync(file, '');
    expect((await fetcher({ cacheFolder: join(file, 'folder') }).get(kept.url)).status).toBe(200);
  });
  it('of one token is not shown to another', async () => {
    const server = await serve((request, response) =>
      response.writeHead(200, { etag: '"x"' }).end(String(request.headers['authorization'])),
    );
    const cacheFolder = folder();
    const asked = fetcher({ cacheFolder });
    await asked.get(server.url, { headers: { authorization: 'a' } });
    await asked.get(server.url, { headers: { authorization: 'b' } });
    expect(server.requests[1]?.headers['if-none-match']).toBeUndefined();
  });
});

describe('a host', () => {
  it('gets no more requests at once than its budget, others are not held up by it', async () => {
    let now = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const slow = await serve((_request, response) => {
      now += 1;
      most = Math.max(most, now);
      waiting.push(() => {
        now -= 1;
        response.end();
      });
    });
    const quick = await serve((_request, response) => response.end());
    const asked = fetcher({ budgets: { [slow.host]: { atOnce: 3, gapMs: 0 } } });
    const all = Array.from({ length: 12 }, (_, index) => asked.get(`${slow.url}/${index}`));
    await Promise.all(Array.from({ length: 12 }, () => asked.get(quick.url)));
    let finished = false;
    const done = Promise.all(all).then(() => {
      finished = true;
    });
    while (!finished) {
      waiting.shift()?.();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await done;
    expect(most).toBe(3);
  });
  it('is asked through a proxy where there is one, for both kinds of address', async () => {
    const target = await serve((_request, response) => response.end('never seen'));
    const tunnels: string[] = [];
    const proxy = await serve((request, response) => response.end(`through the proxy: ${request.url}`));
    const tunnel = await tunnelProxy(tunnels);
    opened.push(tunnel);
    const answer = await fetcher().get(`${target.url}/x`, { proxy: proxy.url });
    expect(text(answer.bytes)).toBe(`through the proxy: ${target.url}/x`);
    expect(target.heard).toEqual([]);
    await problemOf(fetcher().get('https://packmill.invalid/x', { proxy: tunnel.url }));
    expect(tunnels[0]).toBe('CONNECT packmill.invalid:443');
    const byVariable = await fetcher({ proxies: { HTTP_PROXY: proxy.url } }).get(`${target.url}/y`);
    expect(text(byVariable.bytes)).toBe(`through the proxy: ${target.url}/y`);
    const exempt = await fetcher({ proxies: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } }).get(
      target.url,
    );
    expect(text(exempt.bytes)).toBe('never seen');
  });
});

/** A proxy that lets nobody through and notes who wanted to go where. */
async function tunnelProxy(tunnels: string[]) {
  const server = createServer();
  server.on('connect', (request, socket) => {
    tunnels.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
