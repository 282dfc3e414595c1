import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { isFault } from '../../diagnostics/index.ts';
import { headLength, packHead } from './blocks.ts';
import * as resources from './index.ts';
import {
  array,
  bool,
  type Codec,
  decodeDatafile,
  decodeEntries,
  decodeMessage,
  decodeToplevelFacts,
  dottedPath,
  encodeDatafile,
  encodeEntries,
  encodeMessage,
  encodeToplevelFacts,
  f64,
  fingerprint,
  hashPath,
  hashSymbol,
  type Infer,
  InternTable,
  int,
  internedStr,
  MessageWriter,
  map,
  nullable,
  oneOf,
  openDatafile,
  type ResourceKind,
  resourceCodecs,
  type SymbolGraph,
  spookyHash64,
  str,
  struct,
  tuple,
  u64,
  viewGraphSections,
  viewTableSections,
} from './index.ts';
import type { SameType } from './same-type.ts';
import goldenSchemas from './schemas.golden.json' with { type: 'json' };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

const moduleA: SymbolGraph = new Map([
  ['a', [{ canonical: dottedPath('a'), children: new Map(), type: null, bases: [], kind: 'module' }]],
]);
const moduleABytes = unhex('81 a1 61 91 95 92 cf 1a 10 81 91 a0 bb c9 bd 91 a1 61 80 c0 90 03');

describe('the hash of symbols', () => {
  const published = {
    a: 1878143507080399293n,
    os: 7663258025890655856n,
    'builtins.str': 11498673590540812907n,
    'json.dumps': 4880626784815355443n,
    'requests.api.get': 17424217964472610980n,
    'numpy.matrix.argmin': 15201432083545798079n,
    'suds.transport.Transport.send': 16768351721914847725n,
    'suds.xsd.sxbase.SchemaObject.resolve': 17500928300551254477n,
  };
  it.each(Object.entries(published))('D3: %s has the hash that is published', (path, hash) => {
    expect(hashPath(path)).toBe(hash);
  });

  it("agrees with its author's own vectors below and beyond 192 bytes", () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => (index + 128) & 0xff);
    const low = (length: number): string =>
      (spookyHash64(bytes.subarray(0, length)) & 0xffff_ffffn).toString(16).padStart(8, '0');
    expect([0, 1, 15, 16, 191, 192, 193, 300, 511].map(low)).toEqual([
      ...['6bf50919', '70de1d26', '83ec01f9', 'f274736c', 'e13d9e19', '77e012bd', '2d05114c', '37e2b1da'],
      'cc1c8250',
    ]);
  });

  it('is 0 for the empty path, and for a symbol that of name, version and path', () => {
    expect(hashPath('')).toBe(0n);
    expect(hashSymbol({ name: 'json', version: '1' }, 'json.dumps')).toBe(hashPath('json:1:json.dumps'));
  });
});

describe('codecs', () => {
  it('D3: a graph of one module and an internal reference have the bytes of the original', () => {
    expect(hex(encodeMessage(resourceCodecs.SymbolGraph, moduleA))).toBe(hex(moduleABytes));
    expect(decodeMessage(resourceCodecs.SymbolGraph, moduleABytes)).toEqual(moduleA);
    const reference = struct('NodeRef', {
      internal: int,
      external: struct('DottedPath', { hash: u64, parts: array(str) }),
    });
    expect(hex(encodeMessage(reference, { internal: 5, external: { hash: 0n, parts: [] } }))).toBe(
      '9205920090',
    );
  });

  it('D4: schemas are those of the golden file; a change needs a new one', () => {
    const schemas = Object.fromEntries(
      Object.entries(resourceCodecs).map(([kind, { schema }]) => [
        kind,
        { fingerprint: fingerprint(schema), schema },
      ]),
    );
    expect(schemas).toEqual(goldenSchemas);
  });

  it('D4: a schema changes with the name, the order and the type of a field', () => {
    const base = fingerprint(struct('S', { a: int, b: str }).schema);
    const others = [
      struct('S', { b: str, a: int }),
      struct('S', { a: int, c: str }),
      struct('S', { a: int, b: nullable(str) }),
      struct('S', { a: int }),
      struct('S', { a: u64, b: str }),
    ];
    for (const other of others) expect(fingerprint(other.schema)).not.toBe(base);
  });

  it('D4: types that differ in a name, in what may be missing, or in what may be written are not the same', () => {
    interface Wanted {
      readonly a: number;
      readonly b: string | null;
    }
    const codec = struct('S', { a: int, b: nullable(str) });
    type Found = Infer<typeof codec>;
    expectTypeOf<SameType<Found, Wanted>>().toEqualTypeOf<true>();
    // @ts-expect-error a field of another name
    const renamed: SameType<Found, { readonly a: number; readonly c: string | null }> = true;
    // @ts-expect-error a field that may be missing
    const optional: SameType<Found, { readonly a?: number; readonly b: string | null }> = true;
    // @ts-expect-error a field that may be written
    const writable: SameType<Found, { a: number; readonly b: string | null }> = true;
    // @ts-expect-error a field of another type
    const other: SameType<Found, { readonly a: bigint; readonly b: string | null }> = true;
    expect([renamed, optional, writable, other]).toHaveLength(4);
  });

  const leaf = fc.record({
    word: fc.constantFrom('x' as const, 'y' as const),
    whole: fc.maxSafeInteger(),
    hash: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    part: fc.double({ noNaN: true }),
    flag: fc.boolean(),
    text: fc.string({ unit: 'grapheme', maxLength: 300 }),
    maybe: fc.option(fc.string({ maxLength: 40 })),
  });
  const leafCodec = struct('Leaf', {
    word: oneOf(['x', 'y']),
    whole: int,
    hash: u64,
    part: f64,
    flag: bool,
    text: str,
    maybe: nullable(internedStr),
  });
  const everything = struct('Everything', {
    leaves: array(leafCodec),
    named: map(internedStr, leafCodec),
    hashed: map(u64, tuple(int, str)),
  });
  const anything = fc.record({
    leaves: fc.array(leaf, { maxLength: 20 }),
    named: fc.array(fc.tuple(fc.string(), leaf), { maxLength: 20 }).map((pairs) => new Map(pairs)),
    hashed: fc
      .array(fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.tuple(fc.integer(), fc.string())))
      .map((pairs) => new Map(pairs)),
  });

  it('reads back what it wrote, and writes the same bytes whatever the order of a map', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = encodeMessage(everything, value);
        expect(decodeMessage(everything, bytes)).toEqual(value);
        const turned = {
          ...value,
          named: new Map([...value.named].reverse()),
          hashed: new Map([...value.hashed].reverse()),
        };
        expect(hex(encodeMessage(everything, turned))).toBe(hex(bytes));
      }),
    );
  });

  it('D5: what is cut off at any byte is a typed error', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = encodeMessage(everything, value);
        for (let length = 0; length < bytes.length; length += 1)
          expect(codeOf(() => decodeMessage(everything, bytes.subarray(0, length)))).toBe('MPY300');
        expect(codeOf(() => decodeMessage(everything, Buffer.concat([bytes, Uint8Array.of(0)])))).toBe(
          'MPY303',
        );
      }),
      { numRuns: 20 },
    );
  });

  it('D5: a byte that is changed anywhere is an error with a code or another value, never a crash', () => {
    fc.assert(
      fc.property(anything, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encodeMessage(everything, value);
        bytes[at % bytes.length] = byte;
        expect(codeOf(() => decodeMessage(everything, bytes))).toMatch(/^(none|MPY30[0-5])$/);
      }),
    );
  });

  it('arbitrary bytes are an error with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const codec of Object.values(resourceCodecs) as readonly Codec<unknown>[])
          expect(codeOf(() => decodeMessage(codec, bytes))).toMatch(/^(none|MPY30[0-5])$/);
      }),
    );
  });

  it.each([
    ['81 a1 61 91 94 92 00 90 80 c0 90', 'MPY302', '4 fields stand where 5 belong at \'Graph["a"][0]\''],
    [
      '81 a1 61 91 95 92 00 90 80 c0 91 92 05 92 00 c0 03',
      'MPY301',
      '\'Graph["a"][0].bases[0].external.parts\'',
    ],
    ['81 a1 61 91 95 92 00 90 80 c0 90 09', 'MPY304', '\'Graph["a"][0].kind\''],
    ['81 a1 61 91 95 92 00 90 81 a1 ff 92 05 92 00 90 c0 90 03', 'MPY305', '\'Graph["a"][0].children\''],
    ['dd ff ff ff ff', 'MPY301', "an array stands where a map belongs at 'Graph'"],
    ['df ff ff ff ff', 'MPY300', "the bytes end at 'Graph'"],
    ['82 a1 61 90 a1 61 90', 'MPY301', 'a key stands twice'],
  ])('names the place of what is wrong in %s', (bytes, code, words) => {
    try {
      decodeMessage(resourceCodecs.SymbolGraph, unhex(bytes), { name: 'Graph' });
      expect.unreachable();
    } catch (error) {
      if (!isFault(error)) throw error;
      expect(error.problem.code).toBe(code);
      expect(error.problem.what).toContain(words);
    }
  });

  it('drops children without a name, which the original finds in some distributions', () => {
    const bytes = unhex('81 a1 61 91 95 92 00 90 81 a0 92 05 92 00 90 c0 90 03');
    expect(decodeMessage(resourceCodecs.SymbolGraph, bytes).get('a')?.[0]?.children.size).toBe(0);
  });

  it('keeps numbers of every size exact, in their shortest form', () => {
    const wholes = [0, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
    const sizes = [1, 1, 2, 2, 3, 3, 5, 5, 9, 9];
    expect(wholes.map((value) => encodeMessage(int, value).length)).toEqual(sizes);
    for (const value of [...wholes, ...wholes.map((one) => -one - 1).filter(Number.isSafeInteger), -32, -33])
      expect(decodeMessage(int, encodeMessage(int, value))).toBe(value);
    expect(codeOf(() => encodeMessage(int, 1.5))).toBe('MPY304');
    expect(codeOf(() => encodeMessage(u64, 2n ** 64n))).toBe('MPY304');
    expect(codeOf(() => decodeMessage(u64, encodeMessage(int, -1)))).toBe('MPY304');
    expect(codeOf(() => decodeMessage(int, encodeMessage(u64, 2n ** 60n)))).toBe('MPY304');
  });

  it('puts U+FFFD for half a pair of surrogates', () => {
    expect(decodeMessage(str, encodeMessage(str, 'a\ud800b'))).toBe('a\ufffdb');
  });

  it('keeps a text that repeats once for all files that share a table', () => {
    const texts = new InternTable();
    const bytes = encodeMessage(array(internedStr), ['numpy', 'numpy', 'é', '']);
    expect(decodeMessage(array(internedStr), bytes, { texts })).toEqual(['numpy', 'numpy', 'é', '']);
    expect(decodeMessage(array(internedStr), bytes, { texts })).toEqual(['numpy', 'numpy', 'é', '']);
  });

  it('reads and writes entry by entry, from pieces of any size', async () => {
    const codec = map(internedStr, leafCodec);
    await fc.assert(
      fc.asyncProperty(anything, fc.integer({ min: 1, max: 50 }), async ({ named }, size) => {
        const bytes = Buffer.concat([...encodeEntries(codec, named)]);
        expect(hex(bytes)).toBe(hex(encodeMessage(codec, named)));
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const read = new Map<string, unknown>();
        for await (const [key, value] of decodeEntries(codec, pieces)) read.set(key, value);
        expect(read).toEqual(named);
        const cut = async (): Promise<void> => {
          for await (const [key] of decodeEntries(codec, [bytes.subarray(0, -1)])) read.delete(key);
        };
        await expect(cut()).rejects.toMatchObject({ problem: { code: 'MPY300' } });
      }),
      { numRuns: 30 },
    );
  });
});

describe('datafiles', () => {
  it('hold any kind, and say which', () => {
    const value = new Map([[hashPath('json.dumps'), { html: '', text: 'Serialize ``obj``' }]]);
    const bytes = encodeDatafile('Documentation', value);
    expect(decodeDatafile('Documentation', bytes)).toEqual(value);
    expect(hex(encodeDatafile('Documentation', value))).toBe(hex(bytes));
    expect(codeOf(() => decodeDatafile('ArgSpec', bytes))).toBe('MPY307');
  });

  it('D5: a datafile that is cut off at any byte is an error, and nothing of it is used', () => {
    const bytes = encodeDatafile('SymbolGraph', moduleA);
    for (let length = 0; length < bytes.length; length += 1)
      expect(codeOf(() => openDatafile('SymbolGraph', bytes.subarray(0, length)))).toMatch(/^MPY30[08]$/);
    expect(codeOf(() => openDatafile('SymbolGraph', Buffer.concat([bytes, bytes])))).toBe('MPY303');
  });

  it('are no plain texts, nor MessagePack without packing', () => {
    for (const bytes of [new TextEncoder().encode('no gzip'), moduleABytes, new Uint8Array()])
      expect(codeOf(() => decodeDatafile('SymbolGraph', bytes))).toBe('MPY308');
  });

  it('whose bytes are changed are an error with a code, or hold what they held', () => {
    const bytes = encodeDatafile('SymbolGraph', moduleA);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x41;
      expect(codeOf(() => expect(decodeDatafile('SymbolGraph', changed)).toEqual(moduleA))).toMatch(
        /^(none|MPY30\d)$/,
      );
    }
  });

  it('are gzip files whose blocks are one map, and each block is read alone', () => {
    const text = 'documentation '.repeat(40);
    const docs = new Map(
      Array.from({ length: 1000 }, (_, at) => [
        hashPath(`foo.bar${at}`),
        { html: '', text: `${at} ${text}` },
      ]),
    );
    const bytes = encodeDatafile('Documentation', docs);
    expect(decodeDatafile('Documentation', bytes)).toEqual(docs);
    const { sections } = openDatafile('Documentation', bytes);
    expect(sections.length).toBeGreaterThan(5);
    let unpacked = 0;
    const counted = sections.map((one) => ({
      ...one,
      bytes: () => {
        unpacked += 1;
        return one.bytes();
      },
    }));
    const view = viewTableSections(resourceCodecs.Documentation, counted, { name: 'Documentation' });
    expect(view.get(hashPath('foo.bar7'))?.text).toBe(`7 ${text}`);
    expect(unpacked).toBe(1);
    for (const [key, value] of docs) expect(view.get(key)).toEqual(value);
    for (const path of ['foo', 'foo.bar1000', '']) expect(view.get(hashPath(path))).toBeUndefined();
    expect(unpacked).toBe(sections.length);
  });

  it('by hashes in any order are looked up as well', () => {
    const writer = new MessageWriter();
    writer.mapHead(3);
    for (const key of [9n, 2n, 5n]) {
      writer.u64(key);
      resourceCodecs.Documentation.value.write(writer, { html: '', text: String(key) });
    }
    const body = writer.take();
    const view = viewTableSections(
      resourceCodecs.Documentation,
      [{ keys: undefined, size: body.length, bytes: () => body }],
      { name: 'Documentation' },
    );
    expect([2n, 3n, 5n, 9n].map((key) => view.get(key)?.text)).toEqual(['2', undefined, '5', '9']);
  });

  it('D1: a graph that is read node by node is the graph', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.nat(400)), { maxLength: 6 }), (tops) => {
        const graph: SymbolGraph = new Map(
          tops.map(([top, count]) => [
            top,
            Array.from({ length: count }, (_, at) => ({
              canonical: dottedPath(`x.y${at}`),
              children: new Map([[`c${at}`, { internal: at, external: dottedPath('') }]]),
              ...{ type: null, bases: [], kind: 'object' as const },
            })),
          ]),
        );
        const read = viewGraphSections(
          openDatafile('SymbolGraph', encodeDatafile('SymbolGraph', graph)).sections,
        );
        expect(new Set(read.toplevels)).toEqual(new Set(graph.keys()));
        for (const [top, nodes] of graph) {
          expect(read.size(top)).toBe(nodes.length);
          expect([0, nodes.length - 1, nodes.length].map((at) => read.node(top, at))).toEqual([
            nodes[0],
            nodes.at(-1),
            undefined,
          ]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('of the original are read where they are MessagePack or lines of JSON', async () => {
    const { gzipSync } = await import('node:zlib');
    expect(decodeDatafile('SymbolGraph', gzipSync(moduleABytes))).toEqual(moduleA);
    const signature = unhex(
      '81 cf 1a 10 81 91 a0 bb c9 bd 92 c0 93 91 92 a1 78 90 91 c0 cb 3f e0 00 00 00 00 00 00',
    );
    expect(decodeDatafile('PopularSignatures', gzipSync(signature))).toEqual(
      new Map([
        [
          hashPath('a'),
          [null, { args: [{ name: 'x', types: [] }], languageDetails: { python: null }, frequency: 0.5 }],
        ],
      ]),
    );
    const line =
      '{"Symbol":"numpy.distutils.fcompiler","Data":{"Import":901,"Name":780,"Attribute":711,"Expr":1501,"ImportThis":406,"ImportAliases":{"np":3}}}\n';
    expect(decodeDatafile('SymbolCounts', gzipSync(line)).get('numpy.distutils.fcompiler')).toEqual({
      ...{ imports: 901, names: 780, attributes: 711, expressions: 1501, importsOfThis: 406 },
      aliases: new Map([['np', 3]]),
    });
    expect(codeOf(() => decodeDatafile('SymbolCounts', gzipSync(line.slice(0, -1))))).toBe('MPY300');
    expect(codeOf(() => decodeDatafile('ArgSpec', gzipSync(moduleABytes)))).toBe('MPY309');
  });

  it('of another schema or version of the head are refused', async () => {
    const { gunzipSync } = await import('node:zlib');
    const file = encodeDatafile('SymbolGraph', moduleA);
    const length = headLength(file) ?? 0;
    const changed = (at: number): Uint8Array => {
      const head = gunzipSync(file.subarray(0, length));
      head[at] = (head[at] as number) ^ 0x55;
      const blocks = file.subarray(length);
      return Buffer.concat([packHead(head, [blocks]), blocks]);
    };
    expect(codeOf(() => decodeDatafile('SymbolGraph', changed(4)))).toBe('MPY307');
    expect(codeOf(() => decodeDatafile('SymbolGraph', changed(6)))).toBe('MPY306');
  });

  it('of top-levels are one file for all distributions', () => {
    const facts = new Map([
      ['requests\n2.28.1', new Map([['requests', { docs: { html: '', text: 'HTTP' }, counts: null }]])],
    ]);
    const file = encodeToplevelFacts(facts);
    expect(decodeToplevelFacts(file)).toEqual(facts);
    expect(codeOf(() => decodeToplevelFacts(file.subarray(0, -9)))).toBe('MPY308');
  });

  it('have a folder for each kind', () => {
    const kinds = Object.keys(resources.resourceCodecs) as ResourceKind[];
    expect(new Set(kinds.map((kind) => resources.resourceFolders[kind])).size).toBe(kinds.length);
  });
});
