// What it costs to load datafiles of Python symbols, beside the same data as JSON: of the standard library of this machine, and of a graph
// that is made up. Both sides begin with packed bytes and end with the same values: maps, hashes of 64 bits, paths in their parts.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  datafilesOf,
  decodeDatafile,
  encodeDatafile,
  type ResourceKind,
  type ResourceTypes,
  readManifest,
  type SymbolNode,
} from '../src/python-resources/index.ts';
import { sampleGraph } from './kit/python-world.ts';
import { median } from './measure/figures.ts';

const program = join(import.meta.dirname, '../bin/packmill');
const stdlib = { name: 'builtin-stdlib', version: '3' };

/** Processor time in milliseconds, that of collectors of garbage included: a busy machine says little by the clock. */
function cost(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const medianOf = (runs: number, work: () => unknown): number =>
  median(Array.from({ length: runs }, () => cost(work)));

type Path = { hash: string; parts: string[] };
type Ref = { internal: number; external: Path };
interface NodeRow {
  canonical: Path;
  children: Record<string, Ref>;
  type: Ref | null;
  bases: Ref[];
  kind: SymbolNode['kind'];
}
interface TypesRow {
  kind: SymbolNode['kind'];
  type: Path | null;
  bases: Path[];
}

const path = ({ hash, parts }: Path) => ({ hash: BigInt(hash), parts });
const ref = ({ internal, external }: Ref) => ({ internal, external: path(external) });
const byHash = <Row, Value>(rows: Record<string, Row>, value: (row: Row) => Value): Map<bigint, Value> =>
  new Map(Object.entries(rows).map(([hash, row]) => [BigInt(hash), value(row)]));

/** Values from what JSON.parse gives. */
const fromJson: { readonly [Kind in ResourceKind]?: (parsed: never) => unknown } = {
  SymbolGraph: (tops: Record<string, NodeRow[]>) =>
    new Map(
      Object.entries(tops).map(([top, rows]) => [
        top,
        rows.map((row) => ({
          canonical: path(row.canonical),
          children: new Map(Object.entries(row.children).map(([name, one]) => [name, ref(one)])),
          type: row.type && ref(row.type),
          bases: row.bases.map(ref),
          kind: row.kind,
        })),
      ]),
    ),
  SymbolTypes: (rows: Record<string, TypesRow>) =>
    byHash(rows, ({ kind, type, bases }) => ({ kind, type: type && path(type), bases: bases.map(path) })),
  ArgSpec: (rows: Record<string, unknown>) => byHash(rows, (row) => row),
  Documentation: (rows: Record<string, unknown>) => byHash(rows, (row) => row),
};

function toJson(values: ReadonlyMap<unknown, unknown>): string {
  return JSON.stringify(Object.fromEntries(values as ReadonlyMap<string, unknown>), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value instanceof Map ? Object.fromEntries(value) : value,
  );
}

function compare<Kind extends ResourceKind>(kind: Kind, blob: Uint8Array): void {
  const values = decodeDatafile(kind, blob);
  const packed = gzipSync(toJson(values));
  const parse = (): never => JSON.parse(gunzipSync(packed).toString('utf8')) as never;
  const whole = medianOf(9, () => fromJson[kind]?.(parse()));
  const parsed = medianOf(9, parse);
  const ours = medianOf(9, () => decodeDatafile(kind, blob));
  const unpacked = medianOf(9, () => gunzipSync(blob));
  console.log(
    `  ${kind.padEnd(14)} ${values.size} entries; JSON to values ${whole.toFixed(1)} ms (JSON.parse alone ${parsed.toFixed(1)}), ` +
      `MessagePack ${ours.toFixed(1)} ms (unpacking alone ${unpacked.toFixed(1)}): ${(whole / ours).toFixed(1)} times as fast ` +
      `(${(parsed / ours).toFixed(1)})`,
  );
}

/** Builds the data of the standard library, and compares each kind. */
function standard(folder: string): void {
  const run = (...words: readonly string[]): void =>
    void execFileSync(process.execPath, [program, 'py', ...words], { cwd: folder, stdio: 'ignore' });
  run('setup');
  const name = 'builtin-stdlib__3';
  copyFileSync(join(folder, 'dockerfiles/all', name), join(folder, 'dockerfiles/build', name));
  run('build');
  const [entry] = readManifest(join(folder, 'build/manifest.json'));
  console.log(`standard library of this machine, load ${loadavg()[0]?.toFixed(1)}:`);
  for (const kind of ['SymbolGraph', 'SymbolTypes', 'ArgSpec', 'Documentation'] as const)
    compare(kind, readFileSync(entry?.paths.get(kind) ?? ''));
}

/** Prints processor time in milliseconds. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-pyload-'));
  try {
    standard(folder);
    const graph: ResourceTypes['SymbolGraph'] = sampleGraph('std', 320);
    const nodes = [...graph.values()].reduce((sum, list) => sum + list.length, 0);
    const blob = encodeDatafile('SymbolGraph', graph);
    console.log(`a graph of ${nodes} nodes that is made up:`);
    compare('SymbolGraph', blob);
    const file = join(folder, 'graph.blob');
    writeFileSync(file, blob);
    const source = datafilesOf([{ distribution: stdlib, paths: new Map([['SymbolGraph', file]]) }]);
    const opened = medianOf(9, () => source.graph(stdlib));
    const asked = medianOf(9, () => {
      const view = source.graph(stdlib)?.value;
      for (let top = 0; top < 320; top += 10) view?.node(`std_${top}`, 5);
    });
    console.log(
      `  opened for the first question ${opened.toFixed(2)} ms; 32 of 320 top-levels asked ${asked.toFixed(1)} ms`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await Promise.resolve();
}
