import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeGraphEvent, type GraphEvent, graphNode } from '../../src/formats/python-graph/index.ts';
import { openGraph } from '../../src/python-build/graph-of-distribution.ts';
import { graphHeader } from '../../src/python-explorer/index.ts';

/** How often this process has a file open. */
const opened = (path: string): number =>
  readdirSync('/proc/self/fd').filter((number) => {
    try {
      return readlinkSync(`/proc/self/fd/${number}`) === path;
    } catch {
      return false;
    }
  }).length;

const shard = (toplevel: string): readonly GraphEvent[] => [
  { event: 'shard', toplevel },
  // more than is read at one time
  ...Array.from({ length: 10 }, (_, id): GraphEvent => {
    const node = { ...graphNode({ id, kind: 'module' }), docstring: 'x'.repeat(60_000) };
    return { event: 'node', node };
  }),
  { event: 'shard-end', toplevel, root: 0, complete: true },
];

test('a graph is closed when a builder fails between two top-levels', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-open-graph-'));
  try {
    const path = join(folder, 'graph.json');
    const header = {
      state: 'valid',
      distribution: { name: 'alpha', version: '1.0' },
      python: { implementation: 'CPython', version: '3.11.2' },
      rules: 'packmill',
    } as const;
    const events: readonly GraphEvent[] = [
      { event: 'header', header },
      ...['one', 'two', 'three'].flatMap(shard),
      { event: 'end', complete: true },
    ];
    writeFileSync(path, events.map((event) => `${encodeGraphEvent(event)}\n`).join(''));
    const graph = await openGraph(path);
    expect(graph.distribution).toEqual({ name: 'alpha', version: '1.0' });
    expect(opened(path)).toBe(1);
    const fails = async (): Promise<void> => {
      for await (const { toplevel } of graph.shards) throw new Error(`no ${toplevel}`);
    };
    await expect(fails()).rejects.toThrow('no one');
    expect(opened(path)).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the header of a graph is read from its first line, and other files have none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-graph-header-'));
  try {
    const path = join(folder, 'graph.json');
    const header = {
      state: 'raw',
      distribution: { name: 'alpha', version: '1.0' },
      python: { implementation: 'CPython', version: '3.11.2' },
      rules: 'packmill',
    } as const;
    const events: readonly GraphEvent[] = [{ event: 'header', header }, ...shard('one')];
    writeFileSync(path, `${events.map(encodeGraphEvent).join('\n')}\n`);
    expect(await graphHeader(path)).toEqual(header);
    for (const other of ['', '{"graph":1}\n', `${shard('one').map(encodeGraphEvent).join('\n')}\n`]) {
      writeFileSync(path, other);
      expect(await graphHeader(path)).toBeUndefined();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
