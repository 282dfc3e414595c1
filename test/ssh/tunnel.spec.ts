import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/diagnostics/index.ts';
import { freeTcpPort, systemClock } from '../../src/host/index.ts';
import { openTunnel, type SshServer, type Tunnel, type TunnelOptions } from '../../src/ssh/index.ts';
import { askRedis, type RedisServer, startRedis } from '../redis-server.ts';
import { makeChrootFolder, type Sshd, type SshdOptions, startSshd } from './sshd.ts';

let stateFolder: string;
let cleanUps: (() => unknown)[];
let problems: Problem[];
beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'packmill tunnel 100% '));
  cleanUps = [() => rmSync(stateFolder, { recursive: true })];
  problems = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const withRedis = async (): Promise<RedisServer> => {
  const redis = await startRedis();
  cleanUps.push(() => redis.dispose());
  return redis;
};
const withSshd = async (options: SshdOptions = {}): Promise<Sshd> => {
  const sshd = await startSshd(options);
  cleanUps.push(() => sshd.dispose());
  return sshd;
};
const pinned = (sshd: Sshd): SshServer => ({
  host: sshd.host,
  port: sshd.port,
  user: sshd.user,
  keyFile: sshd.keyFile,
  hostKey: sshd.hostKeyLine,
});
const open = async (
  server: SshServer,
  remotePort: number,
  more: Partial<TunnelOptions> = {},
): Promise<Tunnel> => {
  const tunnel = await openTunnel({
    ...{ server, remotePort, localPort: 0, stateFolder, clock: systemClock },
    onProblem: (problem) => problems.push(problem),
    ...more,
  });
  cleanUps.push(() => tunnel.close());
  return tunnel;
};
const ping = (port: number): Promise<string | undefined> => askRedis(port, 'PING');
/** Processes of ssh that forward this local port. */
const sshProcesses = (port: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('ssh\0') &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`127.0.0.1:${port}:`)
        );
      } catch {
        return false;
      }
    })
    .map(Number);

describe('a tunnel', () => {
  it('carries redis, and is gone once it is closed', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const tunnel = await open(pinned(sshd), redis.port);
    expect(await ping(tunnel.port)).toBe('+PONG\r\n');
    expect(tunnel.status()).toEqual({ state: 'open', starts: 1, problem: undefined });
    expect(problems).toEqual([]);
    await tunnel.close();
    expect(tunnel.status().state).toBe('closed');
    expect(await ping(tunnel.port)).toBeUndefined();
    expect(sshProcesses(tunnel.port)).toEqual([]);
  });
  it('is opened again when ssh is killed', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const tunnel = await open(pinned(sshd), redis.port);
    for (const pid of sshProcesses(tunnel.port)) process.kill(pid, 'SIGKILL');
    await expect.poll(() => tunnel.status(), { timeout: 50_000 }).toMatchObject({ state: 'open', starts: 2 });
    expect(await ping(tunnel.port)).toBe('+PONG\r\n');
    expect(problems).toMatchObject([{ code: 'SSH001' }]);
  });
  it('is opened again when sshd comes back', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const tunnel = await open(pinned(sshd), redis.port);
    await sshd.stop();
    await expect
      .poll(() => tunnel.status(), { timeout: 50_000 })
      .toMatchObject({ state: 'down', problem: { why: expect.stringContaining('refused') } });
    await sshd.restart();
    await expect.poll(() => tunnel.status(), { timeout: 50_000 }).toMatchObject({ state: 'open' });
    expect(await ping(tunnel.port)).toBe('+PONG\r\n');
  });
  it('is not opened twice for a port: the second one shares it, and takes over', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const localPort = await freeTcpPort();
    const first = await open(pinned(sshd), redis.port, { localPort });
    const second = await open(pinned(sshd), redis.port, { localPort });
    expect(second.status()).toEqual({ state: 'shared', starts: 0, problem: undefined });
    expect(sshProcesses(localPort)).toHaveLength(1);
    await first.close();
    await expect.poll(() => second.status(), { timeout: 50_000 }).toMatchObject({ state: 'open', starts: 1 });
    expect(await ping(localPort)).toBe('+PONG\r\n');
  });
  it('opened by several at the same time is open for all', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const localPort = await freeTcpPort();
    const tunnels = await Promise.all([1, 2, 3].map(() => open(pinned(sshd), redis.port, { localPort })));
    await expect
      .poll(() => tunnels.map((tunnel) => tunnel.status().state).toSorted(), { timeout: 50_000 })
      .toEqual(['open', 'shared', 'shared']);
    expect(problems).toEqual([]);
  });
  it('ends when the process that opened it is killed', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const child = spawn(
      process.execPath,
      [
        new URL('./tunnel-child.ts', import.meta.url).pathname,
        JSON.stringify({ server: pinned(sshd), remotePort: redis.port, stateFolder }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    cleanUps.push(() => child.kill('SIGKILL'));
    const [printed] = await once(child.stdout, 'data');
    const port = Number(printed);
    expect(sshProcesses(port)).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => sshProcesses(port), { timeout: 20_000 }).toEqual([]);
  });
});

describe('the key of the host', () => {
  it('is refused when it is not the pinned one, and both are named', async () => {
    const sshd = await withSshd();
    const server = pinned(sshd);
    await sshd.restart({ newHostKey: true });
    const [mine, its] = [server.hostKey, sshd.hostKeyLine].map((line) => fingerprint(line ?? ''));
    await expect(open(server, 1)).rejects.toMatchObject({
      problem: { code: 'SSH002', what: expect.stringContaining(`${its}, expected is ${mine}`) },
    });
  });
  it('is taken on first use when none is pinned, with a warning, and refused once it changes', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const { hostKey, ...server } = pinned(sshd);
    const tunnel = await open(server, redis.port);
    expect(problems).toMatchObject([
      { code: 'SSH006', what: expect.stringContaining(fingerprint(hostKey ?? '')) },
    ]);
    await sshd.restart({ newHostKey: true });
    await expect
      .poll(() => tunnel.status(), { timeout: 50_000 })
      .toMatchObject({ state: 'down', problem: { code: 'SSH002' } });
    expect(problems.at(-1)).toMatchObject({ code: 'SSH002' });
    await expect(open(server, redis.port)).rejects.toMatchObject({ problem: { code: 'SSH002' } });
  });
  it('may stand in a known_hosts file of the operator', async () => {
    const [redis, sshd] = await Promise.all([withRedis(), withSshd()]);
    const { hostKey = '', ...server } = pinned(sshd);
    const knownHosts = join(stateFolder, 'known hosts "%h"');
    writeFileSync(knownHosts, `${hostKey}\n`);
    await open({ ...server, knownHosts }, redis.port);
    writeFileSync(knownHosts, '');
    await expect(open({ ...server, knownHosts }, redis.port)).rejects.toMatchObject({
      problem: { code: 'SSH002', what: expect.stringContaining('is not named in') },
    });
    expect(problems).toEqual([]);
  });
  it('has to be a key', async () => {
    const sshd = await withSshd();
    const wrong = { ...pinned(sshd), hostKey: 'SHA256:abc' };
    await expect(open(wrong, 1)).rejects.toMatchObject({ problem: { code: 'SSH008', blame: 'usage' } });
  });
});

describe('a tunnel that cannot be', () => {
  it('ends in bounded time when nobody is there, with what ssh said', async () => {
    const sshd = await withSshd();
    await sshd.stop();
    await expect(open(pinned(sshd), 1, { waitMs: 1_500 })).rejects.toMatchObject({
      problem: { code: 'SSH001', why: expect.stringMatching(/^ssh says: .*Connection refused/) },
    });
  });
  it('ends in bounded time when the host takes connections and says nothing', async () => {
    const redis = await withRedis();
    redis.pause();
    const sshd = await withSshd();
    await expect(open({ ...pinned(sshd), port: redis.port }, 1, { waitMs: 1_500 })).rejects.toMatchObject({
      problem: { code: 'SSH001', what: expect.stringContaining('within 1.5 s') },
    });
  });
  it('says when nothing listens at the far end', async () => {
    const sshd = await withSshd();
    const remotePort = await freeTcpPort();
    await expect(open(pinned(sshd), remotePort, { waitMs: 3_000 })).rejects.toMatchObject({
      problem: { code: 'SSH001', why: expect.stringContaining('Connection refused') },
    });
  });
  it('says when the account may not forward there; the restricted account may go to its one port', async () => {
    const [redis, other] = await Promise.all([withRedis(), withRedis()]);
    const chroot = makeChrootFolder();
    if (chroot !== undefined) cleanUps.push(() => rmSync(chroot, { recursive: true }));
    const sshd = await withSshd({ allowForwardTo: redis.port, ...(chroot === undefined ? {} : { chroot }) });
    await open(pinned(sshd), redis.port);
    await expect(open(pinned(sshd), other.port, { waitMs: 3_000 })).rejects.toMatchObject({
      problem: { code: 'SSH001', why: expect.stringContaining('administratively prohibited') },
    });
  });
  it('ends at once when the server does not let us in', async () => {
    const sshd = await withSshd();
    writeFileSync(join(sshd.folder, 'authorized_keys'), '');
    await expect(open(pinned(sshd), 1)).rejects.toMatchObject({ problem: { code: 'SSH007' } });
  });
  it('ends at once when the key file is missing or open to others', async () => {
    const sshd = await withSshd();
    const missing = { ...pinned(sshd), keyFile: join(stateFolder, 'none') };
    await expect(open(missing, 1)).rejects.toMatchObject({ problem: { code: 'SSH008' } });
    chmodSync(sshd.keyFile, 0o644);
    await expect(open(pinned(sshd), 1)).rejects.toMatchObject({ problem: { code: 'SSH008' } });
  });
  it('ends at once with its signal', async () => {
    const sshd = await withSshd();
    await sshd.stop();
    const stop = new AbortController();
    const opening = open(pinned(sshd), 1, { signal: stop.signal });
    stop.abort(new Error('had enough'));
    await expect(opening).rejects.toThrow('had enough');
  });
});

/** As ssh-keygen sees it. */
function fingerprint(line: string): string {
  return execFileSync('ssh-keygen', ['-l', '-f', '-'], { input: line }).toString().split(' ')[1] ?? '';
}
