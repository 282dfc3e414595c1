import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { managerInput, openManager, readIndex, readManifest } from '../src/python-resources/index.ts';
import { writeWorld } from './kit/python-world.ts';
import { type CommandCost, costOf } from './measure/command.ts';
import { median } from './measure/figures.ts';

const program = join(import.meta.dirname, '../bin/packmill');

/** In a process of its own, so that nothing is warm: from before the manifest is read until the answer is there. */
function firstQuery(manifest: string, path: string): readonly [number, number, number] {
  const script = `
    import { answerPath, managerInput, openManager, readIndex, readManifest } from ${JSON.stringify(join(import.meta.dirname, '../src/python-resources/index.ts'))};
    const [start, busy] = [performance.now(), process.cpuUsage()];
    const { manager } = openManager(managerInput(readManifest(${JSON.stringify(manifest)}), readIndex(${JSON.stringify(join(dirname(manifest), 'distidx.json'))})));
    const opened = performance.now();
    const answer = await answerPath(manager, ${JSON.stringify(path)});
    const { user, system } = process.cpuUsage(busy);
    console.log(performance.now() - start, opened - start, (user + system) / 1000, answer.kind);
    manager.close();`;
  const ran = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const [ms = 0, openMs = 0, cpuMs = 0] = ran.stdout.split(' ').map(Number);
  return [ms, openMs, cpuMs];
}

async function laterQueries(manifest: string, paths: readonly string[]): Promise<void> {
  const index = readIndex(join(dirname(manifest), 'distidx.json'));
  const { manager } = openManager(managerInput(readManifest(manifest), index));
  const ask = async (path: string): Promise<number> => {
    const start = performance.now();
    const symbol = await manager.pathSymbol(path);
    await manager.argSpec(symbol);
    await manager.documentation(symbol);
    return performance.now() - start;
  };
  const asked = Array.from({ length: 30_000 }, (_, at) => paths[(at * 7919) % paths.length] as string);
  for (const path of asked) await ask(path);
  const times: number[] = [];
  for (const path of asked) times.push(await ask(path));
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    `${((times[Math.floor(times.length * share)] ?? 0) * 1000).toFixed(1)} µs`;
  console.log(`later queries (symbol, signature, documentation): p50 ${at(0.5)}, p99 ${at(0.99)}`);
  console.log(`  about ${Math.round(manager.loadedBytes / 1e6)} MB in memory`);
  manager.close();
}

/** Two commands that somebody would choose between, ours first. */
interface Pair {
  readonly what: string;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/**
 * Beside programs that answer the same by reading sources each time: `apt-get install python3-jedi mypy`, or a virtual environment with both
 * whose `bin` comes first on PATH. They are no part of the set-up. Medians of five whole processes.
 */
async function peers(folder: string, manifest: string): Promise<void> {
  const jedi = (code: string, line: number, column: number): string =>
    `import jedi; print(jedi.Script(${JSON.stringify(code)}).complete(${line}, ${column})[0].get_signatures())`;
  const explore = [program, 'py', 'explore', '--fresh', '--out', join(folder, 'graphs')];
  const pairs: readonly Pair[] = [
    {
      what: 'one symbol with its signature; the first completion of jedi with it',
      ours: [process.execPath, program, 'py', 'query', 'std_7.function_3', '--manifest', manifest],
      theirs: ['python3', '-c', jedi('import json\njson.du', 2, 7)],
    },
    {
      what: 'a graph of json, made valid; stubs of it by stubgen',
      ours: [process.execPath, ...explore, 'builtin-stdlib', '--toplevel', 'json'],
      theirs: ['stubgen', '-q', '-p', 'json', '-o', join(folder, 'stubs')],
    },
    {
      what: 'a graph of asyncio, email, http and unittest; stubs of them by stubgen',
      ours: [
        ...[process.execPath, ...explore, 'builtin-stdlib'],
        ...['asyncio', 'email', 'http', 'unittest'].flatMap((name) => ['--toplevel', name]),
      ],
      theirs: [
        ...['stubgen', '-q', '-o', join(folder, 'stubs')],
        ...['asyncio', 'email', 'http', 'unittest'].flatMap((name) => ['-p', name]),
      ],
    },
  ];
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const cost = async ([file = '', ...args]: readonly string[]): Promise<CommandCost | undefined> => {
    const costs: CommandCost[] = [];
    try {
      for (let round = 0; round < 5; round += 1)
        costs.push(await costOf({ program: file, args, cwd: folder, env }));
    } catch {
      return undefined;
    }
    return {
      seconds: median(costs.map((one) => one.seconds)),
      cpuSeconds: median(costs.map((one) => one.cpuSeconds)),
    };
  };
  for (const { what, ours, theirs } of pairs) {
    const [own, other] = [await cost(ours), await cost(theirs)];
    const words = (one: CommandCost | undefined): string =>
      one === undefined
        ? 'not there'
        : `${Math.round(one.seconds * 1000)} ms (${Math.round(one.cpuSeconds * 1000)} of CPU)`;
    const ratio = own && other ? `, ${(other.cpuSeconds / own.cpuSeconds).toFixed(1)} times the work` : '';
    console.log(`${what}\n  packmill ${words(own)}; ${theirs[0]} ${words(other)}${ratio}`);
  }
}

/** Datafiles of Python symbols: opening a release of 864 distributions, first and later queries, and other programs. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-py-'));
  try {
    const { manifest, paths } = writeWorld(folder);
    const first = (path: string): string => {
      const runs = Array.from({ length: 7 }, () => firstQuery(manifest, path));
      const [ms, openMs, cpuMs] = [0, 1, 2].map((at) => median(runs.map((one) => one[at] ?? 0)).toFixed(1));
      return `${ms} ms, of that opening ${openMs} ms; ${cpuMs} ms of CPU in all threads`;
    };
    console.log(
      `864 distributions (${readFileSync(manifest).length} bytes of manifest), opened and asked for the first time:`,
    );
    console.log(`  of a small distribution        ${first('dist400.function_3')}`);
    console.log(`  of the standard library        ${first('std_7.function_3')}`);
    await laterQueries(manifest, paths);
    await peers(folder, manifest);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
