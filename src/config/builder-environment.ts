import { fault } from '../diagnostics/index.ts';
import { type ReadVariable, redisOf } from './service-environment.ts';

/** What a builder process is told by its environment (specification 13.4). */
export interface BuilderSettings {
  readonly hostname: string;
  /** Undefined: takes only jobs addressed to it by name. */
  readonly builderClass: number | undefined;
  readonly labels: readonly string[];
  /** Architectures it builds for, as written; undefined: those of its machine. */
  readonly arches: string | undefined;
  readonly slots: number;
  /** Folder of the builder's own: sources, packages, caches, temporary files. */
  readonly sharedPath: string;
  readonly sourceCache: string | undefined;
  /** Of one build, before its own factor. */
  readonly timeoutMs: number;
  readonly processors: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly skipCode: number;
  /** Overrides of the address that the manager tells. */
  readonly upload: { readonly host?: string; readonly port?: number; readonly user?: string };
  readonly redis: NonNullable<ReturnType<typeof redisOf>>;
  /** `host`, or the path of a root file system; with an engine the image. */
  readonly sandboxRoot: string | undefined;
  /** A folder with a Gentoo system: builds of ebins that are asked for run there. */
  readonly gentooRoot: string | undefined;
  readonly engine: 'docker' | 'podman' | undefined;
  readonly engineSocket: string | undefined;
  readonly image: string | undefined;
  /** Private key for uploads by SFTP. */
  readonly sshKey: string;
  /** The upload server's key, as in known_hosts. */
  readonly sshHostKey: string | undefined;
  readonly farmName: string;
}

/** Reads a builder's settings; CFG006 names the variable that is wrong, CFG008 the one that is missing. */
export function builderSettings(read: ReadVariable): BuilderSettings {
  const sharedPath = read('SHARED_PATH');
  if (sharedPath === undefined) throw fault('CFG008', { what: "'SHARED_PATH' is not set" });
  const redis = redisOf(undefined, read);
  if (redis === undefined)
    throw fault('CFG008', {
      what: "'REDIS_HOST' is not set, nor is REDIS_PORT, REDIS_PASSWORD or REDIS_SSH_HOST",
      why: 'A builder gets its jobs from the queue store of its farm, a Redis or Valkey server, and nobody said where that is.',
      next: "Set REDIS_HOST to the name or address of that server ('localhost' for this machine), or REDIS_SSH_HOST to the host to tunnel through; docs/service.md lists all variables.",
    });
  const builderClass = read('BUILDER_CLASS') ?? '2';
  const ram = number(read, 'BUILDER_LIMITS_RAM');
  const engine = read('CONTAINER_ENGINE');
  const timeout = number(read, 'BUILDER_TIMEOUT');
  return {
    hostname: read('BUILDER_HOSTNAME') ?? 'chaotic-builder',
    builderClass: /^[0-9]{1,9}$/.test(builderClass) ? Number(builderClass) : undefined,
    labels: (read('BUILDER_LABELS') ?? '').split(/[\s,]+/).filter((label) => label !== ''),
    arches: read('BUILDER_ARCHES'),
    slots: number(read, 'BUILDER_SLOTS') ?? 1,
    sharedPath,
    sourceCache: read('BUILDER_SRCDEST_CACHE_OVERRIDE'),
    timeoutMs: (timeout ?? 3600) * 1000,
    processors: number(read, 'BUILDER_LIMITS_CPUS'),
    // whole bytes: the manager takes nothing else
    memoryBytes: ram === undefined ? undefined : Math.floor(ram * 2 ** 20),
    skipCode: number(read, 'CI_CODE_SKIP') ?? 123,
    upload: uploadOf(read),
    redis,
    sandboxRoot: read('BUILDER_ROOT'),
    gentooRoot: read('BUILDER_GENTOO_ROOT'),
    engine: engine === undefined ? undefined : engine === 'docker' ? 'docker' : 'podman',
    engineSocket: read('DOCKER_SOCKET'),
    image: read('BUILDER_IMAGE'),
    sshKey: read('DATABASE_SSH_KEY') ?? '/app/sshkey',
    sshHostKey: read('DATABASE_SSH_HOST_KEY'),
    farmName: read('PACKMILL_FARM_NAME') ?? 'farm',
  };
}

function uploadOf(read: ReadVariable): BuilderSettings['upload'] {
  const host = read('DATABASE_HOST');
  const port = number(read, 'DATABASE_PORT');
  const user = read('DATABASE_USER');
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
  };
}

function number(read: ReadVariable, name: string): number | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw fault('CFG006', { what: `'${name}' is '${text}', not a positive number` });
}
