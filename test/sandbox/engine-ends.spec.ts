import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/diagnostics/index.ts';
import { ContainerDriver, detectEngine } from '../../src/sandbox/container/index.ts';
import type { SandboxCommand } from '../../src/sandbox/index.ts';
import { type EngineScript, ScriptedEngine } from './engine-recording/scripted-engine.ts';

const image = 'archlinux:base-devel';
const open: ScriptedEngine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) {
    const { violations } = engine;
    await engine.stop();
    expect(violations).toEqual([]);
  }
});

async function start(script: EngineScript = {}, terminal = false) {
  const engine = await ScriptedEngine.start(script);
  open.push(engine);
  engine.addImage(image);
  const found = await detectEngine({ DOCKER_SOCKET: engine.socketPath });
  if (!('engine' in found)) throw new Error(found.problem.what);
  const onProblem = (): void => {};
  const options = { owner: 'trial', pulls: false, onProblem, builderId: 1000, terminal, settleMs: 200 };
  return { engine, driver: new ContainerDriver({ engine: found.engine, ...options }) };
}

interface Changes extends Partial<Omit<SandboxCommand, 'limits'>> {
  readonly limits?: Partial<SandboxCommand['limits']>;
}

const command = (changes: Changes = {}): SandboxCommand => ({
  root: { kind: 'image', name: image },
  layer: undefined,
  layerWritable: false,
  user: 'builder',
  network: false,
  mounts: [],
  environment: { PATH: '/usr/bin', LANG: 'C.UTF-8' },
  workingDirectory: '/build',
  command: ['makepkg'],
  ...changes,
  limits: {
    timeoutMs: 60_000,
    killGraceMs: 1,
    memoryBytes: 1 << 30,
    processes: 100,
    outputBytes: undefined,
    ...changes.limits,
  },
});

async function run(driver: ContainerDriver, what: SandboxCommand, signal?: AbortSignal) {
  const pieces: Uint8Array[] = [];
  const onOutput = (bytes: Uint8Array): void => {
    pieces.push(Uint8Array.from(bytes));
  };
  const text = (): string => Buffer.concat(pieces).toString('utf8');
  try {
    return { ...(await driver.run(what, { onOutput, signal })), output: text() };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { code: error.problem.code, why: error.problem.why, output: text() };
  }
}

describe.each(['docker', 'podman'] as const)('a command in a container of %s', (flavour) => {
  it.each([0, 1, 13, 123, 124])('that exits with %i is told so', async (code) => {
    const { driver, engine } = await start({ flavour, act: () => ({ code, output: ['one\n', 'two\n'] }) });
    const ran = await run(driver, command());
    expect(ran).toMatchObject({ end: { kind: 'exited', code }, output: 'one\ntwo\n', peakMemoryBytes: 4096 });
    expect(engine.containers.size).toBe(0);
  });

  it('that ends by a signal which is not ours is told by its name, 137 included', async () => {
    const { driver } = await start({ flavour, act: () => ({ code: 139 }) });
    expect(await run(driver, command())).toMatchObject({ end: { kind: 'signalled', signal: 'SIGSEGV' } });
    const killed = await start({
      flavour,
      act: () => ({ report: 'started\nended 137 0 0 1\n', code: 137 }),
    });
    expect(await run(killed.driver, command())).toMatchObject({
      end: { kind: 'signalled', signal: 'SIGKILL' },
    });
  });

  it('that the kernel killed for its memory is out of memory, by its own count or the word of the engine', async () => {
    const limitBytes = 1 << 30;
    for (const act of [
      { code: 137, report: 'started\nended 137 0 1 1073741824\n' },
      { code: 1, report: 'started\nended 1 0 - -\n', oomKilled: true },
    ]) {
      const { driver } = await start({ flavour, act: () => act });
      expect(await run(driver, command())).toMatchObject({ end: { kind: 'out-of-memory', limitBytes } });
    }
  });

  it('gets TERM when its time is over, and its container is killed after the grace', async () => {
    const gentle = await start({ flavour, act: () => ({ until: 'term', output: ['working\n'] }) });
    const limits = { timeoutMs: 50, killGraceMs: 60_000 };
    expect(await run(gentle.driver, command({ limits }))).toMatchObject({
      end: { kind: 'timed-out', limitMs: 50, killed: false },
      output: 'working\n',
    });
    const stubborn = await start({ flavour, act: () => ({ until: 'kill' }) });
    expect(await run(stubborn.driver, command({ limits: { timeoutMs: 50 } }))).toMatchObject({
      end: { kind: 'timed-out', limitMs: 50, killed: true },
      leftovers: 2,
    });
    expect(stubborn.engine.containers.size).toBe(0);
  });

  it('is ended by cancelling, and not started when that came first', async () => {
    const { driver, engine } = await start({ flavour, act: () => ({ until: 'kill', output: ['x'] }) });
    const stop = new AbortController();
    const pieces: Uint8Array[] = [];
    const onOutput = (bytes: Uint8Array): void => {
      pieces.push(bytes);
      stop.abort();
    };
    const { end } = await driver.run(command(), { onOutput, signal: stop.signal });
    expect(end).toEqual({ kind: 'canceled' });
    const before = engine.seen.length;
    expect(await run(driver, command(), stop.signal)).toMatchObject({ end: { kind: 'canceled' } });
    expect(engine.seen).toHaveLength(before);
  });

  it('that prints more than it may is ended, and the rest is dropped', async () => {
    const { driver } = await start({ flavour, act: () => ({ until: 'term', output: ['12345', '67890'] }) });
    const limits = { outputBytes: 7, killGraceMs: 60_000 };
    expect(await run(driver, command({ limits }))).toMatchObject({
      end: { kind: 'too-much-output', limitBytes: 7 },
      output: '1234567',
    });
  });

  it('whose leftovers had to be killed says how many', async () => {
    const { driver } = await start({ flavour, act: () => ({ report: 'started\nended 0 3 0 -\n' }) });
    expect(await run(driver, command())).toMatchObject({ leftovers: 3, peakMemoryBytes: undefined });
  });

  it('with a terminal has raw output', async () => {
    const output = ['\u001b[1mbold\u001b[0m\r\n'];
    const { driver } = await start({ flavour, act: () => ({ output, code: 3 }) }, true);
    expect(await run(driver, command())).toMatchObject({
      end: { kind: 'exited', code: 3 },
      output: output[0],
    });
  });
});

describe('a container whose command cannot be trusted to have ended well', () => {
  it.each([
    ['the stream is cut within a frame', { cut: 5, code: 0 }],
    ['the connection breaks off', { breaks: 'connection' }],
    ['the engine goes away', { breaks: 'engine', output: ['half'] }],
  ] as const)('is a problem when %s', async (_, act) => {
    const { driver } = await start({ act: () => act });
    expect(await run(driver, command())).toMatchObject({ code: 'SBX036' });
  });

  it('is a problem when the engine has forgotten the exec', async () => {
    const refuse: EngineScript['refuse'] = (name) =>
      name === 'GET /exec/{id}/json' && armed ? { status: 404, message: 'No such exec instance' } : undefined;
    let armed = false;
    const act: EngineScript['act'] = () => {
      armed = true;
      return { code: 0 };
    };
    const { driver } = await start({ act, refuse });
    expect(await run(driver, command())).toMatchObject({ code: 'SBX036' });
  });

  it('is a problem when the runner never said that it had started', async () => {
    const { driver } = await start({ act: () => ({ code: 126, report: 'exec format error\n' }) });
    const ran = await run(driver, command());
    expect(ran).toMatchObject({ code: 'SBX031', why: expect.stringContaining('exec format error') });
  });

  it.each([
    ['POST /containers/create', 409, 'Conflict'],
    ['POST /containers/create', 404, 'No such image'],
    ['POST /containers/{id}/start', 500, 'OCI runtime create failed'],
    ['POST /containers/{id}/exec', 409, 'Container is not running'],
    ['POST /exec/{id}/start', 400, 'OCI runtime exec failed'],
    ['POST /commit', 500, 'no space left on device'],
  ] as const)('is a problem when %s is answered with %i', async (operation, status, message) => {
    const refuse: EngineScript['refuse'] = (name) => (name === operation ? { status, message } : undefined);
    const { driver, engine } = await start({ refuse });
    const ran = await run(driver, command());
    expect(ran).toMatchObject({ code: 'SBX031' });
    expect(ran).toMatchObject({ why: expect.stringContaining(message) });
    expect(engine.containers.size).toBe(0);
  });

  it('is a problem when nobody listens any more', async () => {
    const { driver, engine } = await start();
    await engine.stop();
    open.splice(0);
    expect(await run(driver, command())).toMatchObject({ code: 'SBX032' });
  });
});
