// A real sshd of a test's own: free port on the loopback, keys of its own, one account that is the test's own user.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeTcpPort } from '../../src/host/index.ts';

export interface SshdOptions {
  /** The restricted account of operators: SFTP and nothing else, forwarding to this port of the host only. */
  readonly allowForwardTo?: number;
  /** Folder that is the account's root. Needs root, and a folder that only root may write to up to `/`. */
  readonly chroot?: string;
  /** Any account, but SFTP only. */
  readonly sftpOnly?: boolean;
  /** More lines for sshd_config. */
  readonly lines?: readonly string[];
  /** Words that sshd is started by, for a surrounding such as `unshare`. */
  readonly within?: readonly string[];
}

export interface Sshd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  /** As in known_hosts. */
  readonly hostKeyLine: string;
  readonly folder: string;
  /** What it has written about its work. */
  log(): string;
  /** Ends it with all its connections. */
  stop(): Promise<void>;
  /** Ends it and starts it on the same port, with another host key when asked. */
  restart(options?: { readonly newHostKey?: boolean }): Promise<void>;
  /** Ends the connections and keeps on listening. */
  dropConnections(): void;
  dispose(): Promise<void>;
}

const host = '127.0.0.1';
const isRoot = process.getuid?.() === 0;

/** A new folder that sshd accepts as the root of an account; undefined for ordinary users, who cannot have one. */
export function makeChrootFolder(): string | undefined {
  if (!isRoot) return undefined;
  const folder = mkdtempSync('/run/packmill-chroot-');
  chmodSync(folder, 0o755);
  return folder;
}

const makeKey = (path: string): void => {
  rmSync(path, { force: true });
  rmSync(`${path}.pub`, { force: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
};

function configText(folder: string, port: number, options: SshdOptions): string {
  const restricted = options.allowForwardTo !== undefined;
  return [
    `Port ${port}`,
    `ListenAddress ${host}`,
    `HostKey ${folder}/host_key`,
    `PidFile ${folder}/sshd.pid`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    // The temporary folder is below one that everybody may write to.
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
    'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp',
    ...(restricted || options.sftpOnly ? ['ForceCommand internal-sftp', 'PermitTTY no'] : []),
    ...(restricted ? ['AllowTcpForwarding local', `PermitOpen ${host}:${options.allowForwardTo}`] : []),
    ...(options.chroot === undefined ? [] : [`ChrootDirectory ${options.chroot}`]),
    ...(options.lines ?? []),
    '',
  ].join('\n');
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('data', (bytes) => {
      resolve(bytes.toString().startsWith('SSH-'));
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(false));
  });

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-sshd-'));
  if (isRoot) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  makeKey(join(folder, 'host_key'));
  makeKey(join(folder, 'client_key'));
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'client_key.pub')));
  let child: ChildProcess | undefined;
  let log = '';

  const start = async (port: number): Promise<boolean> => {
    writeFileSync(join(folder, 'sshd_config'), configText(folder, port, options));
    const sshd = ['/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config')];
    const words = ['--pdeathsig', 'KILL', ...(options.within ?? []), ...sshd];
    const started = spawn('setpriv', words, { stdio: ['ignore', 'ignore', 'pipe'] });
    started.stderr.on('data', (bytes) => {
      log += String(bytes);
    });
    child = started;
    while (started.exitCode === null && started.signalCode === null) {
      if (await listens(port)) return true;
      await sleep(20);
    }
    return false;
  };
  const dropConnections = (): void => {
    for (const pid of childrenOf(child?.pid ?? 0)) tryKill(pid);
  };
  const stop = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    dropConnections();
    child.kill('SIGKILL');
    await ended;
  };

  let port = await freeTcpPort();
  for (let tries = 0; !(await start(port)); tries += 1) {
    if (tries === 10) throw new Error(`sshd does not start: ${log}`);
    port = await freeTcpPort();
  }
  return {
    host,
    port,
    user: userInfo().username,
    keyFile: join(folder, 'client_key'),
    get hostKeyLine() {
      return `[${host}]:${port} ${readFileSync(join(folder, 'host_key.pub'), 'utf8').trim()}`;
    },
    folder,
    log: () => log,
    stop,
    restart: async ({ newHostKey = false } = {}) => {
      await stop();
      if (newHostKey) makeKey(join(folder, 'host_key'));
      if (!(await start(port))) throw new Error(`sshd does not start again: ${log}`);
    },
    dropConnections,
    dispose: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** All processes below one, as `ps` would draw them. */
function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.map(Number).flatMap((child) => [child, ...childrenOf(child)]);
  } catch {
    return [];
  }
}
