import { describe, expect, it } from 'vitest';
import { HttpConnections } from '../../src/host/index.ts';
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
