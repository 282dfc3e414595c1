// What it costs to explore the standard library in a sandbox: cold, and again with nothing changed; to make its graph valid; how
// many of its signatures are known and right; and a document of 400 MB in the words of the original explorer made valid.
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { standardLibraryName } from '../src/formats/python-graph/index.ts';
import { machine, systemClock } from '../src/host/index.ts';
import { type ExplorationInput, explore, validateGraph } from '../src/python-explorer/index.ts';
import { BubblewrapDriver } from '../src/sandbox/bubblewrap/index.ts';
import { ReadGraph } from '../test/python-explorer/laboratory.ts';
import { compareSignatures } from '../test/python-explorer/signatures.ts';

/** Prints milliseconds of each. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-pyexplore-'));
  try {
    await standard(folder);
    await large(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const megabytes = (path: string): string => `${(statSync(path).size / 1e6).toFixed(1)} MB`;

async function timed<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedMs = performance.now();
  const value = await work();
  console.log(`${what}: ${Math.round(performance.now() - startedMs)} ms, load ${loadavg()[0]?.toFixed(1)}`);
  return value;
}

async function standard(folder: string): Promise<void> {
  for (const name of ['sandbox', 'scratch']) mkdirSync(join(folder, name));
  const input: ExplorationInput = {
    environment: { python: '/usr/bin/python3', prefixes: [], site: [] },
    distribution: { name: standardLibraryName, version: '3' },
    output: join(folder, 'standard.json'),
    cage: {
      sandbox: new BubblewrapDriver({ folder: join(folder, 'sandbox'), hidden: [] }),
      root: { kind: 'host' },
      scratch: join(folder, 'scratch'),
      clock: systemClock,
    },
    options: { jobs: machine.processors() },
  };
  const cold = await timed('standard library, cold', () => explore(input));
  const nodes = cold.summary.toplevels.reduce((sum, one) => sum + one.nodes, 0);
  console.log(`  ${cold.summary.toplevels.length} top-levels, ${nodes} nodes, ${megabytes(input.output)}`);
  for (let round = 0; round < 3; round += 1) {
    const warm = await timed('standard library, warm', () => explore(input));
    if (!warm.recorded) throw new Error('nothing has changed, and it was explored again');
  }
  const valid = join(folder, 'standard.valid.json');
  await timed('made valid', () => validateGraph(input.output, valid));
  const found = compareSignatures(await ReadGraph.of(valid));
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;
  console.log(
    `  ${found.callables} callables in Python, ${percent(found.signed, found.callables)} with a signature`,
  );
  console.log(
    `  as inspect.signature has it: ${percent(found.agreeing, found.answered)} of ${found.answered}`,
  );
  for (const one of found.different.slice(0, 10)) console.log(`  different: ${one}`);
  const text = join(folder, 'text.json');
  const options = { ...input.options, static: 'only' as const };
  await timed('standard library, by its text alone', () => explore({ ...input, output: text, options }));
}

async function large(folder: string): Promise<void> {
  const document = join(folder, 'large.json');
  await writeLarge(document);
  const memory = { most: 0 };
  const watch = setInterval(() => {
    memory.most = Math.max(memory.most, process.memoryUsage.rss());
  }, 50);
  await timed(`a document of ${megabytes(document)} made valid`, () =>
    validateGraph(document, join(folder, 'large.valid.json')),
  );
  clearInterval(watch);
  console.log(`  at most ${Math.round(memory.most / 1e6)} MB of memory`);
  if (!existsSync(join(folder, 'large.valid.json'))) throw new Error('nothing was written');
}

/** Four shards of 60,000 nodes with long texts, as the original explorer writes them. */
async function writeLarge(path: string): Promise<void> {
  const out = createWriteStream(path);
  const write = async (text: string): Promise<void> => {
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', resolve));
  };
  const base = 139_000_000_000_000;
  const count = 60_000;
  const long = { str: 's'.repeat(700), repr: 'r'.repeat(700), source: ['x'.repeat(60), 'y'.repeat(40)] };
  const tops = ['a', 'b', 'c', 'd'];
  await write('{"pip-package":"large","pip-version":"1","shards":{');
  for (const top of tops) {
    const members: Record<string, number> = {};
    for (let at = 1; at < count; at += 1) members[`m${at}`] = base + at;
    const root = { id: base, canonical_name: top, classification: 'module', type_id: 5, members };
    await write(`${top === 'a' ? '' : ','}"${top}":{"${base}":${JSON.stringify(root)}`);
    for (let at = 1; at < count; at += 1) {
      const id = base + at;
      const rest = {
        canonical_name: null,
        classification: 'object',
        type_id: 5,
        docstring: `doc ${at}`,
        ...long,
      };
      await write(`,"${id}":${JSON.stringify({ id, ...rest, members: { next: id + 1 } })}`);
    }
    await write('}');
  }
  await write(`},"rootIDs":${JSON.stringify(Object.fromEntries(tops.map((top) => [top, base])))}}`);
  await new Promise<void>((resolve) => out.end(resolve));
}
