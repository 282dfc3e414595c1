import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ContainerDriver, detectEngine } from '../../src/sandbox/container/index.ts';
import type { SandboxCommand } from '../../src/sandbox/index.ts';
import { ScriptedEngine } from './engine-recording/scripted-engine.ts';

describe('the search for an engine', () => {
  it.each(['docker', 'podman'] as const)('tells %s by what it answers', async (flavour) => {
    const engine = await ScriptedEngine.start({ flavour });
    try {
      const found = await detectEngine({ DOCKER_SOCKET: `unix://${engine.socketPath}` });
      expect(found).toMatchObject({
        engine: {
          kind: flavour,
          socketPath: engine.socketPath,
          apiVersion: flavour === 'docker' ? '1.43' : '1.41',
          rootless: false,
        },
      });
    } finally {
      await engine.stop();
    }
    expect(engine.violations).toEqual([]);
  });

  it('says where it looked when there is none', async () => {
    const found = await detectEngine({ DOCKER_SOCKET: '/no/such.sock' });
    expect(found).toMatchObject({
      problem: { code: 'SBX033', why: "There is no socket at '/no/such.sock'." },
    });
  });

  it('says why a socket that is there is of no use', async () => {
    const found = await detectEngine({ DOCKER_SOCKET: '/etc/passwd' });
    expect(found).toMatchObject({ problem: { code: 'SBX033', why: expect.stringContaining('/etc/passwd') } });
  });

  it('knows two engines', async () => {
    expect(await detectEngine({ CONTAINER_ENGINE: 'lxc' })).toMatchObject({ problem: { code: 'SBX039' } });
  });
});

const usual = ['/var/run/docker.sock', '/run/podman/podman.sock'];
const named = process.env['DOCKER_SOCKET']?.replace(/^unix:\/\//, '');
const socket = named ?? usual.find(existsSync);
const image = process.env['BUILDER_IMAGE'] ?? 'debian:12-slim';

/** The real engine of this machine, where there is one; otherwise that packmill sees that there is none. */
describe('the engine of this machine', () => {
  if (socket === undefined) {
    it('is found missing', async () => {
      const found = await detectEngine({ XDG_RUNTIME_DIR: '/no/such' });
      expect(found).toMatchObject({ problem: { code: 'SBX033', severity: 'error' } });
      const why = 'problem' in found ? (found.problem.why ?? '') : '';
      for (const path of usual) expect(why).toContain(path);
    });
    return;
  }
  it(`runs commands on layers at '${socket}'`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-live-'));
    const found = await detectEngine({ DOCKER_SOCKET: socket });
    if (!('engine' in found)) throw new Error(found.problem.why);
    const driver = new ContainerDriver({
      engine: found.engine,
      owner: folder,
      pulls: true,
      onProblem: () => {},
      // a test must not ask for more than an engine in a box may give
      openFiles: { soft: 1024, hard: 4096 },
    });
    const layer = join(folder, 'layer');
    const work = join(folder, 'work');
    const root = { kind: 'image', name: image } as const;
    const run = async (text: string, more: Partial<SandboxCommand> = {}) => {
      const pieces: Uint8Array[] = [];
      const result = await driver.run(
        {
          root,
          layer,
          layerWritable: false,
          user: 'builder',
          network: false,
          mounts: [{ source: work, target: '/build/work', writable: true }],
          environment: { A: 'b c' },
          workingDirectory: '/build/work',
          command: ['/bin/sh', '-c', text],
          limits: {
            timeoutMs: 60_000,
            killGraceMs: 100,
            memoryBytes: 256 * 1024 * 1024,
            processes: 64,
            outputBytes: undefined,
          },
          ...more,
        },
        { onOutput: (bytes) => pieces.push(Uint8Array.from(bytes)), signal: undefined },
      );
      return { ...result, output: Buffer.concat(pieces).toString('utf8') };
    };
    try {
      await driver.makeFolder(work);
      const files = [{ path: 'var/lib/db/version', text: '9\n' }];
      await driver.prepareLayer(layer, root, { present: ['var/lib/db'], files, writable: [] });
      const changes = { layerWritable: true, user: 'root' } as const;
      const installed = await run('cat /var/lib/db/version; echo tool > /usr/packmill-t', changes);
      expect(installed).toMatchObject({ output: '9\n', end: { kind: 'exited', code: 0 } });
      const script = 'cat /usr/packmill-t; echo x > /usr/t || echo refused >&2; echo x > made; exit 13';
      const built = await run(script);
      expect(built.output).toMatch(/^tool\n[^\n]+\nrefused\n$/);
      expect(built).toMatchObject({ end: { kind: 'exited', code: 13 }, leftovers: 0 });
      expect(existsSync(join(work, 'made'))).toBe(true);
      const status = await run('grep -E "^(NoNewPrivs|CapEff)" /proc/self/status; env');
      expect(status.output).toMatch(/CapEff:\s+0+\nNoNewPrivs:\s+1\n/);
      expect(status.output).toContain('A=b c');
      expect(status.output).not.toContain('HOSTNAME=');
      const limits = { timeoutMs: 200, killGraceMs: 100, memoryBytes: undefined, processes: undefined };
      const late = await run('trap : TERM; while :; do sleep 1; done', {
        limits: { ...limits, outputBytes: undefined },
      });
      expect(late.end).toEqual({ kind: 'timed-out', limitMs: 200, killed: true });
      expect((await run('kill -SEGV $$')).end).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
    } finally {
      await driver.removeFolder(folder);
      await driver.sweep();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
