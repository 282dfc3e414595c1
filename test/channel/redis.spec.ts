import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/channel/index.ts';
import { RedisChannel, type RedisChannelOptions } from '../../src/channel/redis/index.ts';
import { askRedis, type RedisServer, startRedis } from '../redis-server.ts';
import { describeChannel } from './conformance.ts';

let farms = 0;
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  await server.dispose();
});

describeChannel('the channel through redis', async ({ mailboxLimit }) => {
  farms += 1;
  const farm = `farm-${farms}`;
  const address = { host: server.host, port: server.port };
  return {
    connect: () => new RedisChannel({ address, farm, mailboxLimit }),
    dispose: async () => {},
  };
});

const away = { problem: { code: 'CHN001', blame: 'world' } };

describe('redis that goes away', () => {
  let own: RedisServer;
  const open: Channel[] = [];
  const connect = (more: Partial<RedisChannelOptions> = {}): Channel => {
    const address = { host: own.host, port: own.port };
    const channel = new RedisChannel({ address, farm: 'f', commandTimeoutMs: 1_000, ...more });
    open.push(channel);
    return channel;
  };
  afterEach(async () => {
    own.resume();
    for (const channel of open.splice(0)) await channel.close();
    await own.dispose();
  });

  it('lets sends fail while receivers wait on and recover', async () => {
    own = await startRedis();
    const channel = connect();
    const coming = channel.receive('box', { max: 10, waitMs: 120_000 });
    expect(await channel.health()).toMatchObject({ ok: true });
    await own.kill();
    await expect(channel.send('box', ['lost'])).rejects.toMatchObject(away);
    expect(await channel.health()).toMatchObject({
      ok: false,
      what: expect.stringContaining('ECONNREFUSED'),
    });
    await own.restart();
    await expect.poll(() => channel.health(), { timeout: 30_000 }).toMatchObject({ ok: true });
    await channel.send('box', ['found']);
    expect(await coming).toEqual(['found']);
  });
  it('may stop answering without ending its connections', async () => {
    own = await startRedis();
    const channel = connect();
    const coming = channel.receive('box', { max: 10, waitMs: 120_000 });
    await channel.send('warm', ['up']);
    own.pause();
    await expect(channel.send('box', ['perhaps'])).rejects.toMatchObject(away);
    expect(await channel.health()).toMatchObject({ ok: false });
    own.resume();
    await expect.poll(() => channel.health(), { timeout: 30_000 }).toMatchObject({ ok: true });
    await channel.send('box', ['surely']);
    // What was reported as not sent may have been sent: that is what repeating has to live with.
    const came = [...(await coming)];
    if (!came.includes('surely')) came.push(...(await channel.receive('box', { max: 10, waitMs: 60_000 })));
    expect(came.at(-1)).toBe('surely');
  });
  it('does not keep an aborted receiver or a close waiting', async () => {
    own = await startRedis();
    const channel = connect();
    const stop = new AbortController();
    await channel.send('warm', ['up']);
    const coming = [
      channel.receive('one', { max: 10, waitMs: 120_000, signal: stop.signal }),
      channel.receive('two', { max: 10, waitMs: 120_000 }),
    ];
    own.pause();
    stop.abort();
    expect(await coming[0]).toEqual([]);
    await channel.close();
    expect(await coming[1]).toEqual([]);
  });
  it('may be away from the start', async () => {
    own = await startRedis();
    await own.kill();
    const channel = connect();
    await expect(channel.send('box', ['lost'])).rejects.toMatchObject(away);
    expect(await channel.receive('box', { max: 1, waitMs: 50 })).toEqual([]);
    await own.restart();
    await expect.poll(() => channel.health(), { timeout: 30_000 }).toMatchObject({ ok: true });
  });
  it('says so when the password is wrong', async () => {
    own = await startRedis({ password: 'secret' });
    const wrong = connect({ address: { host: own.host, port: own.port, password: 'guess' } });
    await expect(wrong.send('box', ['m'])).rejects.toMatchObject({
      problem: { code: 'CHN001', what: expect.stringContaining('WRONGPASS') },
    });
    const right = connect({ address: { host: own.host, port: own.port, password: 'secret' } });
    await right.send('box', ['m']);
    expect(await right.receive('box', { max: 1, waitMs: 60_000 })).toEqual(['m']);
  });
  it('says so when it refuses a message', async () => {
    own = await startRedis();
    const channel = connect();
    await askRedis(own.port, 'SET {packmill:f}:mail:box text');
    await expect(channel.send('box', ['m'])).rejects.toMatchObject({
      problem: { code: 'CHN001', what: expect.stringContaining('WRONGTYPE') },
    });
    expect(await channel.receive('box', { max: 1, waitMs: 10 })).toEqual([]);
  });
});

describe('a mailbox in redis', () => {
  it('is forgotten after a while, and belongs to one farm', async () => {
    const address = { host: server.host, port: server.port };
    const one = new RedisChannel({ address, farm: 'first', idleMs: 3_600_000 });
    const other = new RedisChannel({ address, farm: 'second' });
    await one.send('box', ['m']);
    const left = Number((await askRedis(server.port, 'PTTL {packmill:first}:mail:box'))?.slice(1));
    expect(left).toBeGreaterThan(3_000_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    expect(await other.receive('box', { max: 1, waitMs: 0 })).toEqual([]);
    await one.close();
    await other.close();
  });
  it('lets its process end once it is closed', async () => {
    const child = spawn(
      process.execPath,
      [new URL('./closing-child.ts', import.meta.url).pathname, String(server.port)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let printed = '';
    child.stdout.on('data', (bytes) => {
      printed += String(bytes);
    });
    const [code] = await once(child, 'exit');
    expect({ code, printed }).toEqual({ code: 0, printed: 'closed\n' });
  });
});
