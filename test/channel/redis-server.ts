// A real redis-server of a test's own: free port on the loopback, temporary folder, nothing kept on disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RedisServerOptions {
  readonly password?: string;
  /** More arguments for redis-server. */
  readonly args?: readonly string[];
}

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** KILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Freezes it: it keeps its connections and answers nothing. */
  pause(): void;
  resume(): void;
  /** Forgets everything. */
  flush(): Promise<void>;
  /** Kills it when it runs and starts it again, empty, on the same port. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

const host = '127.0.0.1';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP port was expected');
  return address.port;
}

/** What the server says to one command in inline form; undefined when nobody listens. */
export async function askRedis(port: number, ...commands: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.write(`${commands.join('\r\n')}\r\n`));
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

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-redis-'));
  const greeting = options.password === undefined ? [] : [`AUTH ${options.password}`];
  let child: ChildProcess | undefined;

  /** False when the server ends at once, as it does when somebody else took the port. */
  const start = async (port: number): Promise<boolean> => {
    const started = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'redis-server', '--port', String(port), '--bind', host],
        ...['--dir', folder, '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
        ...(options.password === undefined ? [] : ['--requirepass', options.password]),
        ...(options.args ?? []),
      ],
      { stdio: 'ignore' },
    );
    child = started;
    while (started.exitCode === null && started.signalCode === null) {
      if ((await askRedis(port, ...greeting, `PING ${started.pid}`))?.includes(String(started.pid)))
        return true;
      await sleep(20);
    }
    return false;
  };
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };

  let port = await freePort();
  for (let tries = 0; !(await start(port)); tries += 1) {
    if (tries === 10) throw new Error('redis-server does not start');
    port = await freePort();
  }
  return {
    host,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    kill,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    flush: async () => void (await askRedis(port, ...greeting, 'FLUSHALL')),
    restart: async () => {
      await kill();
      if (!(await start(port))) throw new Error('redis-server does not start again');
    },
    dispose: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
