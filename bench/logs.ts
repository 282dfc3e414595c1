// Logs: from writer to reader, a large log read through, and opened in the middle; the peers are coreutils and sed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  followStream,
  LogHub,
  type LogSource,
  lineCount,
  offsetOfLine,
  readRange,
  tailOffset,
} from '../src/logs/index.ts';
import { median, print, quantiles, timed } from './measure/figures.ts';

const lagLines = 2_000;
const hugeLines = 1_400_000;

export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  try {
    for (const readers of [1, 50]) {
      for (const told of [true, false]) await lag(join(folder, `${readers}-${told}.log`), readers, told);
    }
    const path = join(folder, 'huge.log');
    for (let n = 1; n <= hugeLines; n += 10_000) {
      const line = (i: number): string => `line ${String(n + i).padStart(8, '0')} ${'.'.repeat(56)}\n`;
      appendFileSync(path, Array.from({ length: 10_000 }, (_, i) => line(i)).join(''));
    }
    await throughput(path);
    await opening(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const nowMs = (): number => performance.timeOrigin + performance.now();

/**
 * Followers in this process, as those of the manager are; the writer is another process that appends a line every few
 * milliseconds. `told`: this process learns of each line over a pipe, like from a builder; else from the file watch.
 */
async function lag(path: string, readers: number, told: boolean): Promise<void> {
  const program = `
    const { appendFileSync } = require('node:fs');
    let left = ${lagLines};
    const write = () => {
      appendFileSync(${JSON.stringify(path)}, (performance.timeOrigin + performance.now()) + ' ' + 'x'.repeat(80) + '\\n');
      if (${told}) process.stdout.write('.');
      left -= 1;
      if (left > 0) setTimeout(write, left % 5);
    };
    setTimeout(write, 200);`;
  const hub = new LogHub();
  const writer = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let finished = false;
  writer.stdout.on('data', () => hub.touched(path));
  const gone = once(writer, 'exit').then(() => {
    finished = true;
    hub.touched(path);
  });
  const source: LogSource = { segments: () => [path], isFinished: () => finished };
  const lags: number[] = [];
  const before = process.cpuUsage();
  const start = performance.now();
  const read = async (): Promise<void> => {
    for await (const { bytes } of followStream(source, { hub })) {
      const now = nowMs();
      for (const line of Buffer.from(bytes).toString().split('\n')) {
        if (line !== '') lags.push(now - Number.parseFloat(line));
      }
    }
  };
  await Promise.all(Array.from({ length: readers }, read));
  await gone;
  const { user, system } = process.cpuUsage(before);
  if (lags.length !== lagLines * readers) throw new Error(`${lags.length} lines arrived`);
  const busy = (user + system) / 10 / (performance.now() - start);
  const how = told ? 'writer tells' : 'file watch';
  print(
    `lag, ${readers} reader(s) in one process, ${how}`,
    `${quantiles(lags)}, ${busy.toFixed(0)} % of a core`,
  );
}

async function throughput(path: string): Promise<void> {
  const { size } = statSync(path);
  const source: LogSource = { segments: () => [path], isFinished: () => true };
  const mbs = (ms: number, times = 1): string => `${((times * size) / 1000 / ms).toFixed(0)} MB/s`;
  const shell = (command: string): number =>
    best(() => {
      const { stdout } = spawnSync('sh', ['-c', command, 'sh', path]);
      if (Number(stdout.toString()) !== size) throw new Error(`${command}: ${stdout}`);
    });
  const follow = async (hub: LogHub): Promise<void> => {
    let sizeBytes = 0;
    for await (const { bytes } of followStream(source, { hub })) sizeBytes += bytes.byteLength;
    if (sizeBytes !== size) throw new Error(`${sizeBytes} bytes`);
  };
  readFileSync(path);
  const ours: number[] = [];
  for (let i = 0; i < 5; i += 1) ours.push(await timed(() => follow(new LogHub())));
  print('100 MB through followStream', mbs(Math.min(...ours)));
  const hub = new LogHub();
  print(
    'the same, ten followers at once',
    mbs(await timed(() => Promise.all(Array.from({ length: 10 }, () => follow(hub)))), 10),
  );
  print('cat | wc -c', mbs(shell('cat "$1" | wc -c')));
  print('tail -f | wc -c', mbs(shell('tail -c +1 -f -s 0.001 --pid=4194304 "$1" | wc -c')));
}

async function opening(path: string): Promise<void> {
  const source: LogSource = { segments: () => [path], isFinished: () => true };
  const page = async (offset: number | undefined): Promise<void> => {
    for await (const piece of readRange(source, offset ?? 0, (offset ?? 0) + 65_536)) void piece;
  };
  const atLine = async (): Promise<void> => page(await offsetOfLine(source, 1_000_000));
  const { size } = statSync(path);
  const unindexed = await timed(atLine);
  print(
    'open at line 1,000,000, not indexed',
    `${unindexed.toFixed(1)} ms (counts at ${(size / 1000 / unindexed).toFixed(0)} MB/s)`,
  );
  print('the same, indexed', `${(await medianMs(atLine)).toFixed(2)} ms`);
  print('lines in all, indexed', `${(await medianMs(() => lineCount(source))).toFixed(2)} ms`);
  print(
    'open at the last 2,000 lines',
    `${(await medianMs(async () => page(await tailOffset(source, 2_000)))).toFixed(2)} ms`,
  );
  const sed = best(() => spawnSync('sed', ['-n', '1000000,1000900p;1000900q', path]));
  print('sed -n 1000000,1000900p', `${sed.toFixed(1)} ms`);
  print('tail -n 2000', `${best(() => spawnSync('tail', ['-n', '2000', path])).toFixed(1)} ms`);
}

async function medianMs(what: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 21; i += 1) times.push(await timed(what));
  return median(times);
}

function best(what: () => unknown): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i += 1) {
    const start = performance.now();
    what();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}
