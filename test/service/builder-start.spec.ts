import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';

/** What the operator of a builder learns from its output alone. */
describe('a builder whose queue store cannot be used', () => {
  let redis: RedisServer;
  let farm: ServiceFixture;
  beforeAll(async () => {
    redis = await startRedis({ password: 'right' });
    farm = await ServiceFixture.make();
  });
  afterAll(async () => {
    await farm.dispose();
    await redis.dispose();
  });

  const lines = (said: string, start: string): readonly string[] =>
    said.split('\n').filter((line) => line.startsWith(start));

  it('says so once, with what to do, while nobody listens; and that all is well later', async () => {
    const server = await startRedis();
    await server.kill();
    try {
      const remote = await overRedis(server);
      const builder = farm.startBuilder('early', remote.environment);
      await builder.says(/sandbox: /);
      const startMs = performance.now();
      await builder.says(/^queue: QUE010 .*ECONNREFUSED.* - .*redis-cli/m);
      expect(performance.now() - startMs).toBeLessThan(6_000);
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      expect(lines(builder.said, 'queue: ')).toHaveLength(1);
      await server.restart();
      await builder.says(/^queue: all well again/m);
      farm.settings(remote.settings);
      await farm.manager({}, remote.manager);
      await builder.says(/the manager answered/);
      expect(lines(builder.said, 'manager: CHN')).toEqual([]);
      expect((await builder.stop()).code).toBe(0);
    } finally {
      await server.dispose();
    }
  });

  it('says that its password is wrong', async () => {
    const builder = farm.startBuilder('stranger', {
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      REDIS_PASSWORD: 'wrong',
    });
    await builder.says(/^queue: QUE011 .*WRONGPASS.* - .*password/m);
    expect((await builder.stop()).code).toBe(0);
  });

  it('is told to end while it waits, and does', async () => {
    const builder = farm.startBuilder('short', {
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(await freePort()),
    });
    await builder.says(/^queue: QUE010 /m);
    expect((await builder.stop()).code).toBe(0);
  });
});
