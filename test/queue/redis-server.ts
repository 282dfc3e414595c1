// A redis-server of one's own for a test or a bench: in its own folder, on a free port, without a disk unless asked.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RedisOptions {
  /** Writes every change to disk (`appendonly`), so that `restart` keeps the data; default: nothing is kept. */
  readonly keep?: boolean;
  readonly password?: string;
  /** More settings: `['--maxmemory', '1mb']`. */
  readonly more?: readonly string[];
}

export interface RedisUnderTest {
  readonly host: string;
  readonly port: number;
  readonly socket: string;
  /** Of the process that runs now; changes with `restart`. */
  readonly pid: number;
  /** Ends it at once, as a lost machine would. */
  kill(): Promise<void>;
  /** Stops it where it is (SIGSTOP): connections stay open and nobody answers. */
  pause(): void;
  resume(): void;
  /** Removes all data. */
  flush(): Promise<void>;
  /** Kills it if it runs and starts it again on the same port; without `keep` it comes back empty. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  dispose(): Promise<void>;
}

/** Starts `redis-server`; resolves when it accepts connections. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-redis-'));
  const socket = join(folder, 'redis.sock');
  let port = 0;
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = await launch(folder, socket, port, options);
  };
  // Between asking for a free port and taking it another process may have been quicker.
  for (let attempt = 1; server === undefined; attempt += 1) {
    port = await freePort();
    await start().catch((error: unknown) => {
      if (attempt === 5) throw error;
    });
  }
  const kill = async (): Promise<void> => {
    const running = server;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };
  return {
    host: '127.0.0.1',
    port,
    socket,
    get pid() {
      return server?.pid ?? 0;
    },
    kill,
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    flush: async () => {
      const login = options.password === undefined ? [] : ['--no-auth-warning', '-a', options.password];
      const client = spawn('redis-cli', ['-s', socket, ...login, 'flushall'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code] = (await once(client, 'exit')) as [number];
      if (code !== 0) throw new Error(`redis-cli flushall ended with ${code}`);
    },
    restart: async () => {
      await kill();
      await start();
    },
    dispose: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function launch(
  folder: string,
  socket: string,
  port: number,
  { keep, password, more }: RedisOptions,
): Promise<ChildProcess> {
  if (existsSync(socket)) rmSync(socket);
  const durable = keep ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const secret = password === undefined ? [] : ['--requirepass', password];
  const where = ['--bind', '127.0.0.1', '--port', String(port), '--unixsocket', socket, '--dir', folder];
  const server = spawn('redis-server', [...where, '--save', '', ...durable, ...secret, ...(more ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
    server.stdout.on('data', (text: Buffer) => {
      said += text;
      if (said.includes('eady to accept connections')) resolve();
    });
  });
  server.removeAllListeners('exit');
  server.stdout.removeAllListeners('data');
  server.stdout.resume();
  return server;
}
