import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { makeChrootFolder, type Sshd, startSshd } from '../ssh/sshd.ts';
import { ServiceFixture } from './service-fixture.ts';

interface Stated {
  readonly predicate: {
    readonly runDetails: { readonly builder: { readonly id: string } };
    readonly buildDefinition: {
      readonly resolvedDependencies: readonly {
        readonly name: string;
        readonly annotations: { readonly role: string };
      }[];
    };
  };
}

/** The account of specification 13.6: SFTP in a folder of its own, forwarding to the queue's port, nothing else. */
describe('a builder that reaches its manager over a restricted SSH account only', () => {
  let redis: RedisServer;
  let sshd: Sshd;
  let farm: ServiceFixture;
  /** Folder that is the account's root; undefined where the tests are no root. */
  const chroot = makeChrootFolder();
  let zone = '';

  beforeAll(async () => {
    redis = await startRedis({ password: 'secret-of-redis' });
    farm = await ServiceFixture.make();
    zone = join(chroot ?? mkdtempSync(join(farm.folder, 'zone-')), 'landing');
    mkdirSync(zone);
    sshd = await startSshd({
      allowForwardTo: redis.port,
      ...(chroot === undefined ? {} : { chroot }),
    });
    await farm.manager({
      LANDING_ZONE_PATH: zone,
      ...(chroot === undefined ? {} : { LANDING_ZONE_ADVERTISED_PATH: '/landing' }),
      DATABASE_HOST: sshd.host,
      DATABASE_PORT: String(sshd.port),
      DATABASE_USER: sshd.user,
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      REDIS_PASSWORD: 'secret-of-redis',
    });
  });
  afterAll(async () => {
    await farm.dispose();
    await sshd.dispose();
    await redis.dispose();
    if (chroot !== undefined) rmSync(chroot, { recursive: true, force: true });
  });

  const throughTunnel = async () => ({
    REDIS_PORT: String(redis.port),
    REDIS_PASSWORD: 'secret-of-redis',
    REDIS_SSH_HOST: sshd.host,
    REDIS_SSH_PORT: String(sshd.port),
    REDIS_SSH_USER: sshd.user,
    REDIS_SSH_KEY: sshd.keyFile,
    REDIS_SSH_HOST_KEY: sshd.hostKeyLine,
    // operators have one builder per host; tests run side by side
    REDIS_SSH_LOCAL_PORT: String(await freePort()),
  });

  it('builds, hands in by SFTP, and leaves the landing zone empty', async () => {
    farm.quick('base', { names: ['base', 'base-doc'] });
    farm.quick('top', { depends: ['base'] });
    await farm.do('schedule', 'base', 'top');
    const builder = await farm.builder('far', {
      ...(await throughTunnel()),
      DATABASE_SSH_KEY: sshd.keyFile,
      DATABASE_SSH_HOST_KEY: sshd.hostKeyLine,
    });
    expect(builder.said).toMatch(/results go sftp/);
    expect(await farm.watch.moved('base', 'succeeded')).toMatchObject({ builder: 'far' });
    await farm.watch.moved('top', 'succeeded');
    expect(await farm.log('top')).toMatch(/base 1.0-1/);
    expect(await builder.stop()).toMatchObject({ code: 0 });
    await farm.hasPublished('top');
    expect(farm.published()).toEqual(['base-1.0-1', 'base-doc-1.0-1', 'top-1.0-1']);
    expect(readdirSync(zone)).toEqual([]);
    // the record of the build came along
    const { statement } = await farm.json<{ statement: Stated }>('/api/packages/top/provenance');
    const { runDetails, buildDefinition } = statement.predicate;
    expect(runDetails.builder.id).toMatch(/#far$/);
    const parts = buildDefinition.resolvedDependencies.map(
      ({ name, annotations }) => `${annotations.role} ${name}`,
    );
    expect(parts).toContain('dependency base-1.0-1-any.pkg.tar.zst');
    expect(parts).toContain('recipe top.tar');
  });

  it('is told when the key of its server is another one', async () => {
    const builder = farm.startBuilder('fooled', {
      ...(await throughTunnel()),
      REDIS_SSH_HOST_KEY: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKmLkYVvLEd4T0oMMNqQZkbbbWl2g1yXhUlEhVxPrDzY',
    });
    expect(await builder.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('SSH002') });
  });
});
