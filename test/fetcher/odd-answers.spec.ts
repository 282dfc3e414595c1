import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Fetcher, type FetcherOptions } from '../../src/fetcher/index.ts';
import { farServer, highest, JumpingClock } from './far-server.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function open(options: Partial<FetcherOptions> = {}): Fetcher & { readonly clock: JumpingClock } {
  const clock = new JumpingClock();
  const made = new Fetcher({ clock, random: highest, proxies: {}, ...options });
  opened.push(made);
  return Object.assign(made, { clock });
}

describe('an answer', () => {
  it('with a part of a file where the whole was asked for is told: nobody knows where the part belongs', async () => {
    const server = await farServer((_request, response) =>
      response.writeHead(206, { 'content-range': 'bytes 0-2/3', 'content-length': '3' }).end('abc'),
    );
    const path = join(mkdtempSync(join(tmpdir(), 'packmill-fetcher-')), 'file');
    opened.push(server, { close: () => rmSync(dirname(path), { recursive: true }) });
    await expect(open().download(server.url, path)).rejects.toMatchObject({
      problem: { code: 'FET016', what: expect.stringContaining('a part of its file') },
    });
  });
  it('that a server wants ten minutes for is waited for where that is allowed, in one sleep', async () => {
    const server = await farServer((_request, response, index) => {
      const reset = String(1_700_000_000 + 600);
      if (index > 0) response.end('x');
      else response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }).end();
    });
    opened.push(server);
    const asked = open({ maxPauseMs: 600_000 });
    const told: string[] = [];
    asked.watchPauses(({ host, until }) => told.push(`${host} ${until.toISOString()}`));
    await asked.get(server.url);
    expect(asked.clock.pauses).toEqual([600_000]);
    expect(told).toEqual([`${server.host} ${new Date(1_700_000_600_000).toISOString()}`]);
  });
});
