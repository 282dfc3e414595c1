import { z } from 'zod';
import { fault } from '../diagnostics/index.ts';
import type { FarmConfig } from './farm-config.ts';

/** Reads one variable of the environment; an empty one counts as unset. */
export type ReadVariable = (name: string) => string | undefined;

const packageRepos = z.record(z.string(), z.object({ url: z.string() }));
const packageTargets = z.record(
  z.string(),
  z.object({
    extra_repos: z.array(z.object({ name: z.string(), servers: z.array(z.string()) })).default([]),
    extra_keyrings: z.array(z.string()).default([]),
  }),
);
/**
 * The settings of a farm with what the environment says of them (specification 13.3): Chaotic Manager's variables
 * keep their names and meanings, and a variable wins over the file; the notifier reads its own. Malformed JSON in
 * `PACKAGE_REPOS` or `PACKAGE_TARGET_REPOS` is CFG006.
 */
export function withEnvironment(config: FarmConfig, read: ReadVariable): FarmConfig {
  const sources = json(read, 'PACKAGE_REPOS', packageRepos);
  const targets = json(read, 'PACKAGE_TARGET_REPOS', packageTargets);
  const names = Object.keys(targets ?? {});
  return {
    ...config,
    // the first target of an operator's environment stands in for one that nobody named
    repository: config.repository === 'local' && names[0] !== undefined ? names[0] : config.repository,
    service: serviceOf(config.service, read),
    'recipe-sources': sources ? sourcesOf(sources, config) : config['recipe-sources'],
    targets: targets ? targetsOf(targets) : config.targets,
    publish: { ...config.publish, ...given('root', read('REPO_PATH')) },
    signing: { ...config.signing, ...given('home', read('GPG_PATH')) },
  };
}

/** Addresses from the environment; what a source is and how it is kept up to date stands in the file alone. */
function sourcesOf(sources: z.output<typeof packageRepos>, config: FarmConfig): FarmConfig['recipe-sources'] {
  return Object.fromEntries(
    Object.entries(sources).map(([id, source]) => {
      const { url: _, branch: __, ...own } = config['recipe-sources'][id] ?? { url: '' };
      return [id, { kind: 'pkgbuild', ...own, ...source }];
    }),
  );
}

type Service = FarmConfig['service'];

function serviceOf(service: Service, read: ReadVariable): Service {
  const trust = read('TRUST_PROXY');
  return {
    ...service,
    ...given('name', nameOf(read)),
    ...given('url', read('PACKMILL_URL')),
    ...given('redis', redisOf(service.redis, read)),
    ...given('landing-zone', landingZoneOf(service['landing-zone'], read)),
    ...given('trust-proxy', trust === 'true' ? true : trust === 'false' ? false : trust),
    ...(read('NO_HTTP_LOG') === undefined ? {} : { 'request-log': false }),
  };
}

/** Where the queue store is when nobody says where (specification 13.3). */
export const usualRedis: NonNullable<Service['redis']> = { host: 'localhost', port: 6379, db: 0 };
/** Manager and builders meet under the same name. */
function nameOf(read: ReadVariable): string | undefined {
  const name = read('PACKMILL_FARM_NAME');
  if (name === undefined || /^[A-Za-z0-9._-]+$/.test(name)) return name;
  throw fault('CFG006', { what: `'PACKMILL_FARM_NAME' is '${name}', not letters, digits and . _ -` });
}

/** Redis as file and environment describe it; undefined when neither does. */
export function redisOf(configured: Service['redis'], read: ReadVariable): Service['redis'] {
  const host = read('REDIS_HOST');
  const ssh = read('REDIS_SSH_HOST');
  const names = ['REDIS_HOST', 'REDIS_PORT', 'REDIS_PASSWORD', 'REDIS_SSH_HOST'];
  if (configured === undefined && names.every((name) => read(name) === undefined)) return undefined;
  const before = configured ?? usualRedis;
  const tunnel = ssh
    ? {
        key: before.ssh?.key ?? '/app/sshkey',
        'local-port': before.ssh?.['local-port'] ?? 6380,
        ...given('host-key', read('REDIS_SSH_HOST_KEY') ?? before.ssh?.['host-key']),
        ...given('key', read('REDIS_SSH_KEY')),
        ...given('local-port', portOf(read, 'REDIS_SSH_LOCAL_PORT')),
        host: ssh,
        port: portOf(read, 'REDIS_SSH_PORT') ?? 22,
        user: read('REDIS_SSH_USER') ?? 'root',
      }
    : before.ssh;
  return {
    ...before,
    ...given('host', host),
    ...given('port', portOf(read, 'REDIS_PORT')),
    ...given('username', read('REDIS_USERNAME')),
    ...given('password', read('REDIS_PASSWORD')),
    ...given('ssh', tunnel),
  };
}

function landingZoneOf(configured: Service['landing-zone'], read: ReadVariable): Service['landing-zone'] {
  const path = read('LANDING_ZONE_PATH') ?? configured?.path;
  if (path === undefined) return undefined;
  return {
    host: 'localhost',
    port: 22,
    user: 'root',
    ...configured,
    path,
    ...given('advertised', read('LANDING_ZONE_ADVERTISED_PATH')),
    ...given('host', read('DATABASE_HOST')),
    ...given('port', portOf(read, 'DATABASE_PORT')),
    ...given('user', read('DATABASE_USER')),
  };
}

function targetsOf(targets: z.output<typeof packageTargets>): FarmConfig['targets'] {
  return Object.fromEntries(
    Object.entries(targets).map(([name, one]) => [
      name,
      {
        kind: 'pacman',
        'extra-repos': one.extra_repos,
        'extra-keyrings': one.extra_keyrings,
        release: 'next',
        prune: false,
        signatures: 'auto',
        keys: [],
        features: '',
      },
    ]),
  );
}

function json<Shape extends z.ZodType>(
  read: ReadVariable,
  name: string,
  shape: Shape,
): z.output<Shape> | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? cause.issues[0]?.message : String(cause);
    throw fault('CFG006', { what: `'${name}' is not the JSON it has to be: ${why}`, cause });
  }
}

/** A port from the environment; CFG006 when it is none. */
function portOf(read: ReadVariable, name: string): number | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw fault('CFG006', { what: `'${name}' is '${text}', not a port` });
}

function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Record<Name, Value> | Record<string, never> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
