import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { recipeFiles } from '../service/recipe-files.ts';
import { ServiceFixture } from '../service/service-fixture.ts';
import { type Sshd, startSshd } from '../ssh/sshd.ts';

/** The way of the user document: a key for the SSH host of `.ci/config`, behind which the queue store is. */
describe('a pipeline with DEPLOY_KEY', () => {
  const password = 'secret-of-redis';
  let farm: ServiceFixture;
  let redis: RedisServer;
  let sshd: Sshd;
  let desk: string;
  let bare: string;
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-C', cwd, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      encoding: 'utf8',
    }).trim();

  beforeAll(async () => {
    redis = await startRedis({ password });
    sshd = await startSshd({ allowForwardTo: redis.port });
    farm = await ServiceFixture.make();
    bare = join(farm.folder, 'remote.git');
    desk = join(farm.folder, 'desk');
    git(farm.folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare);
    git(farm.folder, 'clone', '--quiet', bare, desk);
    mkdirSync(join(desk, 'foo'));
    mkdirSync(join(desk, '.ci'));
    for (const [path, text] of Object.entries(recipeFiles('foo', {}, ''))) {
      writeFileSync(join(desk, 'foo', path), text);
    }
    const lines = [
      ...['BUILD_REPO=demo', 'REPO_NAME=recipes', `REDIS_PORT=${redis.port}`],
      ...[`REDIS_SSH_HOST=${sshd.host}`, `REDIS_SSH_PORT=${sshd.port}`, `REDIS_SSH_USER=${sshd.user}`],
      `REDIS_SSH_HOST_KEY=${sshd.hostKeyLine}`,
    ];
    writeFileSync(join(desk, '.ci', 'config'), `${lines.join('\n')}\n`);
    git(desk, 'add', '--all');
    git(desk, 'commit', '--quiet', '--message', 'feat: init');
    git(desk, 'push', '--quiet', 'origin', 'HEAD:main');
    farm.settings('', `recipes: { url: ${bare} }`);
    await farm.manager({
      ...{ REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), REDIS_PASSWORD: password },
    });
  });
  afterAll(async () => {
    await farm.dispose();
    await sshd.dispose();
    await redis.dispose();
  });

  const started = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
    const temporary = mkdtempSync(join(farm.folder, 'tmp-'));
    const elsewhere = ['--repository', desk, '--farm', join(farm.folder, 'no-farm')];
    const program = farm.start(['ci', ...args, ...elsewhere], {
      DEPLOY_KEY: readFileSync(sshd.keyFile, 'utf8').trim(),
      REDIS_PASSWORD: password,
      TMPDIR: temporary,
      ...environment,
    });
    return { program, temporary };
  };

  it('delivers through the tunnel, shows no secret and leaves no key behind', async () => {
    const { program, temporary } = started(['on-commit']);
    const done = await program.ended;
    expect(done).toMatchObject({ code: 0, stdout: 'scheduled foo\n' });
    expect(await farm.job('foo')).toMatchObject({ state: 'ready' });
    expect(git(bare, 'rev-parse', 'refs/tags/scheduled')).toBe(git(desk, 'rev-parse', 'HEAD'));
    expect(done.stdout + done.stderr).not.toContain(password);
    expect(done.stdout + done.stderr).not.toMatch(/PRIVATE KEY/);
    expect(readdirSync(temporary)).toEqual([]);
    expect(git(desk, 'status', '--porcelain')).toBe('');
  });

  it('leaves no key behind when it is stopped while it waits for the host', async () => {
    const silent = createServer();
    const asked = once(silent, 'connection');
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as AddressInfo;
      const config = readFileSync(join(desk, '.ci', 'config'), 'utf8');
      writeFileSync(join(desk, '.ci', 'config'), `${config}REDIS_SSH_PORT=${port}\n`);
      git(desk, 'commit', '--quiet', '--all', '--message', 'ci(config): a host that says nothing');
      const { program, temporary } = started(['schedule', 'foo']);
      await asked;
      expect(readdirSync(temporary)).toHaveLength(1);
      const ended = await program.stop('SIGTERM');
      expect(ended.code).not.toBe(0);
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      silent.close();
    }
  });
});
