import { describe, expect, it } from 'vitest';
import { isFault } from '../diagnostics/index.ts';
import { builderSettings, parseFarmConfig, withEnvironment } from './index.ts';

const read =
  (values: Record<string, string>) =>
  (name: string): string | undefined =>
    values[name] || undefined;
const config = parseFarmConfig('', 'packmill.yaml');
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
};

describe("an operator's environment of the manager", () => {
  const environment = {
    DATABASE_HOST: 'builds.example',
    DATABASE_PORT: '2222',
    DATABASE_USER: 'package-deployer',
    PACKMILL_FARM_NAME: 'infra-4',
    PACKMILL_URL: 'http://manager:8080',
    LANDING_ZONE_PATH: '/srv/landing',
    LANDING_ZONE_ADVERTISED_PATH: '/landing',
    REPO_PATH: '/srv/http',
    GPG_PATH: '/root/.gnupg',
    LOGS_URL: 'https://builds.example/logs.html',
    PACKAGE_REPOS: '{"chaotic-aur":{"url":"https://git.example/chaotic/pkgbuilds.git"}}',
    PACKAGE_TARGET_REPOS:
      '{"chaotic-aur":{"extra_repos":[{"name":"extra","servers":["https://m.example/$repo/os/$arch"]}],"extra_keyrings":["https://k.example/keyring.pkg.tar.zst"]}}',
    PACKAGE_REPOS_NOTIFIERS: '{"chaotic-aur":{"id":"54","token":"secret","check_name":"chaotic: %pkgbase%"}}',
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: '7000',
    REDIS_USERNAME: 'farm',
    REDIS_PASSWORD: 'hidden',
    REDIS_SSH_HOST: 'queue.example',
    TELEGRAM_BOT_TOKEN: '1:x',
    TELEGRAM_CHAT_ID: '-100',
    NO_HTTP_LOG: 'true',
  };
  it('says all that the farm has to know', () => {
    const found = withEnvironment(config, read(environment));
    expect(found.repository).toBe('chaotic-aur');
    expect(found.publish.root).toBe('/srv/http');
    expect(found.signing.home).toBe('/root/.gnupg');
    expect(found.service['request-log']).toBe(false);
    expect(found.service).toMatchObject({ name: 'infra-4', url: 'http://manager:8080' });
    expect(codeOf(() => withEnvironment(config, read({ PACKMILL_FARM_NAME: 'a b' })))).toBe('CFG006');
    expect(found.service.redis).toEqual({
      host: '127.0.0.1',
      port: 7000,
      username: 'farm',
      password: 'hidden',
      db: 0,
      ssh: { host: 'queue.example', port: 22, user: 'root', key: '/app/sshkey', 'local-port': 6380 },
    });
    expect(found.service['landing-zone']).toEqual({
      path: '/srv/landing',
      advertised: '/landing',
      host: 'builds.example',
      port: 2222,
      user: 'package-deployer',
    });
    expect(found['recipe-sources']).toEqual({
      'chaotic-aur': { kind: 'pkgbuild', url: 'https://git.example/chaotic/pkgbuilds.git' },
    });
    expect(found.targets['chaotic-aur']?.['extra-repos']).toEqual([
      { name: 'extra', servers: ['https://m.example/$repo/os/$arch'] },
    ]);
  });
  it('changes nothing when it is empty', () => {
    expect(withEnvironment(config, read({}))).toEqual(config);
  });
  it('wins over the file, variable by variable (C05)', () => {
    const file = parseFarmConfig('service: { redis: { host: queue, port: 6500 } }', 'x');
    expect(withEnvironment(file, read({ REDIS_PORT: '7000' })).service.redis).toMatchObject({
      host: 'queue',
      port: 7000,
    });
    expect(withEnvironment(file, read({})).service.redis?.port).toBe(6500);
    expect(withEnvironment(config, read({ REDIS_HOST: 'q' })).service.redis?.port).toBe(6379);
  });
  it.each(['PACKAGE_REPOS', 'PACKAGE_TARGET_REPOS'])('stops the start for malformed JSON in %s', (name) => {
    expect(codeOf(() => withEnvironment(config, read({ [name]: '{' })))).toBe('CFG006');
    expect(codeOf(() => withEnvironment(config, read({ [name]: '{"a":1}' })))).toBe('CFG006');
  });
  it('refuses what is no port', () => {
    expect(codeOf(() => withEnvironment(config, read({ REDIS_PORT: 'many' })))).toBe('CFG006');
  });
});

describe("an operator's environment of a builder", () => {
  it('has the defaults of the document', () => {
    expect(builderSettings(read({ SHARED_PATH: '/shared', REDIS_PASSWORD: 'hidden' }))).toMatchObject({
      hostname: 'chaotic-builder',
      builderClass: 2,
      slots: 1,
      skipCode: 123,
      timeoutMs: 3_600_000,
      redis: { host: 'localhost', port: 6379 },
      engine: undefined,
    });
  });
  it('is read with its units', () => {
    const found = builderSettings(
      read({
        SHARED_PATH: '/shared',
        BUILDER_HOSTNAME: 'cat',
        BUILDER_CLASS: 'named-only',
        BUILDER_TIMEOUT: '7200',
        BUILDER_LIMITS_CPUS: '4',
        BUILDER_LIMITS_RAM: '2048',
        CONTAINER_ENGINE: 'anything',
        DATABASE_HOST: 'builds.example',
        REDIS_HOST: 'q',
      }),
    );
    expect(found).toMatchObject({
      hostname: 'cat',
      builderClass: undefined,
      timeoutMs: 7_200_000,
      processors: 4,
      memoryBytes: 2 ** 31,
      engine: 'podman',
      upload: { host: 'builds.example' },
      redis: { host: 'q', port: 6379 },
    });
  });
  it('needs a folder, and numbers where numbers belong', () => {
    expect(codeOf(() => builderSettings(read({})))).toBe('CFG008');
    const here = { SHARED_PATH: '/s', REDIS_HOST: 'q' };
    expect(codeOf(() => builderSettings(read({ ...here, BUILDER_TIMEOUT: 'long' })))).toBe('CFG006');
  });
  it('needs one word about the queue store, whichever', () => {
    const startWith = (more: Record<string, string>) =>
      codeOf(() => builderSettings(read({ SHARED_PATH: '/s', ...more })));
    expect(startWith({})).toBe('CFG008');
    expect(startWith({ REDIS_USERNAME: 'farm' })).toBe('CFG008');
    for (const name of ['REDIS_HOST', 'REDIS_PASSWORD', 'REDIS_SSH_HOST'])
      expect(startWith({ [name]: 'x' })).toBeUndefined();
    expect(startWith({ REDIS_PORT: '7000' })).toBeUndefined();
  });
});
