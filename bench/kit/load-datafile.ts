// node load-datafile.ts KIND MODE FILE: loads a datafile, or the same data as packed JSON, again and again in a process of its own, and prints
// the processor time of the first time and the middle of the others in milliseconds, that of collectors of garbage included.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  decodeDatafile,
  openDatafile,
  type ResourceKind,
  resourceCodecs,
  type SymbolNode,
  viewGraphSections,
  viewTableSections,
} from '../../src/python-resources/index.ts';
import { median } from '../measure/figures.ts';

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

/** As a manager has it: every block is unpacked, and the place of each entry is known; an entry is read when it is asked for. */
function view(kind: ResourceKind, file: Uint8Array): void {
  const { sections } = openDatafile(kind, file);
  if (kind === 'SymbolGraph') {
    const graph = viewGraphSections(sections);
    for (const top of graph.toplevels) graph.node(top, 0);
  } else {
    const table = viewTableSections(resourceCodecs[kind] as never, sections, { name: kind });
    for (const { keys } of sections) table.get(keys?.[0] as bigint);
  }
}

const [, , kind = 'SymbolGraph', mode, file = ''] = process.argv as [
  string,
  string,
  ResourceKind,
  string,
  string,
];
const bytes = readFileSync(file);
const parse = (): never => JSON.parse(gunzipSync(bytes).toString('utf8')) as never;
const work: Readonly<Record<string, () => unknown>> = {
  json: () => fromJson[kind]?.(parse()),
  parse,
  message: () => decodeDatafile(kind, bytes),
  view: () => view(kind, bytes),
};
const costs = Array.from({ length: 15 }, () => {
  const before = process.cpuUsage();
  work[mode ?? '']?.();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
});
console.log(JSON.stringify([costs[0], median(costs.slice(5))]));
