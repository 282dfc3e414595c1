import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { ProblemError } from '../../src/diagnostics/index.ts';
import { Fetcher } from '../../src/fetcher/index.ts';
import { type FarServer, farServer, highest, JumpingClock } from './far-server.ts';

let server: FarServer;
const fetcher = new Fetcher({ clock: new JumpingClock(), random: highest, proxies: {} });
afterEach(async () => {
  fetcher.close();
  await server.close();
});

/** The problem that a request ends with. */
const endOf = (request: Promise<unknown>) =>
  request.then(
    () => undefined,
    (error: unknown) => (error instanceof ProblemError ? error.problem : error),
  );

it('an answer costs no more than it may when it is packed again and again, or unpacks to nothing', async () => {
  const empty = gzipSync(Buffer.alloc(0));
  const nothings = Buffer.concat(Array.from({ length: 200_000 }, () => empty));
  const twice = gzipSync(nothings);
  const bodies: Record<string, readonly [codings: string, body: Buffer]> = {
    '/once': ['gzip', gzipSync('x')],
    '/twice': ['gzip, gzip', twice],
    '/thrice': ['gzip, gzip, gzip', gzipSync(twice)],
  };
  server = await farServer((request, response) => {
    const [codings, body] = bodies[request.url ?? ''] ?? [];
    response.writeHead(200, { 'content-encoding': codings }).end(body);
  });
  const asked = (path: string, maxBytes: number) => fetcher.get(server.url + path, { maxBytes });
  expect(await endOf(asked('/twice', 1_000_000))).toMatchObject({
    code: 'FET008',
    why: 'It unpacks to more than 1000000 bytes.',
  });
  expect((await asked('/twice', 5_000_000)).bytes.byteLength).toBe(0);
  expect(await endOf(asked('/thrice', 5_000_000))).toMatchObject({
    code: 'FET014',
    why: expect.stringContaining('packed 3 times'),
  });
  const stop = new AbortController();
  const answer = await fetcher.open(`${server.url}/once`, { signal: stop.signal });
  stop.abort();
  const read = async (): Promise<void> => {
    for await (const piece of answer.pieces()) expect(piece).toBeUndefined();
  };
  expect(await endOf(read())).toMatchObject({ code: 'FET015' });
});
