// What it costs to load datafiles of Python symbols, beside the same data as JSON: of the standard library of this machine, and of a graph
// that is made up. Both sides begin with packed bytes and end with the same values: maps, hashes of 64 bits, paths in their parts.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  decodeDatafile,
  encodeDatafile,
  type ResourceKind,
  readManifest,
} from '../src/python-resources/index.ts';
import { sampleGraph } from './kit/python-world.ts';

const program = join(import.meta.dirname, '../bin/packmill');
const loader = join(import.meta.dirname, 'kit/load-datafile.ts');

function toJson(values: ReadonlyMap<unknown, unknown>): string {
  return JSON.stringify(Object.fromEntries(values as ReadonlyMap<string, unknown>), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value instanceof Map ? Object.fromEntries(value) : value,
  );
}

/** Prints what each way costs, the first time in a process and when it is warm, and how many times as much JSON costs. */
function compare(kind: ResourceKind, folder: string, blob: Uint8Array): void {
  const values = decodeDatafile(kind, blob);
  const [ours, json] = [join(folder, 'data.blob'), join(folder, 'data.json.gz')];
  writeFileSync(ours, blob);
  writeFileSync(json, gzipSync(toJson(values)));
  const cost = (mode: string, file: string): readonly [first: number, warm: number] => {
    const runs = Array.from(
      { length: 3 },
      () =>
        JSON.parse(execFileSync(process.execPath, [loader, kind, mode, file], { encoding: 'utf8' })) as [
          number,
          number,
        ],
    );
    const least = (at: 0 | 1): number => Math.min(...runs.map((run) => run[at]));
    return [least(0), least(1)];
  };
  const whole = cost('json', json);
  console.log(`${kind}, ${values.size} entries, load ${loadavg()[0]?.toFixed(1)}: the first time, and warm`);
  const row = (what: string, [first, warm]: readonly [number, number]): void =>
    console.log(
      `  ${what.padEnd(42)} ${first.toFixed(1).padStart(6)} ms, ${warm.toFixed(1).padStart(6)} ms; ` +
        `JSON: ${(whole[0] / first).toFixed(1)} and ${(whole[1] / warm).toFixed(1)} times as much`,
    );
  row('JSON to values', whole);
  row('JSON.parse alone', cost('parse', json));
  row('MessagePack, every value made', cost('message', ours));
  row('MessagePack, as a manager has it', cost('view', ours));
}

/** Prints processor time in milliseconds: the least of three processes. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-pyload-'));
  try {
    const packmill = (...words: readonly string[]): void =>
      void execFileSync(process.execPath, [program, 'py', ...words], { cwd: folder, stdio: 'ignore' });
    packmill('setup');
    const name = 'builtin-stdlib__3';
    copyFileSync(join(folder, 'dockerfiles/all', name), join(folder, 'dockerfiles/build', name));
    packmill('build');
    const [entry] = readManifest(join(folder, 'build/manifest.json'));
    console.log('standard library of this machine');
    for (const kind of ['SymbolGraph', 'SymbolTypes', 'ArgSpec', 'Documentation'] as const)
      compare(kind, folder, readFileSync(entry?.paths.get(kind) ?? ''));
    console.log('a graph of 48320 nodes that is made up');
    compare('SymbolGraph', folder, encodeDatafile('SymbolGraph', sampleGraph('std', 320)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await Promise.resolve();
}
