import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runtimeIsEnough } from '../../bin/runtime.mjs';

const runtime = fileURLToPath(new URL('../../bin/runtime.mjs', import.meta.url));
const program = fileURLToPath(new URL('../../bin/packmill', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-runtime-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a script the way launcher and bootstrap do: by an outer process that passes streams and end on. */
function startUnder(script: string): ChildProcess {
  const inner = join(folder, 'inner.mjs');
  const outer = join(folder, 'outer.mjs');
  writeFileSync(inner, script);
  writeFileSync(
    outer,
    `import { runUnder } from ${JSON.stringify(runtime)};\nawait runUnder(process.execPath, [${JSON.stringify(inner)}, 'one argument']);\n`,
  );
  return spawn(process.execPath, [outer], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const endOf = (child: ChildProcess): Promise<{ code: number | null; signal: string | null }> =>
  new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));

/** The first line the script writes, its own process id in our tests. */
const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())));

const forever = 'console.log(process.pid);\nsetInterval(() => {}, 1000);\n';

/** Starts packmill as it is installed, with a home and without a cache folder of the environment's. */
const started = (home: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [program, '--version'], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env.PATH, HOME: home },
  });

describe('a start of packmill', () => {
  test.each(['/proc/nowhere', '/dev/null', '/nonexistent'])('goes well with the home %s', (home) => {
    expect(started(home)).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  test('leaves nothing compiled in a folder that others could write to', async () => {
    const root = join(folder, 'root');
    const shared = join(folder, 'cache', 'packmill');
    mkdirSync(shared, { recursive: true });
    chmodSync(shared, 0o777);
    const script = join(folder, 'start.mjs');
    writeFileSync(
      script,
      `import { keepCompiled } from ${JSON.stringify(runtime)};\nawait keepCompiled(${JSON.stringify(root)});\nawait import('node:util');\n`,
    );
    // the tests' own folder for what is compiled would be taken before any other
    const env = { ...process.env, NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: join(folder, 'cache') };
    expect(spawnSync(process.execPath, [script], { env }).status).toBe(0);
    expect(readdirSync(shared)).toEqual([]);
    chmodSync(shared, 0o700);
    expect(spawnSync(process.execPath, [script], { env }).status).toBe(0);
    expect(readdirSync(shared)).not.toEqual([]);
  });
});

describe('a script under another Node', () => {
  test('gets its arguments and gives its exit code', async () => {
    const child = startUnder('process.exitCode = process.argv[2] === "one argument" ? 7 : 1;\n');
    expect(await endOf(child)).toEqual({ code: 7, signal: null });
  });

  test('is asked to end when we are, and may end in its own way', async () => {
    const child = startUnder(`process.on('SIGTERM', () => process.exit(42));\n${forever}`);
    await firstLine(child);
    child.kill('SIGTERM');
    expect(await endOf(child)).toEqual({ code: 42, signal: null });
  });

  test('passes the signal it died of on to whoever waits for us', async () => {
    const child = startUnder(forever);
    const end = endOf(child);
    process.kill(Number(await firstLine(child)), 'SIGTERM');
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('does not outlive us when we are killed', async () => {
    const child = startUnder(forever);
    await firstLine(child);
    // Its end of the pipe is open as long as it lives; without the link to us it would live for ever.
    const closed = new Promise((resolve) => child.stdout?.on('close', resolve));
    const end = endOf(child);
    child.kill('SIGKILL');
    await closed;
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

describe('the oldest Node that will do', () => {
  test('is 24', () => {
    expect(['18.20.0', '20.20.2', '22.12.0', '24.0.0', '26.1.0'].map(runtimeIsEnough)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});
