import { expect, it } from 'vitest';
import { freeTcpPort, streamHttp } from './index.ts';

it('a request that nobody answers is a problem that names it', async () => {
  const url = `http://127.0.0.1:${await freeTcpPort()}/`;
  await expect(streamHttp({ method: 'GET', url })).rejects.toMatchObject({
    problem: { code: 'SYS008', what: expect.stringContaining(`'GET ${url}' got no answer`) },
  });
});
