import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BubblewrapDriver } from '../src/sandbox/bubblewrap/index.ts';
import type { SandboxCommand } from '../src/sandbox/index.ts';

const rounds = 60;
const direct = promisify(execFile);

interface Row {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Runs `once` one after the other, the first five uncounted. */
async function measure(name: string, once: () => Promise<unknown>): Promise<Row> {
  const times: number[] = [];
  for (let round = -5; round < rounds; round += 1) {
    const start = performance.now();
    await once();
    if (round >= 0) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { name, medianMs: times[rounds / 2] ?? 0, p95Ms: times[Math.floor(rounds * 0.95)] ?? 0 };
}

const command = (changes: Partial<SandboxCommand>): SandboxCommand => ({
  root: { kind: 'host' },
  layer: undefined,
  layerWritable: false,
  user: 'builder',
  network: false,
  mounts: [],
  environment: { PATH: '/usr/bin:/bin' },
  workingDirectory: '/tmp',
  command: ['/usr/bin/true'],
  limits: {
    timeoutMs: 60_000,
    killGraceMs: 1_000,
    memoryBytes: 1 << 30,
    processes: 1_000,
    outputBytes: 1 << 20,
  },
  ...changes,
});

/** What a sandbox costs: a command that does nothing, started directly and in sandboxes of several kinds. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'packmill-bench-'));
  const driver = new BubblewrapDriver({ folder: join(folder, 'driver'), hidden: [] });
  try {
    const inSandbox = async (changes: Partial<SandboxCommand>): Promise<void> => {
      const { end } = await driver.run(command(changes), { onOutput: () => {}, signal: undefined });
      if (end.kind !== 'exited' || end.code !== 0)
        throw new Error(`the command ended as ${JSON.stringify(end)}`);
    };
    const layer = join(folder, 'layer');
    await driver.prepareLayer(layer, { kind: 'host' }, { present: [], files: [], writable: ['usr/share'] });
    const install = ['sh', '-c', 'echo x > /usr/share/packmill-bench'];
    await inSandbox({ layer, layerWritable: true, user: 'root', command: install });
    const unlimited = { ...command({}).limits, memoryBytes: undefined, processes: undefined };
    const rows = [
      await measure('the command itself', () => direct('/usr/bin/true', [])),
      await measure('bwrap with a process namespace', () =>
        direct('bwrap', ['--ro-bind', '/', '/', '--unshare-pid', '--proc', '/proc', '/usr/bin/true']),
      ),
      await measure('packmill, no limits', () => inSandbox({ limits: unlimited })),
      await measure('packmill', () => inSandbox({})),
      await measure('packmill, read-only layer', () => inSandbox({ layer })),
      await measure('packmill, writable layer', () =>
        inSandbox({ layer, layerWritable: true, user: 'root' }),
      ),
    ];
    const base = rows[0]?.medianMs ?? 1;
    console.log(`${'start of a command'.padEnd(34)} median ms    p95 ms  more ms   ratio`);
    for (const row of rows) {
      const figures = [row.medianMs, row.p95Ms, row.medianMs - base].map((ms) => ms.toFixed(1).padStart(9));
      console.log(
        `${row.name.padEnd(34)} ${figures.join(' ')} ${(row.medianMs / base).toFixed(1).padStart(6)}x`,
      );
    }
  } finally {
    await driver.removeFolder(folder);
  }
}
