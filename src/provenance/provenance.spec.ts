import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuildRecord, DescribedSubject, Json } from '../model/index.ts';
import {
  asJson,
  billOf,
  canonicalJson,
  packageUrl,
  printEnvelope,
  readEnvelope,
  readStatement,
  signedBytes,
  statementFlaws,
  statementOf,
  statementType,
} from './index.ts';

const hash = (digit: string): string => digit.repeat(64);

const record: BuildRecord = {
  version: 1,
  kind: 'pkgbuild',
  recipe: { name: 'nib', version: '1-1', inputDigest: hash('1') },
  materials: [
    { role: 'root', name: 'root of the builder', digest: { sha256: hash('2') }, isKept: true },
    {
      role: 'source',
      name: 'nib.tar.gz',
      uri: 'https://example.org/nib.tar.gz',
      digest: { sha256: hash('3') },
    },
    { role: 'source', name: 'here.txt', uri: 'file:///home/me/here.txt', digest: { sha256: hash('4') } },
    {
      role: 'dependency',
      name: 'libquill-1-1-x86_64.pkg.tar.zst',
      digest: { sha256: hash('5') },
      isKept: true,
      annotations: { package: 'libquill', version: '1-1', arch: 'x86_64', provides: ['libquill.so=1-64'] },
    },
  ],
  circumstances: {
    ...{ target: 'farm', arch: 'x86_64', reasons: [], published: [], repositoryNeeds: [] },
    ...{ processors: 2, epochSeconds: 1_700_000_000, network: 'fetch-only' },
  },
  settings: { packager: 'me' },
  machine: { name: 'vm', arch: 'x86_64', versions: { packmill: '0.1.0' } },
};

const facts = {
  ...{ job: 'farm/x86_64/nib', attempt: 7, builder: 'vm', startedMs: 1000, endedMs: 2000, log: 'logs/7.log' },
  ...{ origin: { uri: 'https://example.org/recipes.git', commit: 'a'.repeat(40) }, farmKey: 'AB'.repeat(20) },
};

const subject: DescribedSubject = {
  ...{
    name: 'nib',
    version: '1:1-1',
    arch: 'x86_64',
    sha256: hash('9'),
    description: 'frames',
    url: undefined,
  },
  ...{ licenses: ['MIT'], depends: ['libquill.so=1-64', 'bash>=5'] },
};

const mostJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

/** The same value with the members of every table in the opposite order. */
function turned(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turned(member as Json)]),
  );
}

describe('canonical JSON', () => {
  it('says the same as JSON, and is the same for any order of members', () => {
    fc.assert(
      fc.property(mostJson, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(turned(value))).toBe(text);
      }),
    );
  });

  it('writes numbers and orders names as RFC 8785 does in its samples', () => {
    expect(canonicalJson([Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27]',
    );
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
    expect(
      canonicalJson(names)
        .match(/\d(?=[,}])/g)
        ?.map(Number),
    ).toEqual([2, 4, 6, 7, 1, 5, 3]);
  });
});

describe('an envelope', () => {
  it('is signed over the encoding that DSSE gives as its sample', () => {
    const bytes = signedBytes('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(Buffer.from(bytes).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes and not characters', () => {
    const bytes = signedBytes('t', Buffer.from('é€'));
    expect(Buffer.from(bytes).toString()).toBe('DSSEv1 1 t 5 é€');
  });

  it('is read back as it was written, and takes the URL spelling of Base64', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 1 }), (payload, signature) => {
        const signatures = [{ keyid: 'AB', signature: Buffer.from(signature) }];
        const text = printEnvelope({ payloadType: statementType, payload: Buffer.from(payload), signatures });
        const read = readEnvelope(text, 'x');
        expect(Buffer.from(read.payload)).toEqual(Buffer.from(payload));
        expect(read.signatures[0]?.signature).toEqual(Buffer.from(signature));
        const url = text.replaceAll(/"(?:payload|sig)":"[^"]*"/g, (part) =>
          part.replaceAll('+', '-').replaceAll('/', '_'),
        );
        expect(Buffer.from(readEnvelope(url, 'x').payload)).toEqual(Buffer.from(payload));
      }),
    );
  });

  it.each([
    ['no JSON', '{"payload":'],
    ['without a type', '{"payload":"","signatures":[{"sig":""}]}'],
    ['without a payload', '{"payloadType":"t","signatures":[{"sig":""}]}'],
    ['without signatures', '{"payload":"","payloadType":"t","signatures":[]}'],
    [
      'with a signature that is none',
      '{"payload":"","payloadType":"t","signatures":[{"keyid":"A","sig":5}]}',
    ],
  ])('is refused as PRV001 when it is %s', (_what, text) => {
    expect(() => readEnvelope(text, 'file')).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'PRV001' }) }),
    );
  });
});

describe('a statement', () => {
  const statement = statementOf([{ name: 'nib.pkg.tar.zst', sha256: hash('9') }], record, facts);

  it('has all that in-toto and SLSA ask for', () => {
    expect(statementFlaws(asJson(statement))).toEqual([]);
    const { buildDefinition, runDetails } = statement.predicate;
    expect(buildDefinition.resolvedDependencies[0]).toMatchObject({
      uri: `git+https://example.org/recipes.git@${'a'.repeat(40)}`,
      digest: { gitCommit: 'a'.repeat(40) },
    });
    expect(runDetails.metadata).toEqual({
      invocationId: 'farm/x86_64/nib#7',
      startedOn: '1970-01-01T00:00:01.000Z',
      finishedOn: '1970-01-01T00:00:02.000Z',
    });
  });

  it('names what nobody knows more of by its name alone', () => {
    const materials = [
      { role: 'source', name: 'old tree', uri: 'svn+file:///srv/tree', digest: {} },
    ] as const;
    const hidden = statementOf(
      [{ name: 'nib.pkg.tar.zst', sha256: hash('9') }],
      { ...record, materials },
      facts,
    );
    const [, known] = hidden.predicate.buildDefinition.resolvedDependencies;
    expect(known).toEqual({
      name: 'old tree',
      uri: 'pkg:generic/old%20tree',
      annotations: { role: 'source' },
    });
    expect(statementFlaws(asJson(hidden))).toEqual([]);
  });

  it.each([
    ['https://me:secret@example.org/a.tar.gz', 'https://example.org/a.tar.gz'],
    ['git+ssh://git@example.org/a@b.git', 'git+ssh://example.org/a@b.git'],
    ['https://example.org/a?mail=me@example.org', 'https://example.org/a?mail=me@example.org'],
    ['git+file:///home/me/a.git', undefined],
    ['/home/me/recipes', undefined],
  ])('has the address %s as %s', (uri, shown) => {
    const materials = [{ role: 'source', name: 'a', uri, digest: { sha256: hash('3') } }] as const;
    const { predicate } = statementOf([{ name: 'x', sha256: hash('9') }], { ...record, materials }, facts);
    expect(predicate.buildDefinition.resolvedDependencies[1]?.uri).toBe(shown);
  });

  it('tells addresses of others and no paths of this machine', () => {
    const text = canonicalJson(asJson(statement));
    expect(text).toContain('https://example.org/nib.tar.gz');
    expect(text).not.toContain('/home/me');
  });

  it('is the same in every byte, in whatever order its materials were noted', () => {
    const text = canonicalJson(asJson(statement));
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...record.materials], { minLength: record.materials.length }),
        (materials) => {
          const again = statementOf(
            [{ name: 'nib.pkg.tar.zst', sha256: hash('9') }],
            { ...record, materials },
            facts,
          );
          expect(canonicalJson(asJson(again))).toBe(text);
        },
      ),
    );
  });

  it.each([
    ['_type', { _type: 'https://in-toto.io/Statement/v0.1' }],
    ['predicateType', { predicateType: 'x' }],
    ['subject', { subject: [] }],
    ['subject', { subject: [{ name: 'a', digest: {} }] }],
    ['predicate.buildDefinition.buildType', { predicate: {} }],
  ])('is refused when its %s is wrong', (path, change) => {
    const wrong = { ...(asJson(statement) as object), ...change };
    expect(statementFlaws(wrong)[0]).toContain(`'${path}'`);
    expect(() => readStatement(Buffer.from(JSON.stringify(wrong)), 'x')).toThrow(/no signed statement/);
  });
});

describe('a bill of materials', () => {
  const bill = billOf(subject, record, { madeMs: 0, toolVersion: '0.1.0' }) as unknown as {
    serialNumber: string;
    components: { 'bom-ref': string; name: string; scope: string }[];
    dependencies: { ref: string; dependsOn?: string[] }[];
  };

  it('parts what the package needs to run from what its build needed', () => {
    expect(bill.components.map(({ name, scope }) => `${name} ${scope}`)).toEqual([
      'bash required',
      'libquill required',
      'here.txt excluded',
      'nib.tar.gz excluded',
    ]);
    expect(bill.dependencies[0]).toEqual({
      ref: 'pkg:alpm/arch/nib@1:1-1?arch=x86_64',
      dependsOn: ['pkg:alpm/arch/bash', 'pkg:alpm/arch/libquill@1-1?arch=x86_64'],
    });
  });

  it('names each component once, and has a number that the schema takes', () => {
    const refs = bill.components.map((one) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(bill.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('a package URL', () => {
  it('writes the sign of an epoch as it is and the others that a URL reserves as numbers', () => {
    expect(packageUrl({ name: 'gtk2+extra', version: '1:2.0+r3-1', arch: 'any' })).toBe(
      'pkg:alpm/arch/gtk2%2Bextra@1:2.0%2Br3-1?arch=any',
    );
  });
});
