import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dottedPath,
  hashPath,
  makeIndex,
  type NodeRef,
  noPath,
  type SymbolNode,
  viewGraph,
} from '../formats/pyresources/index.ts';
import { LinkedGraphs } from '../python-symbols/index.ts';
import { CorpusRow } from './corpus-row.ts';
import { editDistance } from './edit-distance.ts';
import { FormerGraph, type FormerNode, readFormerNode } from './former-graph.ts';
import { decodeFormerSymbols, encodeFormerSymbols, findFormerSymbols } from './former-symbols.ts';
import { plausibleKeywords, readSeenKeywords } from './keyword-names.ts';
import { PlacedRows } from './placed-rows.ts';
import { readSeenCalls } from './seen-calls.ts';
import { readSeenReturns, seenReturnSources } from './seen-returns.ts';
import { readCountedPath, SymbolCounting } from './symbol-counts.ts';

const inner = (internal: number): NodeRef => ({ internal, external: noPath });
const outer = (path: string): NodeRef => ({ internal: 0, external: dottedPath(path) });
const node = (path: string, children: Readonly<Record<string, NodeRef>> = {}): SymbolNode => ({
  ...{ canonical: dottedPath(path), children: new Map(Object.entries(children)) },
  ...{ type: null, bases: [], kind: 'object' },
});
const p = { name: 'p', version: '1' };
const q = { name: 'q', version: '2' };
/** `p.f` is `q.g` under another name, and both distributions have the top-level `twice`. */
const graphs = [
  {
    distribution: p,
    graph: viewGraph(
      new Map([
        [
          'p',
          [
            node('p', { f: outer('q.g'), sub: inner(1), Deep: inner(2) }),
            node('p.sub', { Deep: inner(2) }),
            node('p.sub.Deep'),
          ],
        ],
        ['twice', [node('twice')]],
      ]),
    ),
  },
  {
    distribution: q,
    graph: viewGraph(
      new Map([
        ['q', [node('q', { g: inner(1) }), node('q.g')]],
        ['twice', [node('twice', { only: inner(1) }), node('twice.only')]],
      ]),
    ),
  },
];
const linked = new LinkedGraphs(
  graphs,
  makeIndex(graphs.map(({ distribution, graph }) => [distribution, graph.toplevels] as const)),
);
const row = (value: unknown): CorpusRow => CorpusRow.of(value);

describe('counts of symbols', () => {
  const counted = (rows: readonly unknown[]): SymbolCounting => {
    const counting = new SymbolCounting(linked);
    for (const one of rows) counting.add(readCountedPath(row(one)));
    return counting;
  };

  it('has the example of the specification: imports of exactly this are not all imports', () => {
    const [table] = counted([
      {
        Symbol: 'p.sub',
        Data: { Import: 406, Name: 700, Attribute: 611, Expr: 1400, ImportAliases: { s: 2 } },
      },
      {
        Symbol: 'p.sub.Deep',
        Data: { Import: 495, Name: 80, Attribute: 100, Expr: 101, ImportAliases: { D: 9 } },
      },
    ]).tables();
    expect(table?.distribution).toEqual(p);
    expect(table?.counts.get('p.sub')).toEqual({
      ...{ imports: 901, names: 780, attributes: 711, expressions: 1501, importsOfThis: 406 },
      aliases: new Map([['s', 2]]),
    });
    expect(table?.counts.get('p')).toMatchObject({ imports: 901, importsOfThis: 0, aliases: new Map() });
  });

  it('keeps the path as it is written, in the first distribution where it leads anywhere', () => {
    const tables = counted([
      { Symbol: 'p.f', Data: { Name: 1 } },
      { Symbol: 'p.Deep', Data: { Name: 1 } },
      { Symbol: 'twice.only', Data: { Name: 1 } },
      { Symbol: 'twice', Data: { Name: 1 } },
      { Symbol: 'nobody.x', Data: { Name: 1 } },
    ]).tables();
    expect(tables.map(({ distribution, counts }) => [distribution.name, [...counts.keys()]])).toEqual([
      ['p', ['p.f', 'p', 'p.Deep', 'twice']],
      ['q', ['twice.only', 'twice']],
    ]);
  });

  it('sums rows in any order to the same, and a path has what all paths below it have together', () => {
    const paths = ['p', 'p.sub', 'p.sub.Deep', 'p.Deep', 'p.f'];
    const rows = fc.array(
      fc.record({ Symbol: fc.constantFrom(...paths), Data: fc.record({ Name: fc.nat(9) }) }),
    );
    fc.assert(
      fc.property(rows, (all) => {
        const table = counted(all).tables()[0]?.counts ?? new Map();
        expect(counted([...all].reverse()).tables()[0]?.counts ?? new Map()).toEqual(table);
        for (const path of table.keys()) {
          const below = all.filter((one) => `${one.Symbol}.`.startsWith(`${path}.`));
          expect(table.get(path)?.names).toBe(below.reduce((sum, one) => sum + one.Data.Name, 0));
        }
      }),
    );
  });
});

describe('names behind **kwargs', () => {
  const seen = (kwargs: object): ReturnType<typeof readSeenKeywords> =>
    readSeenKeywords(row({ Function: 'p.f', Name: 'kw', Kwargs: kwargs }));
  const names = (kwargs: object): readonly string[] =>
    (plausibleKeywords(seen(kwargs), undefined)?.kwargs ?? []).map(({ name }) => name);

  it('leaves out what is rare, and what comes when nine tenths are told', () => {
    expect(names({ alphabet: { Count: 98 }, zzzzzzzzzz: { Count: 2 } })).toEqual(['alphabet']);
    expect(names({ alphabet: { Count: 90 }, zzzzzzzzzz: { Count: 10 } })).toEqual(['alphabet', 'zzzzzzzzzz']);
    expect(names({ alphabet: { Count: 50 }, qqqqqqqqqq: { Count: 49 }, zzzzzzzzzz: { Count: 1 } })).toEqual([
      ...['alphabet', 'qqqqqqqqqq'],
    ]);
    expect(plausibleKeywords(seen({ never: { Count: 0 } }), undefined)).toBeUndefined();
  });

  it('takes names that are nearly the same for one, and those of parameters for none', () => {
    const kwargs = { timeout: { Count: 5 }, timeouts: { Count: 4 }, verification: { Count: 3 } };
    expect(names(kwargs)).toEqual(['timeout', 'verification']);
    const argSpec = {
      args: [
        {
          ...{ name: 'verificaton', defaultType: '', defaultValue: '', keywordOnly: false },
          ...{ positionalOnly: false, types: [], annotation: '' },
        },
      ],
      ...{ vararg: '', kwarg: 'kw', returns: '', origin: 'source' as const },
    };
    expect(plausibleKeywords(seen(kwargs), argSpec)?.kwargs.map(({ name }) => name)).toEqual(['timeout']);
  });

  it('keeps types of a tenth at least, until they are nine tenths, without the word builtins', () => {
    const types = { 'builtins.int': 60, 'x.Y': 31, 'builtins.str': 9 };
    const [one] = plausibleKeywords(seen({ timeout: { Count: 1, Types: types } }), undefined)?.kwargs ?? [];
    expect(one?.types).toEqual(['int', 'x.Y']);
  });

  it('measures how far texts are apart', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    const text = fc.string({ maxLength: 6, unit: fc.constantFrom('a', 'b', '\u{1f600}') });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(editDistance(a, b)).toBe(slowly([...a], [...b]));
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
      { numRuns: 50 },
    );
  });
});

function slowly(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const [, ...x] = a;
  const [, ...y] = b;
  if (a[0] === b[0]) return slowly(x, y);
  return 1 + Math.min(slowly(x, y), slowly(x, b), slowly(a, y));
}

describe('former nodes', () => {
  const nodes = (rows: readonly object[]): FormerGraph =>
    new FormerGraph(rows.map((one) => readFormerNode(row(one))));

  it('D12 an empty table is an empty object, and the bytes of the specification are read', () => {
    expect(encodeFormerSymbols(new Map())).toBe('{}');
    expect(decodeFormerSymbols('{}', 'compat')).toEqual(new Map());
    // as the original writes it: a hash of 64 bits as a number, ids beyond what a number holds exactly
    const text =
      '{"-3":{"Dist":{"Name":"p","Version":"1"},"Path":{"Hash":17424217964472610980,"Parts":["requests","api","get"]}},' +
      '"9007199254740993":{"Dist":{"Name":"builtin-stdlib","Version":"3.7"},"Path":{"Hash":7663258025890655856,"Parts":["os"]}}}';
    const symbols = decodeFormerSymbols(`${text}\n`, 'compat');
    expect(symbols.get(9_007_199_254_740_993n)).toEqual({
      distribution: { name: 'builtin-stdlib', version: '3.7' },
      path: 'os',
    });
    expect(encodeFormerSymbols(symbols)).toBe(text);
    for (const broken of [
      '',
      '[]',
      '{"x":{}}',
      '{"1":{}}',
      '{"1":{"Dist":{"Name":"p","Version":"1"},"Path":{"Parts":[]}}}',
    ])
      expect(() => decodeFormerSymbols(broken, 'compat')).toThrow('MPY407');
  });

  it('writes and reads any table', () => {
    const part = fc.stringMatching(/^[a-z_é"\\]{1,4}$/u);
    const symbol = fc.record({
      distribution: fc.record({ name: fc.string(), version: fc.string() }),
      path: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), symbol)),
        (all) => {
          const table = new Map(all);
          expect(decodeFormerSymbols(encodeFormerSymbols(table), 'compat')).toEqual(table);
        },
      ),
    );
  });

  it('keeps a name that leads to its node, and gives others the shortest path, then the first by letters', () => {
    const former = nodes([
      { id: 1, canonical_name: 'a', members: { b: 2, z: 3, y: 3 } },
      { id: 2, canonical_name: 'a.b', members: { deep: 4, self: 1 } },
      { id: 3, canonical_name: 'wrong.name', members: { c: 4 } },
      { id: 4, canonical_name: 'a.b.deep' },
      { id: 5, canonical_name: 'lost.far' },
    ]);
    expect(Object.fromEntries(former.paths())).toEqual({ 1: 'a', 2: 'a.b', 3: 'a.y', 4: 'a.b.deep' });
  });

  it('gives paths that lead to their nodes and of which none is shorter', () => {
    const id = fc.nat(7);
    const drawn = fc.array(
      fc.record({
        canonical: fc.constantFrom('', '', 'm0', 'm1', 'm0.a', 'x.y'),
        members: fc.dictionary(fc.constantFrom('a', 'b', 'c'), id),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(drawn, (all) => {
        const list = all.map(
          ({ canonical, members }, at): FormerNode => ({
            ...{ id: BigInt(at), canonical },
            members: new Map(Object.entries(members).map(([name, to]) => [name, BigInt(to)])),
          }),
        );
        const former = new FormerGraph(list);
        const paths = former.paths();
        for (const [own, path] of paths) expect(former.follow(path.split('.'))?.id).toBe(own);
        for (const [own, path] of paths) {
          for (const [name, child] of former.nodes.get(own)?.members ?? []) {
            if (!former.nodes.has(child)) continue;
            const there = paths.get(child);
            expect(there).toBeDefined();
            const isOwn = former.nodes.get(child)?.canonical === there;
            if (!isOwn)
              expect(there?.split('.').length).toBeLessThanOrEqual(`${path}.${name}`.split('.').length);
          }
        }
      }),
    );
  });

  it('leads to symbols by path, by what symbols are called today, and the smaller of two', () => {
    const former = nodes([
      { id: 1, canonical_name: 'p', members: { f: 2, sub: 3, Deep: 5 } },
      { id: 2, canonical_name: 'p.f' },
      { id: 3, canonical_name: 'p.sub', members: { Deep: 4 } },
      { id: 4, canonical_name: 'elsewhere.Deep' },
      { id: 5, canonical_name: '' },
      { id: 6, canonical_name: 'nobody.x' },
    ]);
    const { symbols, missing } = findFormerSymbols(former, linked);
    expect(Object.fromEntries([...symbols].map(([id, { path }]) => [id, path]))).toEqual({
      ...{ 1: 'p', 2: 'q.g', 3: 'p.sub', 4: 'p.sub.Deep', 5: 'p.sub.Deep' },
    });
    expect(symbols.get(2n)?.distribution).toEqual(q);
    expect(Object.fromEntries(missing)).toEqual({ nobody: 1 });
  });
});

describe('rows of corpora', () => {
  it('brings rows to their symbols: a path before a node, the highest node before others', () => {
    const former = new Map([
      [7n, { distribution: q, path: 'q.g' }],
      [8n, { distribution: q, path: 'q.g' }],
      [9n, { distribution: p, path: 'p.gone' }],
    ]);
    const one = (id: bigint) => ({ by: 'node', id }) as const;
    const placed = new PlacedRows<string>(linked, former);
    expect([placed.add(one(8n), 'eight'), placed.add(one(7n), 'seven'), placed.add(one(9n), 'none')]).toEqual(
      [...[true, true, false]],
    );
    const text = (): string | undefined => placed.tables()[0]?.rows.get(hashPath('q.g'))?.value;
    expect(text()).toBe('eight');
    placed.add({ by: 'path', path: 'p.f' }, 'path');
    placed.add(one(8n), 'eight again');
    expect(text()).toBe('path');
  });

  it('takes of guesses those that are better than chance', () => {
    const guess = (...shares: readonly number[]): readonly string[] => {
      const types = shares.map((share, at) => ({ Sym: `p.T${at}`, Prob: share }));
      const [source] = seenReturnSources([readSeenReturns(row({ Func: 'p.f', ReturnTypes: types }))], linked);
      return [...(source?.table.get('p.f')?.keys() ?? [])];
    };
    expect(guess(0.1)).toEqual(['p.T0']);
    expect(guess(0.6, 0.4)).toEqual(['p.T0']);
    expect(guess(0.5, 0.5)).toEqual([]);
    const [seen] = seenReturnSources(
      [readSeenReturns(row({ Function: 'p.f', Types: ['int', 'p.sub'] }))],
      linked,
    );
    expect([...(seen?.table.get('p.f') ?? [])]).toEqual([
      ['builtins.int', 8],
      ['p.sub', 8],
    ]);
  });

  it('refuses what is no row, with the name of the field', () => {
    expect(() => row([])).toThrow('MPY406');
    for (const broken of [{}, { Function: 'a..b' }, { Function: 3 }, { Node: 1.5 }, { Node: 'x' }])
      expect(() => readSeenKeywords(row({ Name: 'kw', Kwargs: {}, ...broken }))).toThrow('MPY406');
    expect(readSeenKeywords(row({ Name: 'kw', Kwargs: {}, Node: '9007199254740993' })).of).toEqual({
      ...{ by: 'node', id: 9_007_199_254_740_993n },
    });
    expect(
      readSeenKeywords(row({ Name: 'kw', Kwargs: {}, AnyName: { Hash: 1, Parts: ['a', 'b'] } })).of,
    ).toEqual({
      ...{ by: 'path', path: 'a.b' },
    });
  });

  it('whatever a line says, a reader gives a row or refuses it', () => {
    const fields =
      'Symbol Data Import ImportAliases Function AnyName Node Name Kwargs Func Dist Path Parts Calls Count Types'
        .concat(
          ' Positional Keyword Syms SrcStrs ReturnTypes Sym Prob id canonical_name members Version HTML __proto__',
        )
        .split(' ');
    const leaf = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('a.b', 3, 0.5, 'constructor'));
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'medium' },
        leaf,
        fc.dictionary(fc.constantFrom(...fields), tie('value'), { maxKeys: 6 }),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    }));
    const readers = [readCountedPath, readSeenKeywords, readFormerNode, readSeenCalls, readSeenReturns];
    fc.assert(
      fc.property(value, (drawn) => {
        const text = JSON.stringify(drawn) ?? 'null';
        for (const read of readers) {
          try {
            read(CorpusRow.of(JSON.parse(text)));
          } catch (error) {
            expect(String(error)).toContain('MPY406');
          }
        }
        try {
          decodeFormerSymbols(text, 'compat');
        } catch (error) {
          expect(String(error)).toContain('MPY407');
        }
      }),
      { numRuns: 300 },
    );
  });
});
