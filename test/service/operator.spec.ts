import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../../src/api/index.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { type Sshd, startSshd } from '../ssh/sshd.ts';
import { type Environment, gitRepository, ServiceFixture } from './service-fixture.ts';
import { StartedProgram } from './started-program.ts';

/** What an operator of the older infrastructure has: an environment, and nothing of packmill. */
describe("an operator's unchanged environment", () => {
  let redis: RedisServer;
  let sshd: Sshd;
  let farm: ServiceFixture;
  let gpgHome = '';
  let repositories = '';
  let environment: Environment = {};
  const commits: Record<string, string> = {};

  beforeAll(async () => {
    redis = await startRedis();
    sshd = await startSshd({ sftpOnly: true });
    farm = await ServiceFixture.empty();
    repositories = join(farm.folder, 'srv', 'repo');
    mkdirSync(repositories, { recursive: true });
    // short, because the agent's socket lies in it
    gpgHome = mkdtempSync('/tmp/pm-gpg-');
    const key = ['--batch', '--passphrase', '', '--quick-generate-key', 'Operator <operator@localhost>'];
    execFileSync('gpg', ['--homedir', gpgHome, ...key, 'ed25519', 'sign', 'never'], { stdio: 'ignore' });
    for (const source of ['pkgbuilds', 'others']) {
      const folder = join(farm.folder, source);
      const git = gitRepository(folder);
      farm.quick('shared', { within: folder, version: source === 'others' ? '2.0' : '1.0' });
      farm.quick('foo', { within: folder });
      farm.quick('bar', { within: folder, depends: ['foo'] });
      commits[source] = git.commit();
    }
    environment = {
      PACKAGE_REPOS: JSON.stringify({
        pkgbuilds: { url: join(farm.folder, 'pkgbuilds') },
        others: { url: join(farm.folder, 'others') },
      }),
      PACKAGE_TARGET_REPOS: JSON.stringify({
        'chaotic-aur': { extra_repos: [], extra_keyrings: [] },
        garuda: { extra_repos: [], extra_keyrings: [] },
      }),
      REPO_PATH: repositories,
      GPG_PATH: gpgHome,
      DATABASE_HOST: sshd.host,
      DATABASE_PORT: String(sshd.port),
      DATABASE_USER: sshd.user,
      LANDING_ZONE_PATH: join(farm.folder, 'srv', 'landing'),
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
    };
    await farm.manager(environment, ['database', '--web-port', '0']);
    await farm.builder('builder', {
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      DATABASE_SSH_KEY: sshd.keyFile,
    });
  });
  afterAll(async () => {
    await farm.dispose();
    await sshd.dispose();
    await redis.dispose();
    execFileSync('gpgconf', ['--homedir', gpgHome, '--kill', 'all']);
    rmSync(gpgHome, { recursive: true, force: true });
  });

  /** A client as CI has it: REDIS_* in its environment, no farm. */
  const schedule = (...args: string[]) =>
    new StartedProgram(['schedule', ...args], {
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      PACKMILL_FARM: join(farm.folder, 'nowhere'),
    }).ended;

  it('makes the farm, takes requests over the queue store and publishes into REPO_PATH (P01, P02)', async () => {
    const tree = join(farm.folder, 'deptree.txt');
    const ended = await schedule(
      ...['--arch', 'x86_64', '--target-repo', 'chaotic-aur', '--source-repo', 'pkgbuilds'],
      ...['--commit', `${commits.pkgbuilds}:77`, '--deptree', tree, 'foo/2', 'bar'],
    );
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    await farm.watch.moved('chaotic-aur/x86_64/bar', 'succeeded');
    expect(await farm.job('chaotic-aur/x86_64/foo')).toMatchObject({
      commit: commits.pkgbuilds,
      source: 'pkgbuilds',
      buildClass: 2,
    });
    const place = join(repositories, 'chaotic-aur');
    await farm.hasPublished('bar', 'chaotic-aur');
    expect(readFileSync(join(place, 'pkgs.txt'), 'utf8')).toBe('bar-1.0-1\nfoo-1.0-1\n');
    expect(Number(readFileSync(join(place, 'lastupdate'), 'utf8'))).toBeGreaterThan(1_600_000_000);
    const file = join(place, 'x86_64', 'foo-1.0-1-any.pkg.tar.zst');
    execFileSync('gpg', ['--homedir', gpgHome, '--verify', `${file}.sig`, file], { stdio: 'ignore' });
  });

  it('serves several sources and targets side by side (J07)', async () => {
    const request = (target: string, source: string) =>
      schedule('--target-repo', target, '--source-repo', source, 'shared');
    const both = await Promise.all([request('chaotic-aur', 'pkgbuilds'), request('garuda', 'others')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const [one, two] = ['chaotic-aur/x86_64/shared', 'garuda/x86_64/shared'];
    await Promise.all([farm.watch.moved(one ?? '', 'succeeded'), farm.watch.moved(two ?? '', 'succeeded')]);
    expect(await farm.json<JobView[]>('/api/builds?pkgbase=shared')).toHaveLength(2);
    expect(await farm.log('garuda/x86_64/shared')).toMatch(/building shared 2.0-1/);
    expect(await farm.log('chaotic-aur/x86_64/shared')).toMatch(/building shared 1.0-1/);
    await farm.hasPublished('shared', 'garuda');
    await farm.hasPublished('shared', 'chaotic-aur');
    expect(farm.published('garuda', repositories)).toEqual(['shared-2.0-1']);
    expect(farm.published('chaotic-aur', repositories)).toEqual(['bar-1.0-1', 'foo-1.0-1', 'shared-1.0-1']);
    expect(await farm.json('/api/queue/packages?repo=garuda')).toEqual([]);
  });

  it('is told over the queue store what to do about jobs and builders', async () => {
    const ask = async (...args: string[]): Promise<string> => {
      const ended = await new StartedProgram(args, {
        REDIS_HOST: redis.host,
        REDIS_PORT: String(redis.port),
      }).ended;
      expect(ended.code, ended.stderr).toBe(0);
      return ended.stdout;
    };
    const target = ['--target-repo', 'garuda', '--source-repo', 'others'];
    await ask('schedule', ...target, 'foo/nobody', 'shared/nobody');
    expect(await ask('queue', 'show')).toMatch(/waiting {2}garuda\/x86_64\/foo \(class nobody\)/);
    expect(await ask('cancel', 'garuda/x86_64/foo')).toBe('canceled garuda/x86_64/foo\n');
    expect(await ask('queue', 'clear', '--repo', 'garuda')).toBe('canceled garuda/x86_64/shared\n');
    expect(await ask('retry', 'garuda/x86_64/foo')).toBe('scheduled garuda/x86_64/foo\n');
    expect(await farm.job('garuda/x86_64/foo')).toMatchObject({ buildClass: 'nobody', source: 'others' });
    await ask('drain', 'builder');
    expect(await farm.builders()).toMatchObject([{ name: 'builder', state: 'draining' }]);
    await ask('drain', 'builder', '--undo');
    expect(await ask('auto-repo-remove', '--target-repo', 'garuda', 'shared')).toBe('nothing to remove\n');
    expect(await ask('auto-repo-remove', '--dry-run', 'foo', 'bar')).toBe('would remove shared\n');
    const emptying = new StartedProgram(['auto-repo-remove', '--target-repo', 'garuda', 'foo'], {
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
    });
    expect(await emptying.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('PUB032') });
  });

  it('refuses what it does not have, and reaches nobody where nobody is', async () => {
    const refused = await schedule('--target-repo', 'nosuch', '--source-repo', 'pkgbuilds', 'foo');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('SCH001') });
    expect(existsSync(join(farm.folder, 'nowhere'))).toBe(false);
  });
});
