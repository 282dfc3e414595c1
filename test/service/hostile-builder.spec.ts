import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkOrder } from '../../src/api/index.ts';
import { Caller } from '../../src/channel/index.ts';
import { RedisChannel } from '../../src/channel/redis/index.ts';
import { systemClock, systemRandom } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import type { Lease } from '../../src/queue/index.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** A builder that speaks the protocol and lies; and an honest one beside it. */
describe('what a manager does not believe', () => {
  let redis: RedisServer;
  let farm: ServiceFixture;
  let channel: RedisChannel;
  let queue: BullmqQueue;
  let caller: Caller;
  const call = (method: string, body: unknown): Promise<unknown> =>
    caller.call(method, body, { timeoutMs: 20_000 });

  beforeAll(async () => {
    redis = await startRedis();
    farm = await ServiceFixture.make();
    const zone = `, upload-limit: 64KiB, landing-zone: { path: ${join(farm.folder, 'zone')} }`;
    const remote = await overRedis(redis, zone);
    farm.settings(remote.settings.replace('lease: 3s', 'lease: 60s'));
    await farm.manager({}, remote.manager);
    await farm.builder('honest', { ...remote.environment, BUILDER_CLASS: 'honest' });
    const { host, port } = redis;
    channel = new RedisChannel({ address: { host, port }, farm: 'farm', clock: systemClock });
    queue = new BullmqQueue({ connection: { host, port }, farm: 'farm', clock: systemClock });
    caller = new Caller(channel, {
      name: 'mallory',
      serverMailbox: 'manager',
      clock: systemClock,
      random: systemRandom,
    });
    await call('hello', { builder: 'mallory', instance: 'i-mallory', protocol: 5, slots: 9 });
  });
  afterAll(async () => {
    await Promise.all([caller.close(), queue.close()]);
    await channel.close();
    await farm.dispose();
    await redis.dispose();
  });

  /** Claims a job that was just scheduled, and begins it. */
  async function take(name: string): Promise<{ lease: Lease; order: WorkOrder }> {
    farm.quick(name);
    await farm.do('schedule', name);
    const [lease] = await queue.claim({
      builder: builderName('mallory'),
      builderClass: 9,
      leaseMs: 60_000,
      max: 1,
    });
    const answer = await call('begin', { builder: 'mallory', instance: 'i-mallory', lease });
    const { order } = answer as { order?: WorkOrder };
    if (!lease || !order) throw new Error('no order');
    return { lease, order };
  }

  const reportOf = ({ lease, order }: Awaited<ReturnType<typeof take>>, outcome: unknown, more = {}) => ({
    attempt: order.attempt,
    fence: order.fence,
    token: order.token,
    lease,
    outcome,
    ...more,
  });
  const artifact = (name: string, object: string, sizeBytes: number) => ({
    name,
    version: '1.0-1',
    arch: 'any',
    fileName: `${name}-1.0-1-any.pkg.tar.zst`,
    object,
    sizeBytes,
    depends: [],
    provides: [],
    providedSonames: [],
    neededSonames: [],
    facts: object,
  });
  const success = (...artifacts: unknown[]) => ({ kind: 'succeeded', artifacts });
  const upload = (order: WorkOrder, digest: string, bytes: string): Promise<Response> =>
    fetch(`${farm.url}/api/objects/${digest}/upload`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${order.token}`,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
        'upload-length': String(bytes.length),
      },
      body: bytes,
    });

  it('a manager that cannot write an order for now is no fault of the recipe, so often as a job may be lost', async () => {
    const zone = join(farm.folder, 'zone');
    const { lease, order } = await take('unlucky');
    await call('report', reportOf({ lease, order }, { kind: 'canceled', requeue: true, reason: 'begin' }));
    renameSync(zone, `${zone}.away`);
    writeFileSync(zone, 'a file where the landing zone has to be');
    try {
      for (const [index, state] of ['ready', 'ready', 'ready', 'failed'].entries()) {
        const claimant = { builder: builderName('mallory'), builderClass: 9, leaseMs: 60_000, max: 1 };
        const [next] = await queue.claim(claimant);
        const begun = call('begin', { builder: 'mallory', instance: 'i-mallory', lease: next });
        await expect(begun, `${index}`).rejects.toMatchObject({ problem: { code: 'SYS004' } });
        expect(await farm.job('unlucky')).toMatchObject({ state });
      }
      expect(await farm.job('unlucky')).toMatchObject({
        reason: expect.stringContaining('cannot make the folder'),
      });
    } finally {
      rmSync(zone);
      renameSync(`${zone}.away`, zone);
    }
  });

  it("a result under another attempt's token, or none at all", async () => {
    const [one, two] = [await take('token-1'), await take('token-2')];
    const stolen = { ...reportOf(one, { kind: 'skipped', reason: '' }), token: two.order.token };
    await expect(call('report', stolen)).rejects.toMatchObject({ problem: { code: 'BLD041' } });
    await expect(call('report', { attempt: 'x' })).rejects.toMatchObject({ problem: { code: 'BLD043' } });
    expect(await farm.job('token-1')).toMatchObject({ state: 'running' });
    const failed = { kind: 'skipped', reason: 'enough of it' };
    expect(await call('report', reportOf(one, failed))).toEqual({ verdict: 'accepted' });
    expect(await call('report', reportOf(one, failed))).toEqual({ verdict: 'stale' });
    expect(await call('report', reportOf(two, failed))).toEqual({ verdict: 'accepted' });
    const late = await upload(one.order, sha256('late'), 'late');
    expect(late.status).toBeGreaterThanOrEqual(400);
  });

  it('a package whose bytes say another name', async () => {
    farm.quick('good');
    await farm.do('schedule', 'good/honest');
    await farm.hasPublished('good');
    const bytes = readFileSync(join(farm.farm, 'public/demo/x86_64/good-1.0-1-any.pkg.tar.zst'));
    const taken = await take('victim');
    const claim = success(artifact('victim', sha256(bytes), bytes.length));
    await call('report', reportOf(taken, claim));
    expect((await farm.watch.moved('victim', 'failed')).reason).toMatch(/^BLD032 /);
    expect(farm.published()).toEqual(['good-1.0-1']);
  });

  it('objects whose bytes have another hash, are too large or were never handed in', async () => {
    const taken = await take('objects');
    const digest = sha256('announced');
    const wrong = await upload(taken.order, digest, 'something');
    expect(wrong.status).toBe(422);
    expect((await upload(taken.order, digest, 'x'.repeat(70_000))).status).toBe(413);
    const landed = [{ path: `out/${digest}`, object: digest, sizeBytes: 9 }];
    const claim = success(artifact('objects', digest, 9));
    await call('report', reportOf(taken, claim, { landed }));
    expect((await farm.watch.moved('objects', 'failed')).reason).toMatch(/^BLD042 /);
    const another = await take('objects-2');
    await call('report', reportOf(another, success(artifact('objects-2', digest, 9))));
    expect((await farm.watch.moved('objects-2', 'failed')).reason).toMatch(/^(?:STO001|BLD032) /);
    expect(farm.published()).toEqual(['good-1.0-1']);
  });

  it('a package above the limit fails its job, which says why', async () => {
    farm.quick('large', {
      lines: 'package() { mkdir -p "$pkgdir/usr"; head -c 200000 /dev/urandom > "$pkgdir/usr/noise"; }',
    });
    await farm.do('schedule', 'large/honest');
    const { reason } = await farm.watch.moved('large', 'failed');
    expect(reason).toMatch(/^BLD041 /);
    expect(await farm.log('large')).toMatch(/413|65536/);
  });

  it("a queue that is another farm's", async () => {
    const other = await ServiceFixture.make();
    try {
      const remote = await overRedis(redis);
      other.settings(remote.settings);
      const manager = await other.manager({}, remote.manager);
      await manager.says(/QUE006/);
      expect((await other.json<{ ready: boolean }>('/readyz')).ready).toBe(false);
    } finally {
      await other.dispose();
    }
  });
});
