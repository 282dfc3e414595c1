import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  encodeGraphEvent,
  type GraphNode,
  type GraphParameter,
  graphNode,
} from '../../src/formats/python-graph/index.ts';

const program = join(import.meta.dirname, '../../bin/packmill');
let folder: string;

const parameter = (name: string, more: Partial<GraphParameter> = {}): GraphParameter => ({
  ...{ name, kind: 'positional-or-keyword', defaultText: null, defaultType: null, annotation: null },
  ...more,
});

const called = (from: 'source' | 'stub', ...parameters: readonly GraphParameter[]): Partial<GraphNode> => ({
  kind: 'function',
  signature: { parameters, returns: from === 'stub' ? 'Meal' : null, from },
});

/** A valid graph of one module `pots` with members that have none. */
function writeGraph(
  file: string,
  version: string,
  members: Readonly<Record<string, Partial<GraphNode>>>,
): void {
  const names = Object.keys(members);
  const root = { id: 0, kind: 'module', canonical: 'pots' } as const;
  const nodes = [
    graphNode({ ...root, members: new Map(names.map((name, at) => [name, at + 1])) }),
    ...names.map((name, at) =>
      graphNode({ id: at + 1, canonical: `pots.${name}`, kind: 'object', ...members[name] }),
    ),
  ];
  const head = {
    graph: 'packmill-python',
    schema: 2,
    state: 'valid',
    distribution: { name: 'pots', version },
  };
  const lines = [
    JSON.stringify({ ...head, rules: 'packmill' }),
    '{"shard":"pots"}',
    ...nodes.map((node) => encodeGraphEvent({ event: 'node', node })),
    '{"shardEnd":"pots","root":0,"complete":true}',
    '{"end":true}\n',
  ];
  writeFileSync(join(folder, file), lines.join('\n'));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-python-symbols-'));
  mkdirSync(join(folder, 'old'));
  writeGraph('old/pots__1.0.valid.json', '1.0', {
    boil: {
      ...called('source', parameter('water'), parameter('salt', { defaultText: '0' })),
      docstring: 'Boil it.',
    },
    fry: called('stub', parameter('oil', { annotation: 'Oil' })),
    bake: { kind: 'function', docstring: 'bake(dough, hours=1)\n\nBakes.' },
    Lid: { kind: 'type' },
    _rinse: called('source'),
  });
  writeGraph('pots__2.0.valid.json', '2.0', {
    boil: called('source', parameter('water')),
    fry: called('stub', parameter('oil', { annotation: 'Oil' }), parameter('lid', { defaultText: 'None' })),
    bake: { kind: 'function', docstring: 'bake(dough, hours=1)\n\nBakes.' },
    Lid: { kind: 'type' },
    steam: called('source', parameter('water')),
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function packmill(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { cwd: folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

it('py coverage tells how many signatures there are, from where, and which are not', async () => {
  const [people, machines] = await Promise.all([
    packmill('py', 'coverage', 'old', 'pots__2.0.valid.json', '--unknown'),
    packmill('--json', 'py', 'coverage', 'old'),
  ]);
  expect(people).toEqual({
    code: 0,
    err: '',
    out: [
      'pots 1.0: 5 callables, 3 (60.0 %) in full, 1 (20.0 %) in part, 1 (20.0 %) annotated, 2 (40.0 %) documented',
      '  signatures from: source 2, stub 1, docstring 1',
      '  unknown: pots.Lid',
      'pots 2.0: 5 callables, 3 (60.0 %) in full, 1 (20.0 %) in part, 0 (0.0 %) annotated, 1 (20.0 %) documented',
      '  signatures from: source 2, stub 1, docstring 1',
      '  unknown: pots.Lid',
      '',
    ].join('\n'),
  });
  expect(JSON.parse(machines.out)).toMatchObject([
    {
      distribution: { name: 'pots', version: '1.0' },
      ...{ callables: 5, full: 3, partial: 1, sources: { source: 2, stub: 1, docstring: 1 } },
      ...{ unknown: ['pots.Lid'], toplevels: { pots: { callables: 5 } } },
    },
  ]);
});

it('py diff tells what a new version breaks, and fails for it when asked to', async () => {
  const words = ['py', 'diff', 'old', 'pots__2.0.valid.json'];
  const [all, breaking, machines, same] = await Promise.all([
    packmill(...words, '--all'),
    packmill(...words, '--breaking', '--strict'),
    packmill('--json', ...words),
    packmill('py', 'diff', 'old', 'old', '--strict'),
  ]);
  const boil =
    "! changed pots.boil: takes at most 1 positional arguments instead of 2; has no keyword 'salt' any more";
  const count = '1 added, 1 removed, 2 changed, 0 moved; 1 break users';
  const rest = [
    '  removed pots._rinse: function',
    "  changed pots.fry: takes 'lid' too",
    '  added pots.steam: function',
  ];
  expect([all.code, all.out.trimEnd().split('\n').sort()]).toEqual([0, [boil, ...rest, count].sort()]);
  expect([breaking.code, breaking.out]).toEqual([1, `${boil}\n${count}\n`]);
  const { changes, counts } = JSON.parse(machines.out);
  expect(counts).toMatchObject({ added: 1, removed: 1, changed: 2, breaking: 1 });
  // what is private is left out
  expect(changes.map(({ path }: { path: string }) => path).sort()).toEqual([
    'pots.boil',
    'pots.fry',
    'pots.steam',
  ]);
  expect([same.code, same.out]).toEqual([0, '0 added, 0 removed, 0 changed, 0 moved; 0 break users\n']);
});

it('a graph that was cut short is told, and its names are shown, not obeyed', async () => {
  const odd = 'a\u001b[2Jb';
  writeGraph('odd.json', '3.0', { [odd]: { kind: 'function' } });
  const text = readFileSync(join(folder, 'odd.json'), 'utf8');
  writeFileSync(join(folder, 'cut.json'), text.slice(0, text.indexOf('{"shardEnd"')));
  const [names, cut, strict] = await Promise.all([
    packmill('py', 'coverage', 'odd.json', '--unknown'),
    packmill('py', 'coverage', 'cut.json'),
    packmill('py', 'diff', 'cut.json', 'cut.json', '--strict'),
  ]);
  expect(names.out).toContain('unknown: pots.a\\x1b[2Jb\n');
  expect(cut.err).toContain('MPY021 ');
  expect(strict.err).toContain('MPY021 ');
  expect(strict.code).toBe(1);
});

it('what is no graph, or several, is the mistake of who named it', async () => {
  const ends = await Promise.all([
    packmill('py', 'coverage', join(folder, 'none')),
    packmill('py', 'diff', folder, join(folder, 'old', '..', '..')),
  ]);
  expect(ends.map(({ code, out, err }) => [code, out, err.includes('MPY400')])).toEqual([
    [2, '', true],
    [2, '', true],
  ]);
});
