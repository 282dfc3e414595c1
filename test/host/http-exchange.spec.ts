import { describe, expect, it } from 'vitest';
import { BrokenBody, HttpConnections } from '../../src/host/index.ts';
import { farServer } from '../fetcher/far-server.ts';

describe('an exchange', () => {
  it('ends early where not even the head of the answer comes, and has all its time once it has come', async () => {
    const server = await farServer((request, response) => {
      if (request.url === '/silent') return;
      response.write('a');
      setTimeout(() => response.end('b'), 3_500);
    });
    const connections = new HttpConnections({});
    const ask = (path: string) =>
      connections.exchange({
        url: server.url + path,
        method: 'GET',
        headers: {},
        timeoutMs: 60_000,
        headTimeoutMs: 3_000,
        maxBytes: 100,
      });
    try {
      expect(await ask('/silent')).toEqual({ kind: 'slow', reason: 'no answer within 3 s' });
      expect(await ask('/')).toMatchObject({ kind: 'reply', status: 200, body: Buffer.from('ab') });
    } finally {
      connections.close();
      await server.close();
    }
  });
});

describe('an answer that is read while it comes', () => {
  const begin = async (signal?: AbortSignal) => {
    const gone = Promise.withResolvers<void>();
    const server = await farServer((_request, response) => {
      response.on('close', () => gone.resolve());
      response.write('a');
    });
    const connections = new HttpConnections({});
    const outcome = await connections.stream({
      url: server.url,
      headers: {},
      headTimeoutMs: 30_000,
      idleMs: 60_000,
      signal,
    });
    if (outcome.kind !== 'stream') throw new Error(outcome.reason);
    const close = async (): Promise<void> => {
      connections.close();
      await server.close();
    };
    return { outcome, gone: gone.promise, close };
  };

  it('ends when it was called off before its first piece', async () => {
    const stop = new AbortController();
    const { outcome, gone, close } = await begin(stop.signal);
    stop.abort();
    const reading = (async () => {
      for await (const piece of outcome.pieces) void piece;
    })();
    await expect(reading).rejects.toBeInstanceOf(BrokenBody);
    await expect(reading).rejects.toMatchObject({ trouble: { kind: 'stopped' } });
    await gone;
    await close();
  });
  it('is broken off by those who do not read it', async () => {
    const { outcome, gone, close } = await begin();
    outcome.drop();
    await gone;
    await close();
  });
});
