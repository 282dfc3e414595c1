import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

/** What the operator of a builder learns from its output alone. */
describe.concurrent('a builder whose queue store cannot be used', () => {
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
      await new Promise((resolve) => setTimeout(resolve, 5_000));
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

  it('leaves a folder to the builder that works in it, and takes it over once that was killed', async () => {
    const first = farm.startBuilder('first', { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) });
    await first.says(/^queue: QUE011 .*NOAUTH/m);
    const folder = join(farm.folder, 'builder-first');
    const second = (): StartedProgram =>
      farm.startBuilder('second', {
        SHARED_PATH: folder,
        REDIS_HOST: redis.host,
        REDIS_PORT: String(redis.port),
      });
    const refused = await second().ended;
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('BLD044') });
    expect(refused.stderr).toContain(`'${folder}'`);
    expect(refused.stderr).toContain(`process ${first.pid}`);
    await first.stop('SIGKILL');
    const next = second();
    await next.says(/^queue: QUE011 /m);
    await next.stop('SIGKILL');
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

describe.concurrent('a builder without a usable SSH key', () => {
  let redis: RedisServer;
  let farm: ServiceFixture;
  let queue: Record<string, string>;
  beforeAll(async () => {
    redis = await startRedis();
    farm = await ServiceFixture.make();
    queue = { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) };
    const zone = join(farm.folder, 'zone');
    mkdirSync(zone);
    await farm.manager({ ...queue, LANDING_ZONE_PATH: zone, DATABASE_HOST: '127.0.0.1' });
  });
  afterAll(async () => {
    await farm.dispose();
    await redis.dispose();
  });

  it('does not start when its environment asks for one', async () => {
    const none = join(farm.folder, 'none');
    const upload = farm.startBuilder('upload', {
      ...queue,
      DATABASE_HOST: 'farm.example',
      DATABASE_SSH_KEY: none,
    });
    expect(await upload.ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/SSH008[\s\S]*none'[\s\S]*DATABASE_SSH_KEY/),
    });
    const tunnel = farm.startBuilder('tunnel', { REDIS_SSH_HOST: 'farm.example', REDIS_SSH_KEY: none });
    expect(await tunnel.ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/SSH008[\s\S]*none'[\s\S]*REDIS_SSH_KEY/),
    });
  });

  it('takes no jobs while the manager asks for one, says why, and works once it is there', async () => {
    const key = join(farm.folder, 'key');
    farm.quick('patient');
    await farm.do('schedule', 'patient');
    const builder = await farm.builder('keyless', { ...queue, DATABASE_SSH_KEY: key });
    expect(builder.said).toMatch(/^results: SSH008 .*key' \(DATABASE_SSH_KEY\) does not exist - .*no jobs/m);
    expect(builder.said).toMatch(/results go nowhere/);
    const status = async (): Promise<string> => {
      for (let tries = 0; tries < 100; tries += 1) {
        const said = await farm.do('status');
        if (said.includes('takes no jobs')) return said;
      }
      throw new Error('the status never told of it');
    };
    expect(await status()).toMatch(/builder keyless: idle.*takes no jobs: SSH008 .*DATABASE_SSH_KEY/);
    expect(await farm.job('patient')).toMatchObject({ state: 'ready' });
    writeFileSync(key, 'a key that nobody knows\n', { mode: 0o600 });
    await builder.says(/^results: all well again/m);
    // taken now; that no server answers it there is another story
    await builder.says(/begins demo\/x86_64\/patient/);
    rmSync(key);
  });
});
