import { isFault, type Problem, problem } from '../../diagnostics/index.ts';
import { ownUser, pathExists } from '../../host/index.ts';
import { EngineClient } from './engine-client.ts';
import { fieldOf, textOf, textsOf } from './json-fields.ts';

/** A container engine that answers. */
export interface Engine {
  readonly kind: 'docker' | 'podman';
  readonly socketPath: string;
  /** Of the engine, as it says itself. */
  readonly version: string;
  /** Of the HTTP API that packmill speaks to it. */
  readonly apiVersion: string;
  /** Whether it runs as an ordinary user, with user numbers of its own. */
  readonly rootless: boolean;
}

export type EngineFinding = { readonly engine: Engine } | { readonly problem: Problem };

/** What the search depends on: `CONTAINER_ENGINE`, `DOCKER_SOCKET` and `XDG_RUNTIME_DIR` of an environment. */
export type EngineEnvironment = Readonly<Record<string, string | undefined>>;

/** The newest API whose fields packmill was written for. */
const knownApi = '1.43';

/**
 * Finds the engine a builder is meant to use, by asking. `DOCKER_SOCKET` decides alone; otherwise the usual sockets
 * of `CONTAINER_ENGINE` are tried, and those of both engines when that is not set. The finding is the engine, or
 * SBX033 (none answers) or SBX039 (an engine we do not know).
 */
export async function detectEngine(environment: EngineEnvironment): Promise<EngineFinding> {
  const wanted = environment['CONTAINER_ENGINE']?.trim() ?? '';
  if (!['', 'docker', 'podman'].includes(wanted)) {
    return { problem: problem('SBX039', { what: `'CONTAINER_ENGINE' is '${wanted}'` }) };
  }
  const sockets = candidates(environment, wanted);
  const silent: string[] = [];
  for (const socketPath of sockets.filter(pathExists)) {
    try {
      return { engine: await ask(socketPath) };
    } catch (error) {
      if (!isFault(error)) throw error;
      silent.push(`'${socketPath}': ${error.problem.why ?? error.problem.what}`);
    }
  }
  const looked = sockets.map((path) => `'${path}'`).join(', ');
  const why = silent.length === 0 ? `There is no socket at ${looked}.` : silent.join(' ');
  return { problem: problem('SBX033', { what: 'no container engine answers', why }) };
}

function candidates(environment: EngineEnvironment, wanted: string): readonly string[] {
  const named = environment['DOCKER_SOCKET']?.trim().replace(/^unix:\/\//, '') ?? '';
  if (named !== '') return [named];
  const runtime = environment['XDG_RUNTIME_DIR'] ?? `/run/user/${ownUser().uid}`;
  const docker = ['/var/run/docker.sock', `${runtime}/docker.sock`];
  const podman = ['/run/podman/podman.sock', `${runtime}/podman/podman.sock`];
  return wanted === 'docker' ? docker : wanted === 'podman' ? podman : [...docker, ...podman];
}

async function ask(socketPath: string): Promise<Engine> {
  const plain = new EngineClient(socketPath, '');
  const { value } = await plain.call({ method: 'GET', path: '/version' });
  const offered = textOf(value, 'ApiVersion') ?? knownApi;
  const oldest = textOf(value, 'MinAPIVersion') ?? '1.24';
  const apiVersion = isOlder(offered, knownApi) ? offered : isOlder(knownApi, oldest) ? oldest : knownApi;
  // only Podman has this one
  const ping = await plain.call({ method: 'GET', path: '/v4.0.0/libpod/_ping' });
  const info = await new EngineClient(socketPath, apiVersion).call({ method: 'GET', path: '/info' });
  return {
    kind: ping.status === 200 ? 'podman' : 'docker',
    socketPath,
    version: textOf(value, 'Version') ?? 'unknown',
    apiVersion,
    rootless:
      textsOf(info.value, 'SecurityOptions').includes('name=rootless') ||
      fieldOf(info.value, 'Rootless') === true,
  };
}

/** Versions of the API are two numbers. */
function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
