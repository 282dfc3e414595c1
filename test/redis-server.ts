// A redis-server of one's own for a test or a bench: in its own folder, on a free port, without a disk unless asked.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RedisOptions {
  /** Address to listen on; default: the loopback. */
  readonly host?: string;
  /** Writes every change to disk (`appendonly`), so that `restart` keeps the data; default: nothing is kept. */
  readonly keep?: boolean;
  readonly password?: string;
  /** More settings: `['--maxmemory', '1mb']`. */
  readonly more?: readonly string[];
}

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly socket: string;
  /** Of the process that runs now, 0 when none does; changes with `restart`. */
  readonly pid: number;
  /** Ends it at once, as a lost machine would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Stops it where it is (SIGSTOP): connections stay open and nobody answers. */
  pause(): void;
  resume(): void;
  /** Removes all data. */
  flush(): Promise<void>;
  /** Writes a dump, with which `restart('dump')` begins. */
  save(): Promise<void>;
  /** Kills it if it runs and starts it again on the same port: as its disk has it, without `keep` empty. */
  restart(from?: 'dump'): Promise<void>;
  /** Ends it and removes its folder. */
  dispose(): Promise<void>;
}

const loopback = '127.0.0.1';

/** A port that nobody listened on a moment ago. */
export async function freePort(host = loopback): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP port was expected');
  return address.port;
}

/** What a server says to commands in inline form; undefined when nobody listens. */
export async function askRedis(at: number | string, ...commands: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const ask = (): void => void socket.write(`${commands.join('\r\n')}\r\n`);
    const socket = typeof at === 'number' ? connect(at, loopback, ask) : connect(at, ask);
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (bytes) => {
      answer += bytes.toString();
      if (answer.split('\r\n').length > commands.length) socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer === '' ? undefined : answer));
  });
}

/** Starts `redis-server`, which ends with this process; resolves when it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { host = loopback, password } = options;
  const folder = mkdtempSync(join(tmpdir(), 'packmill-redis-'));
  const socket = join(folder, 'redis.sock');
  const greeting = password === undefined ? [] : [`AUTH ${password}`];
  let server: ChildProcess | undefined;
  const tell = async (command: string): Promise<void> => {
    const answer = await askRedis(socket, ...greeting, command);
    if (!answer?.endsWith('+OK\r\n')) throw new Error(`redis-server says to ${command}: ${answer}`);
  };
  /** False when the server ends at once, as it does when somebody else took the port. */
  const start = async (port: number): Promise<boolean> => {
    if (existsSync(socket)) rmSync(socket);
    const started = spawn('setpriv', argumentsOf(options, { folder, socket, port }), { stdio: 'ignore' });
    server = started;
    while (!isGone(started)) {
      const answer = await askRedis(socket, ...greeting, `PING ${started.pid}`);
      if (answer?.includes(String(started.pid))) return true;
      await sleep(20);
    }
    return false;
  };
  const kill = async (): Promise<void> => {
    if (!server || isGone(server)) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  let port = await freePort(host);
  for (let tries = 1; !(await start(port)); tries += 1) {
    if (tries === 10) throw new Error('redis-server does not start');
    port = await freePort(host);
  }
  return {
    host,
    port,
    socket,
    get pid() {
      return server && !isGone(server) ? (server.pid ?? 0) : 0;
    },
    kill,
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    flush: () => tell('FLUSHALL'),
    save: () => tell('SAVE'),
    restart: async (from) => {
      await kill();
      if (from !== 'dump') rmSync(join(folder, 'dump.rdb'), { force: true });
      if (!(await start(port))) throw new Error('redis-server does not start again');
    },
    dispose: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isGone = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

function argumentsOf(
  { host = loopback, keep, password, more }: RedisOptions,
  at: { readonly folder: string; readonly socket: string; readonly port: number },
): string[] {
  return [
    ...['--pdeathsig', 'KILL', 'redis-server', '--port', String(at.port), '--bind', host],
    ...['--unixsocket', at.socket, '--dir', at.folder, '--save', '', '--daemonize', 'no'],
    ...(keep ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']),
    ...(password === undefined ? [] : ['--requirepass', password]),
    ...(more ?? []),
  ];
}
