import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../diagnostics/index.ts';
import type { GraphEvent, GraphNode } from './index.ts';
import {
  decodeGraphEvent,
  distributionStem,
  encodeGraphEvent,
  graphNode,
  parseDistribution,
  readGraph,
  readShards,
} from './index.ts';

/** A text in pieces of some size, as a file gives it. */
async function* pieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const word = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '1', '', 'a.b', 'toString', '\u{1f600}'),
  fc.string({ unit: 'grapheme' }),
);
const id = fc.nat({ max: 1_000_000 });
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value);
const signature = fc.record({
  parameters: fc.array(
    fc.record({
      name: word,
      kind: fc.constantFrom('positional-only' as const, 'keyword-only' as const, 'var-keyword' as const),
      defaultText: maybe(word),
      defaultType: maybe(word),
      annotation: maybe(word),
    }),
    { maxLength: 3 },
  ),
  returns: maybe(word),
  from: fc.constantFrom('stub' as const, 'source' as const, 'runtime' as const),
});
const names = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<ReadonlyMap<string, Value>> =>
  fc.array(fc.tuple(word, value), { maxLength: 4 }).map((pairs) => new Map(pairs));
const node: fc.Arbitrary<GraphNode> = fc.record({
  id,
  canonical: maybe(word.filter((text) => text !== '')),
  reference: maybe(word.filter((text) => text !== '')),
  origin: maybe(fc.record({ name: word.filter((text) => text !== ''), version: word })),
  kind: maybe(fc.constantFrom('function' as const, 'type' as const, 'object' as const)),
  type: maybe(id),
  bases: fc.array(id, { maxLength: 3 }),
  members: names(id),
  docstring: word,
  docInherited: fc.boolean(),
  signature: maybe(signature),
  overloads: fc.array(signature, { maxLength: 2 }),
  undecorated: maybe(signature),
  traits: fc.uniqueArray(fc.constantFrom('async' as const, 'abstract' as const, 'property' as const)),
  annotations: names(word),
  value: maybe(word),
  source: maybe(fc.record({ path: word, line: fc.nat() })),
});

describe('lines of a graph', () => {
  it('say of any node what went in', () => {
    fc.assert(
      fc.property(node, (one) => {
        const line = encodeGraphEvent({ event: 'node', node: one });
        expect(line).not.toContain('\n');
        expect(decodeGraphEvent(line)).toEqual({ event: 'node', node: one });
      }),
    );
  });

  it('that are none are undefined and never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const event = decodeGraphEvent(text);
        if (event?.event === 'node') expect(event.node.id).toBeGreaterThanOrEqual(0);
      }),
    );
    for (const text of [
      '',
      '[]',
      'null',
      '{"id":-1}',
      '{"id":1e300}',
      '{"id":"1"}',
      '{"id":1.5}',
      '{"id":1',
    ]) {
      expect(decodeGraphEvent(text)).toBeUndefined();
    }
  });

  it('of another schema are none', async () => {
    const line = '{"graph":"packmill-python","schema":3,"distribution":{"name":"a"}}\n';
    await expect(all(readGraph(pieces(line)))).rejects.toThrow('MPY020');
  });
});

const header: GraphEvent = {
  event: 'header',
  header: {
    state: 'raw',
    distribution: { name: 'foo', version: '1' },
    python: { implementation: 'CPython', version: '3.11.2' },
    rules: 'packmill',
  },
};
const events: readonly GraphEvent[] = [
  header,
  { event: 'shard', toplevel: 'foo' },
  {
    event: 'node',
    node: graphNode({ id: 0, kind: 'module', canonical: 'foo', members: new Map([['é', 1]]) }),
  },
  { event: 'node', node: graphNode({ id: 1, kind: 'object', docstring: 'two\nlines' }) },
  { event: 'shard-end', toplevel: 'foo', root: 0, complete: true },
  {
    event: 'trouble',
    trouble: { code: 'MPY004', what: 'no', toplevel: 'bar', at: 'bar.x', why: 'it raises' },
  },
  { event: 'end', complete: true },
];
const text = `${events.map(encodeGraphEvent).join('\n')}\n`;

describe('a graph of lines', () => {
  it('is read as it was written, whatever the pieces', async () => {
    for (const size of [1, 5, 64, 10_000]) expect(await all(readGraph(pieces(text, size)))).toEqual(events);
  });

  it('cut at any byte gives what is whole, and says that it ends too early', async () => {
    const bytes = new TextEncoder().encode(text);
    const first = text.indexOf('\n');
    for (let length = 0; length < bytes.length - 1; length += 1) {
      const cut = new TextDecoder().decode(bytes.subarray(0, length));
      if (length < first) {
        await expect(all(readGraph(pieces(cut)))).rejects.toThrow('MPY020');
        continue;
      }
      const found = await all(readGraph(pieces(cut)));
      const last = found.at(-1);
      expect(last?.event).toBe('end');
      if (last?.event !== 'end' || last.complete) expect(length).toBe(bytes.length - 1);
      else expect(found.at(-2)).toMatchObject({ event: 'trouble', trouble: { code: 'MPY021' } });
      const nodes = found.filter(({ event }) => event === 'node');
      expect(events.filter(({ event }) => event === 'node').slice(0, nodes.length)).toEqual(nodes);
    }
  });

  it('leaves out lines that say nothing where they stand, and goes on', async () => {
    const lines = text.split('\n');
    const bad = [
      lines[0],
      lines[2],
      lines[1],
      '{"id":-1}',
      'nonsense',
      lines[2],
      lines[2],
      ...lines.slice(3),
    ];
    const found = await all(readShards(pieces(bad.join('\n'))));
    const codes = found.flatMap((event) => (event.event === 'trouble' ? [event.trouble.code] : []));
    expect(codes).toEqual(['MPY026', 'MPY026', 'MPY026', 'MPY026', 'MPY004']);
    const shard = found.find((event) => event.event === 'shard');
    expect(shard?.event === 'shard' && Array.from(shard.shard.nodes.keys())).toEqual([0, 1]);
  });
});

it('a graph behind blanks is the same graph, however long they are', async () => {
  const blanks = `${' '.repeat(1500)}${'\r\n\t'.repeat(500)}`;
  for (const one of [text, asText(document)]) {
    const plain = await all(readGraph(pieces(one, 2000)));
    for (const size of [7, 512, 2000, 100_000])
      expect(await all(readGraph(pieces(`${blanks}${one}`, size)))).toEqual(plain);
  }
});

/** Pieces that tell whether their reader has let go of them. */
function watched(of: string, size: number): { readonly source: AsyncIterable<Uint8Array>; isLeft: boolean } {
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces(of, size);
    } finally {
      told.isLeft = true;
    }
  }
  const told = { source: source(), isLeft: false };
  return told;
}

describe('the pieces of a graph', () => {
  it('are let go of by who stops at any event, and where there is no graph', async () => {
    for (const one of [text, asText(document)]) {
      for (const size of [7, 100_000]) {
        const count = (await all(readShards(pieces(one, size)))).length;
        for (let stop = 1; stop <= count; stop += 1) {
          const file = watched(one, size);
          let seen = 0;
          for await (const _event of readShards(file.source)) {
            seen += 1;
            if (seen === stop) break;
          }
          expect(file.isLeft).toBe(true);
        }
      }
    }
    for (const none of ['no graph', `{"graph":1}\n${'x'.repeat(2000)}`, `{"shards":7,${' '.repeat(2000)}`]) {
      const file = watched(none, 500);
      await expect(all(readShards(file.source))).rejects.toThrow('MPY020');
      expect(file.isLeft).toBe(true);
    }
  });
});

/** A graph in the words of the original, with ids beyond what a double holds. */
const document = {
  'pip-package': 'foo "quoted" \\ é',
  'pip-version': '1',
  shards: {
    foo: {
      '9007199254740993': {
        id: '9007199254740993n',
        canonical_name: 'foo',
        package: 'foo',
        classification: 'module',
        type_id: 7,
        bases: [],
        members: { f: '9007199254740992n', '}{,"': 5, __proto__x: 5 },
        docstring: 'says "}" and \\ and 12345678901234567890',
        str: '<module>',
        repr: '<module>',
        argspec: null,
      },
      '9007199254740992': {
        id: '9007199254740992n',
        canonical_name: null,
        classification: 'function',
        type_id: 7,
        members: {},
        docstring: '',
        argspec: {
          args: [
            { name: 'a', default_type: null, default_value: null, annotation_type: null },
            { name: 'b', default_type: 'builtins.str', default_value: '', annotation_type: null },
          ],
          kwonly: [{ name: 'c', default_type: 'builtins.int', default_value: '1', annotation_type: null }],
          vararg: 'rest',
          kwarg: null,
        },
        source_path: '/a/foo.py',
        source_begin_line: 3,
      },
      '5': { id: 5, canonical_name: null, reference: 'bar.x' },
      '7': { id: 8, canonical_name: 'not under its key' },
    },
    second: { '1': { id: 1, canonical_name: 'second', classification: 'module', members: {} } },
  },
  rootIDs: { foo: '9007199254740993n', second: 1 },
};
const asText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replace(/"(\d+)n"/g, '$1');

describe('the one document of the original explorer', () => {
  it('is read node by node, with ids that are told apart by their text', async () => {
    for (const [indent, size] of [
      [undefined, 3],
      [2, 1000],
    ] as const) {
      const found = await all(readShards(pieces(asText(document, indent), size)));
      const [head, trouble, foo, second, end] = found;
      expect(head).toMatchObject({ header: { distribution: { name: 'foo "quoted" \\ é', version: '1' } } });
      expect(trouble).toMatchObject({ trouble: { code: 'MPY026', toplevel: 'foo' } });
      if (foo?.event !== 'shard') throw new Error('no shard');
      const root = foo.shard.nodes.get(foo.shard.root ?? -1);
      expect(root).toMatchObject({ canonical: 'foo', kind: 'module' });
      expect(root?.docstring).toBe('says "}" and \\ and 12345678901234567890');
      expect(Array.from(root?.members.keys() ?? [])).toEqual(['f', '}{,"', '__proto__x']);
      const f = foo.shard.nodes.get(root?.members.get('f') ?? -1);
      expect(f?.id).not.toBe(root?.id);
      expect(
        f?.signature?.parameters.map(({ name, kind, defaultText }) => [name, kind, defaultText]),
      ).toEqual([
        ['a', 'positional-or-keyword', null],
        ['b', 'positional-or-keyword', ''],
        ['rest', 'var-positional', null],
        ['c', 'keyword-only', '1'],
      ]);
      expect(f?.source).toEqual({ path: '/a/foo.py', line: 4 });
      expect(foo.shard.nodes.get(root?.members.get('}{,"') ?? -1)?.reference).toBe('bar.x');
      expect(second).toMatchObject({ shard: { toplevel: 'second', complete: true } });
      expect(end).toEqual({ event: 'end', complete: true });
    }
  });

  it('cut at any byte is told, and never a crash', async () => {
    const bytes = new TextEncoder().encode(asText(document));
    for (let length = 0; length < bytes.length; length += 1) {
      try {
        const found = await all(readGraph(pieces(new TextDecoder().decode(bytes.subarray(0, length)), 50)));
        expect(found.at(-1)).toEqual({ event: 'end', complete: false });
        expect(found.some((event) => event.event === 'trouble' && event.trouble.code === 'MPY021')).toBe(
          true,
        );
      } catch (error) {
        expect(isFault(error, 'MPY020')).toBe(true);
      }
    }
  });

  it('with anything else in it is no graph, or has troubles', async () => {
    const samples = [
      '',
      'x',
      '[]',
      '{',
      '{"shards": 1}',
      '{"shards": {"a": 1}}',
      '{"a" 1}',
      '{"shards":{"a":{"1":{}}}}',
    ];
    for (const sample of samples) {
      const found = await all(readGraph(pieces(sample))).catch((error: unknown) => error);
      const told = Array.isArray(found)
        ? found.filter(({ event }) => event === 'node')
        : isFault(found, 'MPY020');
      expect([sample, told]).toEqual([sample, Array.isArray(found) ? [] : true]);
    }
  });

  it('gives what parsing it as a whole gives', async () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(json, fc.integer({ min: 1, max: 30 }), async (extra, size) => {
        const shards = { top: { '3': { ...extra, id: 3, docstring: 'it', reference: '' } } };
        const whole = JSON.stringify({ 'pip-package': 'p', 'pip-version': 'v', shards });
        const found = await all(readGraph(pieces(whole, size)));
        expect(found.find(({ event }) => event === 'node')).toMatchObject({ node: { docstring: 'it' } });
        expect(found.at(-1)).toEqual({ event: 'end', complete: true });
      }),
    );
  });
});

describe('stems', () => {
  it('are name and version in lower case', () => {
    expect(distributionStem({ name: 'Keras', version: '2.2.4' })).toBe('keras__2.2.4');
    expect(distributionStem({ name: 'a', version: '1+local!2' })).toBe('a__1-x2b-local-x21-2');
  });

  it('are the same only for the same name and version, but for upper case', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'b', '-', '_', '.', 'x', '2', '+', '!', 'é'),
      maxLength: 6,
    });
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(part, part, (name, version) => {
        const stem = distributionStem({ name, version });
        const whole = JSON.stringify([name, version]);
        expect(seen.get(stem) ?? whole).toBe(whole);
        expect(stem).toMatch(/^[a-z0-9._-]*$/);
        seen.set(stem, whole);
      }),
      { numRuns: 2000 },
    );
  });

  it('lists have name==version', () => {
    expect(parseDistribution(' requests==2.18.4 ')).toEqual({ name: 'requests', version: '2.18.4' });
    expect(parseDistribution('Keras')).toEqual({ name: 'Keras', version: '' });
    for (const wrong of ['a==1==2', '', '# c', 'a b', 'a==', '==1'])
      expect(parseDistribution(wrong)).toBeUndefined();
  });
});
