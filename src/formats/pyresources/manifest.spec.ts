import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../diagnostics/index.ts';
import {
  compareDistributions,
  decodeIndex,
  decodeManifest,
  encodeIndex,
  encodeManifest,
  extractFromManifest,
  keepKinds,
  type Manifest,
  makeIndex,
  makeManifest,
  mergeManifests,
  removeKind,
  rewriteManifest,
  symbolOnly,
} from './index.ts';

const source = { file: 'manifest.json', folder: '/data/m' };

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

const entry = (name: string, version: string, paths: Readonly<Record<string, string>>) => ({
  distribution: { name, version },
  paths: new Map(Object.entries(paths)),
});

const word = fc.oneof(fc.constantFrom('Keras', 'é', '<a&b>', '\u2028', 'builtin-stdlib', ''), fc.string());
const anyManifest: fc.Arbitrary<Manifest> = fc
  .array(
    fc.tuple(
      word,
      word,
      fc.dictionary(
        word,
        word.map((path) => `/${path}`),
      ),
    ),
    { maxLength: 12 },
  )
  .map((list) => makeManifest(list.map(([name, version, paths]) => entry(name, version, paths))));

describe('manifests', () => {
  it('are written as the original writes them', () => {
    const text = `{
  "Dist": {
    "Name": "builtin-stdlib",
    "Version": "3.7"
  },
  "Paths": {
    "ArgSpec": "s3://bucket/a\\u0026b.blob",
    "SymbolGraph": "/data/x.blob"
  }
}
{
  "Dist": {
    "Name": "Keras",
    "Version": ""
  },
  "Paths": {}
}
`;
    const manifest = decodeManifest(text, source);
    expect(manifest[0]?.paths.get('ArgSpec')).toBe('s3://bucket/a&b.blob');
    expect(encodeManifest(manifest)).toBe(text);
  });

  it('E1: are the same again after they were written and read', () => {
    fc.assert(
      fc.property(anyManifest, (manifest) => {
        const text = encodeManifest(manifest);
        expect(decodeManifest(text, source)).toEqual(manifest);
        expect(encodeManifest(decodeManifest(text, source))).toBe(text);
        const squeezed = text.replaceAll('\n', '');
        expect(decodeManifest(squeezed, source)).toEqual(manifest);
      }),
    );
  });

  it('E2: an empty file is an empty manifest; the later of two objects counts whole; relative places count from the file', () => {
    expect(decodeManifest('', source)).toEqual([]);
    expect(decodeManifest(' \n', source)).toEqual([]);
    const twice = `{"Dist":{"Name":"a","Version":"1"},"Paths":{"ArgSpec":"x","SymbolGraph":"y"}}
{"Dist":{"Name":"a","Version":"1"},"Paths":{"ArgSpec":"../z"}}`;
    expect(decodeManifest(twice, source)).toEqual([entry('a', '1', { ArgSpec: '/data/z' })]);
    expect(codeOf(() => decodeManifest(twice, { file: '<stdin>' }))).toBe('MPY312');
  });

  it('that are broken say where', () => {
    const good = '{"Dist":{"Name":"a","Version":"1"},"Paths":{}}';
    const broken = [
      [`${good}\n{"Dist":`, 'MPY310'],
      [`${good},${good}`, 'MPY310'],
      [`${good},\n${good}`, 'MPY310'],
      [`[${good}]`, 'MPY311'],
      ['{"Dist":{"Name":"a"},"Paths":{}}', 'MPY311'],
      ['{"Dist":{"Name":"a","Version":"1"},"Paths":{"ArgSpec":1}}', 'MPY311'],
      ['{"Dist":{"Name":"a","Version":"1"}}', 'none'],
      ['null', 'MPY311'],
    ] as const;
    for (const [text, code] of broken)
      expect(
        codeOf(() => decodeManifest(text, source)),
        text,
      ).toBe(code);
    try {
      decodeManifest(`${good}\n\n{"Dist": x}`, source);
      expect.unreachable();
    } catch (error) {
      if (!isFault(error)) throw error;
      expect(error.problem).toMatchObject({ code: 'MPY310', place: { file: 'manifest.json', line: 3 } });
    }
  });

  it('that are cut off anywhere are an error with a code, or end with an object', () => {
    const text = encodeManifest([entry('a', '1', { ArgSpec: '/x{}"' }), entry('b', '2', { Docs: '/y' })]);
    for (let length = 1; length < text.length; length += 1) {
      const code = codeOf(() => decodeManifest(text.slice(0, length), source));
      const whole = text.slice(0, length).trimEnd().endsWith('\n}');
      expect(code, String(length)).toBe(whole ? 'none' : 'MPY310');
    }
  });

  it('A11: merged, a kind comes from the last that has it, and other kinds stay', () => {
    const base = [
      entry('X', '1', { ArgSpec: '/old', Documentation: '/docs' }),
      entry('Y', '1', { ArgSpec: '/y' }),
    ];
    const next = [entry('X', '1', { ArgSpec: '/new' }), entry('X', '2', { ArgSpec: '/two' })];
    expect(mergeManifests([base, next])).toEqual([
      entry('X', '1', { ArgSpec: '/new', Documentation: '/docs' }),
      entry('X', '2', { ArgSpec: '/two' }),
      entry('Y', '1', { ArgSpec: '/y' }),
    ]);
    expect(mergeManifests([base])).toEqual(base);
  });

  it('merge in one go or step by step to the same', () => {
    fc.assert(
      fc.property(fc.array(anyManifest, { maxLength: 4 }), (manifests) => {
        const steps = manifests.reduce<Manifest>((merged, one) => mergeManifests([merged, one]), []);
        expect(mergeManifests(manifests)).toEqual(steps);
      }),
    );
  });

  it('E3: cannot be rewritten, taken from or reduced by what they do not have', () => {
    const manifest = [
      entry('X', '1', { ArgSpec: '/data/x', Kwargs: '' }),
      entry('X', '2', { ArgSpec: '/data2/x' }),
    ];
    expect(codeOf(() => rewriteManifest(manifest, '/data', '/srv'))).toBe('MPY314');
    expect(rewriteManifest(manifest.slice(0, 1), '/data/', 's3://b/')[0]?.paths.get('ArgSpec')).toBe(
      's3://b/x',
    );
    expect(codeOf(() => extractFromManifest(manifest, 'x', '1'))).toBe('MPY315');
    expect(codeOf(() => extractFromManifest(manifest, 'X'))).toBe('MPY315');
    expect(extractFromManifest(manifest, 'X', '2')).toEqual(manifest.slice(1));
    expect(codeOf(() => removeKind(manifest, 'Docs'))).toBe('MPY316');
    expect(removeKind(manifest, 'Kwargs')).toEqual({
      removed: 1,
      manifest: [entry('X', '1', { ArgSpec: '/data/x' }), manifest[1]],
    });
  });

  it('can be reduced to kinds', () => {
    const manifest = [
      entry('X', '1', { ArgSpec: '/x', SymbolGraph: '/g' }),
      entry('Y', '1', { ArgSpec: '/y' }),
    ];
    expect(symbolOnly(manifest)).toEqual([entry('X', '1', { SymbolGraph: '/g' })]);
    expect(keepKinds(manifest, (kind) => kind === 'ArgSpec')[0]).toEqual(entry('X', '1', { ArgSpec: '/x' }));
  });
});

describe('the order of distributions', () => {
  it('puts the standard library first, then names and versions by their bytes', () => {
    const names = [
      ['a', '10'],
      ['a', '9'],
      ['builtin-stdlib', '3.7'],
      ['Z', ''],
    ].map(([name = '', version = '']) => ({ name, version }));
    expect(names.sort(compareDistributions).map(({ name, version }) => name + version)).toEqual([
      'builtin-stdlib3.7',
      'Z',
      'a10',
      'a9',
    ]);
  });
});

describe('the index of top-levels', () => {
  const json = { name: 'builtin-stdlib', version: '3.11.7' };
  const requests = { name: 'requests', version: '2.28.1' };

  it('D11: lists the distributions of each top-level in their order', () => {
    const index = makeIndex([
      [requests, ['requests']],
      [json, ['json', 'enum']],
      [{ name: 'enum34', version: '1' }, ['enum']],
    ]);
    const text = encodeIndex(index);
    expect(text).toBe(
      '{"enum":[{"Name":"builtin-stdlib","Version":"3.11.7"},{"Name":"enum34","Version":"1"}],"json":[{"Name":"builtin-stdlib","Version":"3.11.7"}],"requests":[{"Name":"requests","Version":"2.28.1"}]}\n',
    );
    expect(decodeIndex(text, 'distidx.json')).toEqual(index);
  });

  it.each([
    '{"a":[{"Name":"a","Version":"1"},{"Name":"a","Version":"1"}]}',
    '[]',
    '{"a":{}}',
    '{"a":[{"Name":"a"}]}',
    '{"a":[null]}',
    '{"a":',
  ])('D11: refuses %s', (text) => {
    expect(codeOf(() => decodeIndex(text, 'distidx.json'))).toBe('MPY320');
  });
});
