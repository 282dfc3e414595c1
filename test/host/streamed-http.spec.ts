import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freeTcpPort, streamHttp } from '../../src/host/index.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

function serve(handle: RequestListener): Promise<string> {
  const started = createServer(handle);
  server = started;
  return new Promise((resolve) =>
    started.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(started.address() as AddressInfo).port}`),
    ),
  );
}

describe('a request over HTTP', () => {
  it('gets the answer, whatever its status', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(418, { 'x-kind': 'tea' }).end('short and stout');
    });
    const answer = await streamHttp({ method: 'GET', url });
    expect([answer.status, answer.header('x-kind'), await answer.text()]).toEqual([
      418,
      'tea',
      'short and stout',
    ]);
  });
  it('is SYS008 when nobody listens', async () => {
    const url = `http://127.0.0.1:${await freeTcpPort()}/`;
    await expect(streamHttp({ method: 'GET', url })).rejects.toMatchObject({ problem: { code: 'SYS008' } });
  });
  it('is SYS008 when no answer comes in time', async () => {
    const url = await serve(() => undefined);
    await expect(streamHttp({ method: 'GET', url, timeoutMs: 50 })).rejects.toMatchObject({
      problem: { code: 'SYS008', what: expect.stringContaining('no answer in time') },
    });
  });
  it('is SYS008 when the answer breaks off', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const answer = await streamHttp({ method: 'GET', url });
    const read = async (): Promise<void> => {
      for await (const _ of answer.pieces);
    };
    await expect(read()).rejects.toMatchObject({ problem: { code: 'SYS008' } });
  });
});
