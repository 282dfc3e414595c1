import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { ServiceFixture } from './service-fixture.ts';
import { type Ended, StartedProgram } from './started-program.ts';

/** Asks for a manager where there is none, by all ways that there are. */
async function askNobody(folder: string, redis: RedisServer): Promise<readonly Ended[]> {
  const dead = String(await freePort());
  const { host, port } = redis;
  return await Promise.all([
    new StartedProgram(['--farm', join(folder, 'nowhere'), 'schedule', 'foo']).ended,
    new StartedProgram(['schedule', '--manager', `http://127.0.0.1:${dead}`, 'foo']).ended,
    new StartedProgram(['schedule', 'foo'], { REDIS_HOST: '127.0.0.1', REDIS_PORT: dead }).ended,
    new StartedProgram(['schedule', 'foo'], { REDIS_HOST: host, REDIS_PORT: String(port) }).ended,
  ]);
}

/** Specification 13.2: a command ends with zero only when all it asked for was accepted. */
describe('commands say by their exit code what became of them', () => {
  let farm: ServiceFixture;
  let manager: StartedProgram;
  let redis: RedisServer;
  /** Commands that wait a while for somebody who never answers: they do so from the beginning. */
  let nowhere: Promise<readonly Ended[]>;
  beforeAll(async () => {
    farm = await ServiceFixture.make();
    redis = await startRedis();
    nowhere = askNobody(farm.folder, redis);
    manager = await farm.up(1);
    farm.quick('foo');
    farm.quick('elsewhere', { arch: 'aarch64' });
  });
  afterAll(async () => {
    await farm.dispose();
    await redis.dispose();
  });

  it('nothing to schedule', async () => {
    expect((await farm.run(['schedule'])).code).not.toBe(0);
    expect((await farm.run(['auto-repo-remove'])).code).not.toBe(0);
  });

  it('a refused package, among accepted ones', async () => {
    const ended = await farm.run(['schedule', 'foo/nobody', 'Bad!', 'nosuch', 'elsewhere']);
    expect(ended).toMatchObject({ code: 1, stdout: 'scheduled demo/x86_64/foo\n' });
    expect(ended.stderr).toMatch(/refused Bad!: SCH002 /);
    expect(ended.stderr).toMatch(/refused nosuch: SCH002 'main' has no recipe 'nosuch'/);
    expect(ended.stderr).toMatch(/\n {2}next: 'main' has 'elsewhere', 'foo'\. Look at the name.*\n/);
    expect(ended.stderr).toMatch(/refused elsewhere: SCH003 .*\n {2}next: Schedule it for one of those/);
    await farm.do('queue', 'clear');
  });

  it('a source or target that the farm does not have', async () => {
    for (const option of ['--target-repo', '--source-repo']) {
      const ended = await farm.run(['schedule', option, 'nosuch', 'foo']);
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('SCH001') });
      const [, kind, name] = option === '--target-repo' ? ['', 'targets', 'demo'] : ['', 'sources', 'main'];
      expect(ended.stderr).toContain(`next: Its ${kind} are '${name}'. Correct the name`);
    }
  });

  it("an architecture that the farm's repository is not built for", async () => {
    const ended = await farm.run(['schedule', '--arch', 'aarch64', 'foo']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain("refused foo: SCH008 'demo' is built for 'x86_64', not for 'aarch64'");
  });

  it('nothing, when a client from elsewhere leaves out the only target and source', async () => {
    const { token } = JSON.parse(readFileSync(join(farm.farm, 'state', 'manager.json'), 'utf8'));
    const nowhere = join(farm.folder, 'nowhere');
    const ended = await new StartedProgram(
      ['--farm', nowhere, 'schedule', '--manager', farm.url, 'foo/nobody'],
      { PACKMILL_TOKEN: token },
    ).ended;
    expect(ended).toMatchObject({ code: 0, stdout: 'scheduled demo/x86_64/foo\n' });
    await farm.do('queue', 'clear');
  });

  it('a job that fails, for those who wait for it', async () => {
    farm.quick('broken', { lines: 'build() { false; }' });
    const ended = await farm.run(['schedule', '--wait', 'broken']);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toMatch(/BLD001 .*\n {2}next: Read the log.*\n {2}log: packmill logs broken\n/);
    const read = JSON.parse((await farm.run(['--json', 'schedule', '--wait', 'broken'])).stdout);
    expect(read.jobs).toMatchObject([
      {
        id: 'demo/x86_64/broken',
        state: 'failed',
        problem: { code: 'BLD001', what: expect.any(String), next: expect.stringContaining('Read the log') },
        logs: 'packmill logs broken',
      },
    ]);
    await manager.says(/^failed broken of demo\/x86_64: BLD001 .* \(packmill logs broken\)$/m);
    expect(await farm.run(['schedule', '--wait', 'foo'])).toMatchObject({ code: 0 });
  });

  it('a manager that lets others in only', async () => {
    const ended = await new StartedProgram(['schedule', '--manager', farm.url, 'foo'], {
      PACKMILL_TOKEN: 'wrong',
    }).ended;
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('SCH006') });
  });

  it('a manager that is nowhere', async () => {
    for (const one of await nowhere)
      expect(one).toMatchObject({ code: 3, stderr: expect.stringContaining('SCH005') });
  });

  it('an environment that cannot be', async () => {
    const shared = { SHARED_PATH: join(farm.folder, 'shared') };
    const fails = async (args: string[], environment: Record<string, string>) => {
      const ended = await farm.run(args, environment);
      expect(ended.code, ended.stderr).toBe(2);
      return ended.stderr;
    };
    expect(await fails(['builder'], {})).toContain('CFG008');
    expect(await fails(['builder'], shared)).toMatch(/CFG008[\s\S]*REDIS_HOST/);
    const queue = { REDIS_HOST: 'localhost' };
    expect(await fails(['builder'], { ...shared, ...queue, BUILDER_TIMEOUT: 'soon' })).toContain('CFG006');
    expect(await fails(['manager'], { PACKAGE_REPOS: '{"a":' })).toContain('CFG006');
    expect(await fails(['manager'], { REDIS_HOST: 'localhost', REDIS_PORT: 'x' })).toContain('CFG006');
  });

  it('a manager without a place for results tells it', async () => {
    const redis = await startRedis();
    const other = await ServiceFixture.make(
      `service: { redis: { host: ${redis.host}, port: ${redis.port} } }`,
    );
    try {
      const withoutPlace = await other.manager();
      await withoutPlace.says(/builders: BLD040 /);
      await vi.waitFor(
        async () =>
          expect(await other.do('status')).toMatch(
            /trouble: builders: BLD040 .*\n {2}next: Set 'service\.url'/,
          ),
        { timeout: 20_000, interval: 500 },
      );
      expect(readFileSync(join(other.farm, 'state', 'manager.json'), 'utf8')).toContain(other.url);
    } finally {
      await other.dispose();
      await redis.dispose();
    }
  });
});
