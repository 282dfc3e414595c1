import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/diagnostics/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';
import { ContainerDriver, type ContainerOptions, detectEngine } from '../../src/sandbox/container/index.ts';
import type { SandboxCommand } from '../../src/sandbox/index.ts';
import { type EngineScript, ScriptedEngine } from './engine-recording/scripted-engine.ts';

const image = 'archlinux:base-devel';
const root = { kind: 'image', name: image } as const;
let folder: string;
let engine: ScriptedEngine;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-container-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await engine.stop();
  expect(engine.violations).toEqual([]);
});

async function start(script: EngineScript = {}, more: Partial<ContainerOptions> = {}) {
  engine = await ScriptedEngine.start(script);
  const found = await detectEngine({ DOCKER_SOCKET: engine.socketPath });
  if (!('engine' in found)) throw new Error(found.problem.what);
  const problems: Problem[] = [];
  const driver = new ContainerDriver({
    engine: found.engine,
    owner: 'trial',
    pulls: false,
    onProblem: (problem) => problems.push(problem),
    builderId: 1000,
    ...more,
  });
  return { driver, problems };
}

const command = (changes: Partial<SandboxCommand> = {}): SandboxCommand => ({
  root,
  layer: undefined,
  layerWritable: false,
  user: 'builder',
  network: false,
  mounts: [],
  environment: { PATH: '/usr/bin' },
  workingDirectory: '/build/recipe',
  command: ['makepkg', '--holdver'],
  limits: {
    timeoutMs: 60_000,
    killGraceMs: 1,
    memoryBytes: 1 << 30,
    processes: 100,
    outputBytes: undefined,
  },
  ...changes,
});

const go = (driver: ContainerDriver, changes: Partial<SandboxCommand> = {}) =>
  driver.run(command(changes), { onOutput: () => {}, signal: undefined });

const created = () => engine.requests('POST /containers/create').map(({ body }) => body);
const execed = () =>
  engine
    .requests('POST /containers/{id}/exec')
    .map(({ body }) => body)
    .filter((body) => body.Cmd[3] === 'packmill-run');

describe('a container', () => {
  it('gets the mounts, limits and rights of its command, and no more', async () => {
    const { driver } = await start({}, { cpus: 1.5, pathOnHost: (path) => `/host${path}` });
    engine.addImage(image);
    const mounts = [
      { source: folder, target: '/build/recipe', writable: true },
      { source: tmpdir(), target: '/build/control', writable: false },
    ];
    await go(driver, { mounts });
    expect(created()[1]).toMatchObject({
      Hostname: 'packmill',
      Tty: false,
      Labels: { 'packmill.owner': 'trial' },
      HostConfig: {
        AutoRemove: true,
        ReadonlyRootfs: true,
        NetworkMode: 'none',
        Mounts: [
          { Type: 'bind', Source: `/host${folder}`, Target: '/build/recipe', ReadOnly: false },
          { Type: 'bind', Source: `/host${tmpdir()}`, Target: '/build/control', ReadOnly: true },
        ],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 1_048_576 }],
        PidsLimit: 104,
        Memory: 1 << 30,
        MemorySwap: 1 << 30,
        NanoCpus: 1_500_000_000,
      },
    });
    expect(created()[1].HostConfig.CapAdd).not.toContain('SYS_ADMIN');
    expect(created()[1].HostConfig).not.toHaveProperty('Privileged');
  });

  it("has the engine's own network when that is granted, and SYS_ADMIN when the recipe asked for it", async () => {
    const { driver } = await start();
    engine.addImage(image);
    await go(driver, { network: true, capabilities: ['SYS_ADMIN'] });
    expect(created()[1].HostConfig).not.toHaveProperty('NetworkMode');
    expect(created()[1].HostConfig.CapAdd).toContain('SYS_ADMIN');
  });

  it('runs a command with the declared environment, as root or stepped down to the builder', async () => {
    const { driver } = await start();
    engine.addImage(image);
    await go(driver);
    await go(driver, { user: 'root' });
    const [asBuilder, asRoot] = execed();
    expect(asBuilder).toMatchObject({ User: '0:0', Env: ['PATH=/usr/bin'], Tty: false });
    const words: readonly string[] = asBuilder.Cmd.slice(4);
    expect(words.slice(0, 3)).toEqual(['/build/recipe', '/usr/bin/setpriv', '--reuid']);
    expect(words.slice(-2)).toEqual(['makepkg', '--holdver']);
    const unset = words.filter((_, index) => words[index - 1] === '-u');
    expect(unset).toContain('FROM_IMAGE');
    expect(unset).not.toContain('PATH');
    expect(asRoot.Cmd).not.toContain('/usr/bin/setpriv');
  });

  it('is not made for a mount that is not there, a contradiction, or a root that is no image', async () => {
    const { driver } = await start();
    const mounts = [{ source: join(folder, 'absent'), target: '/build/x', writable: false }];
    await expect(go(driver, { mounts })).rejects.toMatchObject({ problem: { code: 'SBX031' } });
    await expect(go(driver, { command: [] })).rejects.toMatchObject({ problem: { code: 'SBX008' } });
    await expect(go(driver, { root: { kind: 'host' } })).rejects.toMatchObject({
      problem: { code: 'SBX037' },
    });
    expect(created()).toEqual([]);
  });
});

describe('a layer', () => {
  it.each(['docker', 'podman'] as const)(
    'of %s is one container as long as its commands want the same, and moves on as an image when they do not',
    async (flavour) => {
      const { driver } = await start({ flavour });
      engine.addImage(image);
      const layer = join(folder, 'layer');
      const contents = {
        present: ['var/lib/db'],
        files: [{ path: 'var/lib/db/v', text: '9\n' }],
        writable: [],
      };
      await driver.prepareLayer(layer, root, contents);
      expect(engine.requests('POST /containers/{id}/exec')[0]?.body.Cmd.slice(4)).toEqual([
        ...['1000', '1000', 'folder', '/var/lib/db', 'file', '/var/lib/db/v', '9\n'],
      ]);
      const changes = { layer, layerWritable: true, user: 'root' } as const;
      await go(driver, changes);
      await go(driver, changes);
      expect(created()).toHaveLength(2);
      await go(driver, { layer, network: true });
      await go(driver, { layer });
      await go(driver, { layer, user: 'root' });
      const [, writable, fetching, building] = created();
      expect(created()).toHaveLength(4);
      expect(engine.requests('POST /commit')).toHaveLength(2);
      expect(writable.HostConfig.ReadonlyRootfs).toBe(false);
      expect(fetching.Image).not.toBe(writable.Image);
      expect([fetching.HostConfig.ReadonlyRootfs, building.Image]).toEqual([true, fetching.Image]);
      await driver.removeFolder(folder);
      expect(engine.containers.size).toBe(0);
      expect(engine.images.has(fetching.Image)).toBe(false);
      // what other layers start from stays, although the engine takes nameless parents along
      await driver.prepareLayer(layer, root, contents);
      expect((await go(driver, { layer })).end).toEqual({ kind: 'exited', code: 0 });
      expect(engine.requests('POST /commit')).toHaveLength(2);
    },
  );

  it('of the same image with the same contents is prepared once', async () => {
    const { driver } = await start();
    engine.addImage(image);
    const nothing = { present: [], files: [], writable: [] };
    const names = ['one', 'two', 'three'].map((name) => join(folder, name));
    await Promise.all(names.map((name) => driver.prepareLayer(name, root, nothing)));
    expect(engine.requests('POST /commit')).toHaveLength(1);
  });

  it('survives a killed command with what it held before', async () => {
    const { driver } = await start({ act: () => ({ until: 'kill' }) });
    engine.addImage(image);
    const layer = join(folder, 'layer');
    const limits = { ...command().limits, timeoutMs: 20 };
    const changes = { layer, layerWritable: true, user: 'root', limits } as const;
    const ends = [await go(driver, changes), await go(driver, { layer, limits })];
    expect(ends.map(({ end }) => end.kind)).toEqual(['timed-out', 'timed-out']);
    const [, first, second] = created();
    expect(second.Image).toBe(first.Image);
  });
});

describe('what a killed packmill left', () => {
  it('is swept away, and nothing of anybody else', async () => {
    const { driver } = await start();
    engine.addImage(image);
    const labels = (owner: string) => ({ body: { Labels: { 'packmill.owner': owner } } });
    engine.containers.set('a', { ...labels('trial'), running: true, oomKilled: false });
    engine.containers.set('b', { ...labels('another'), running: true, oomKilled: false });
    engine.images.set('sha256:1', { id: 'sha256:1', digests: [], labels: { 'packmill.owner': 'trial' } });
    expect(await driver.sweep()).toEqual({ containers: 1, images: 1 });
    expect([...engine.containers.keys()]).toEqual(['b']);
    expect([...engine.images.keys()]).toEqual([image]);
  });
});

describe('an image', () => {
  const hourMs = 60 * 60_000;
  const pulls = () => engine.requests('POST /images/create').map(({ query }) => query);

  it('is pulled before the first use, when the name changes, and every two hours', async () => {
    const clock = new VirtualClock();
    const { driver } = await start({}, { pulls: true, clock });
    for (const name of [image, 'other']) engine.addImage(name);
    const use = (name: string) =>
      driver.prepareLayer(
        join(folder, 'layer'),
        { kind: 'image', name },
        { present: [], files: [], writable: [] },
      );
    await use(image);
    await use(image);
    expect(pulls()).toEqual([{ fromImage: 'archlinux', tag: 'base-devel' }]);
    await clock.advance(2 * hourMs);
    await use(image);
    await use('other');
    await use(image);
    expect(pulls().map(({ fromImage }) => fromImage)).toEqual([
      'archlinux',
      'archlinux',
      'other',
      'archlinux',
    ]);
    expect(driver.imageFacts(image)).toMatchObject({ digest: `sha256:${'d'.repeat(64)}` });
  });

  it('is pulled once for many that want it at one time', async () => {
    const { driver } = await start({}, { pulls: true });
    engine.addImage(image);
    await Promise.all([1, 2, 3].map(() => go(driver)));
    expect(pulls()).toHaveLength(1);
  });

  it('whose pull fails is used as it is, and the failure is told', async () => {
    const pull = () => [{ status: 'Pulling' }, { errorDetail: { message: 'no route' }, error: 'no route' }];
    const { driver, problems } = await start({ pull }, { pulls: true });
    engine.addImage(image);
    expect((await go(driver)).end).toEqual({ kind: 'exited', code: 0 });
    expect(problems).toMatchObject([{ code: 'SBX035', why: 'The engine says: no route' }]);
  });

  it('that is nowhere is a problem, with a pull or without', async () => {
    const refuse: EngineScript['refuse'] = (name) =>
      name === 'POST /images/create' ? { status: 404, message: 'manifest unknown' } : undefined;
    const { driver } = await start({ refuse }, { pulls: true });
    await expect(go(driver)).rejects.toMatchObject({
      problem: { code: 'SBX034', why: 'The engine says: manifest unknown' },
    });
    await engine.stop();
    const development = await start();
    await expect(go(development.driver)).rejects.toMatchObject({ problem: { code: 'SBX034' } });
    expect(pulls()).toEqual([]);
  });
});

it('bubblewrap says that it has neither images nor capabilities to give', async () => {
  await start();
  const driver = new BubblewrapDriver({ folder: join(folder), hidden: [] });
  const run = { onOutput: () => {}, signal: undefined };
  await expect(driver.run(command(), run)).rejects.toMatchObject({ problem: { code: 'SBX030' } });
  const asking = command({ root: { kind: 'host' }, capabilities: ['SYS_ADMIN'] });
  await expect(driver.run(asking, run)).rejects.toMatchObject({ problem: { code: 'SBX038' } });
});
