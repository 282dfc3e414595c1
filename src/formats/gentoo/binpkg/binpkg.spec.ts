import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../../diagnostics/index.ts';
import {
  checkListing,
  compressionOf,
  findXpak,
  instanceKey,
  instancePath,
  mirrorPath,
  packageAddress,
  packagePath,
  parseGpkgManifest,
  parseMirrorLayout,
  parsePackageFileName,
  parsePackagesIndex,
  pathPattern,
  printGpkgManifest,
  printPackagesIndex,
  printXpak,
  readXpak,
  sourceOfByteCode,
} from './index.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const name = fc
  .stringMatching(/^[A-Za-z0-9_.]{1,8}(\/[A-Za-z0-9_]{1,5})?$/)
  .filter((text) => !/(^|\/)\.*(\/|$)/.test(text));
const record = fc.tuple(name, fc.uint8Array({ maxLength: 40 }));

const readWhole = (file: Uint8Array) => {
  const { offset, sizeBytes } = findXpak(
    file.subarray(Math.max(0, file.byteLength - 16)),
    file.byteLength,
    'x',
  );
  return readXpak(file.subarray(offset, offset + sizeBytes), 'x');
};

describe('XPAK', () => {
  it('comes back as it was written, whatever is in front of it', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), fc.uint8Array({ maxLength: 30 }), (records, tar) => {
        const map = new Map(records.filter(([key]) => key !== 'CONTENTS'));
        const back = readWhole(Buffer.concat([tar, printXpak(map)]));
        expect([...back].map(([key, value]) => [key, [...value]])).toEqual(
          [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, [...value]]),
        );
      }),
    );
  });

  it('that is damaged anywhere is read or refused with its code, and nothing else happens', () => {
    const whole = printXpak(
      new Map([
        ['PF', bytes('a-1')],
        ['USE', bytes('x y')],
        ['environment.bz2', bytes('BZh9')],
      ]),
    );
    fc.assert(
      fc.property(
        fc.nat(whole.byteLength - 1),
        fc.nat(255),
        fc.nat(whole.byteLength),
        (at, value, length) => {
          const file = Uint8Array.from(whole);
          file[at] = value;
          for (const one of [file, whole.subarray(0, length)]) {
            try {
              readWhole(one);
            } catch (error) {
              expect(isFault(error, 'EBN001')).toBe(true);
            }
          }
        },
      ),
    );
  });

  it('with one value for many names is refused: it would take a multiple of its size', () => {
    const whole = Buffer.from(
      printXpak(
        new Map([
          ['A', bytes('long')],
          ['B', bytes('text')],
        ]),
      ),
    );
    // offset and length of the second record, behind the head and 4 + 1 + 8 bytes of the first one
    whole.writeUInt32BE(0, 16 + 13 + 5);
    whole.writeUInt32BE(8, 16 + 13 + 9);
    expect(() => readWhole(whole)).toThrow('EBN001');
  });

  it('loses records whose names lead outside, and CONTENTS', () => {
    const records = new Map(
      ['a/../../b', '../x', '/etc/x', '..', '.', 'CONTENTS', 'a/../b', 'c'].map((key) => [key, bytes('v')]),
    );
    expect([...readWhole(printXpak(records)).keys()]).toEqual(['a/../b', 'c']);
  });
});

describe('the Manifest of a package', () => {
  const listing = fc.record({
    name: fc.stringMatching(/^[a-z.-]{1,12}$/),
    sizeBytes: fc.nat(),
    hashes: fc.dictionary(fc.constantFrom('SHA512', 'BLAKE2B', 'NEW'), fc.stringMatching(/^[0-9a-f]{8}$/)),
  });
  const signedText = (text: string): string =>
    `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${text.replace(/^-/gm, '- -')}-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n`;

  it('comes back as it was written, signed or not', () => {
    fc.assert(
      fc.property(fc.uniqueArray(listing, { selector: (one) => one.name }), (listings) => {
        const text = printGpkgManifest(listings);
        const plain = listings.map((one) => ({ ...one, hashes: { ...one.hashes } }));
        expect(parseGpkgManifest(text, 'x')).toEqual({ isSigned: false, listings: plain });
        expect(parseGpkgManifest(signedText(text), 'x')).toEqual({ isSigned: true, listings: plain });
      }),
    );
  });

  it('is read as it is signed, without blanks at the ends of lines, however many stand within one', () => {
    expect(parseGpkgManifest('DATA a 1 SHA512 00 \t\r\n \n', 'x').listings).toEqual([
      { name: 'a', sizeBytes: 1, hashes: { SHA512: '00' } },
    ]);
    expect(() => parseGpkgManifest(`DATA a 1${'\t'.repeat(1 << 19)}x`, 'x')).toThrow('EBN001');
  });

  it('is refused with lines that are none, twice the same name, and text around what is signed', () => {
    const line = 'DATA a 1 SHA512 00\n';
    const texts = [
      `${line}${line}`,
      'MISC a 1 SHA512 00\n',
      'DATA a x SHA512 00\n',
      'DATA a 1 SHA512\n',
      `${line}${signedText(line)}`,
      `${signedText(line)}${line}`,
      signedText(line).replace('\n\n', '\nComment: x\n\n'),
      signedText(line).replace('DATA', '-DATA'),
      signedText(line).replace(/-----END.*\n/, ''),
    ];
    for (const text of texts) expect(() => parseGpkgManifest(text, 'x')).toThrow('EBN001');
  });

  it('counts a hash only when it is strong', () => {
    const members = [{ name: 'a', sizeBytes: 1 }];
    const of = (hash: string) => parseGpkgManifest(`DATA a 1 ${hash} 00\n`, 'x');
    expect(() => checkListing(members, of('MD5'), 'x')).toThrow('EBN002');
    expect(() => checkListing(members, of('SHA512'), 'x')).not.toThrow();
    expect(() => checkListing([{ name: 'a', sizeBytes: 2 }], of('SHA512'), 'x')).toThrow('EBN002');
  });
});

describe('the index Packages', () => {
  const value = fc.stringMatching(/^[a-z0-9 :=-]{0,10}$/);
  const stanza = fc
    .dictionary(
      fc.constantFrom('USE', 'DESC', 'MTIME', 'REPO', 'SLOT', 'EAPI', 'CHOST', 'X_OWN', 'KEYWORDS'),
      value,
    )
    .map((fields) => new Map(Object.entries(fields)));

  it('written and read any number of times stays the same, keys that nobody knows included', () => {
    fc.assert(
      fc.property(stanza, fc.array(stanza, { maxLength: 4 }), (header, packages) => {
        const named = packages.map((one, at) => new Map(one).set('CPV', `a/b-${at % 2}`));
        const once = printPackagesIndex({ header, packages: named }, 5);
        const read = parsePackagesIndex(once);
        expect(read.packages).toHaveLength(named.length);
        expect(printPackagesIndex(read, 5)).toBe(once);
        for (const one of named) if (one.get('X_OWN')) expect(once).toContain(`X_OWN: ${one.get('X_OWN')}\n`);
      }),
    );
  });

  it('drops exactly one sign behind a colon, lines without a colon, and packages without a CPV', () => {
    const index = parsePackagesIndex(
      'A:  two blanks\nno colon\nURI: http://x/y\n\nPATH: z\n\nCPV: a/b-1\nUSE:\n',
    );
    expect(index.header.get('A')).toBe(' two blanks');
    expect(index.packages).toHaveLength(1);
    const [first = new Map<string, string>()] = index.packages;
    expect(first.get('USE')).toBe('');
    expect(packagePath(first)).toBe('a/b-1.tbz2');
    expect(packageAddress('http://base/', index, 'a/b c.xpak')).toBe('http://x/y/a/b%20c.xpak');
    expect(packageAddress('http://base/', { header: new Map() }, 'a/b')).toBe('http://base/a/b');
    expect(instanceKey(index, first)).toBe('a/b-1\n\n\n\n');
  });
});

describe('names and layouts', () => {
  it('tell a BUILD_ID from a version', () => {
    const parse = (text: string) => parsePackageFileName(text) ?? 'none';
    expect(parse('app-misc/foo/foo-1.0-3.gpkg.tar')).toEqual({ pf: 'foo-1.0', buildId: 3 });
    expect(parse('foo-1.0-r1-12.xpak')).toEqual({ pf: 'foo-1.0-r1', buildId: 12 });
    expect(parse('All/foo-1.0.tbz2')).toEqual({ pf: 'foo-1.0', buildId: undefined });
    expect(parse('foo-2.tbz2')).toEqual({ pf: 'foo-2', buildId: undefined });
    expect(parse('foo.tbz2')).toBe('none');
    expect(instancePath('app-misc/foo-1.0', 3, 'gpkg')).toBe('app-misc/foo/foo-1.0-3.gpkg.tar');
  });

  it('34: follow a layout.conf as GLEP 75 has it', () => {
    const [first, second] = parseMirrorLayout(
      '[structure]\n1 = flat\n0=content-hash SHA512 8:8:8\n2=future thing\n[other]\n3=flat\n',
    );
    expect([first?.kind, second?.kind]).toEqual(['content-hash', 'flat']);
    const digest = `64d30c8b${'0'.repeat(120)}`;
    expect(mirrorPath(first ?? { kind: 'flat' }, 'x.tar', digest)).toBe(`64/d3/0c/${digest}`);
    const [byName] = parseMirrorLayout('[structure]\n0=filename-hash BLAKE2B 4:12\n');
    expect(mirrorPath(byName ?? { kind: 'flat' }, 'x.tar', 'abcdef')).toBe('a/bcd/x.tar');
    expect(parseMirrorLayout('[structure]\n0=content-hash SHA512 7\n')).toEqual([{ kind: 'flat' }]);
  });

  it('tell compressions by their first bytes', () => {
    expect(compressionOf(bytes('BZh9'))).toBe('bzip2');
    expect(compressionOf(bytes('BZh0'))).toBeUndefined();
    expect(compressionOf(Buffer.from('27b52ffd', 'hex'))).toBe('zstd');
    expect(compressionOf(Buffer.from('02214c18', 'hex'))).toBe('lz4');
    expect(compressionOf(new Uint8Array(512))).toBe('none');
    expect(compressionOf(new Uint8Array(0))).toBeUndefined();
  });

  it('match patterns of whole paths', () => {
    const matches = (glob: string, path: string): boolean => pathPattern(glob).test(path);
    expect(matches('usr/share/man/**', 'usr/share/man/de/man1/x.1')).toBe(true);
    expect(matches('usr/share/man/**', 'usr/share/man')).toBe(false);
    expect(matches('**/*.a', 'usr/lib/x.a')).toBe(true);
    expect(matches('**/*.a', 'x.a')).toBe(true);
    expect(matches('usr/lib/*.a', 'usr/lib/x/y.a')).toBe(false);
    expect(matches('usr/lib/[!x]?.so', 'usr/lib/ab.so')).toBe(true);
    expect(matches('usr/lib/[!x]?.so', 'usr/lib/xb.so')).toBe(false);
    expect(matches('a+(b)', 'a+(b)')).toBe(true);
  });

  it('find the source of byte code', () => {
    expect(sourceOfByteCode('a/__pycache__/x.cpython-312.opt-2.pyc')).toBe('a/x.py');
    expect(sourceOfByteCode('__pycache__/x.y.pypy310.pyc')).toBe('x.y.py');
    expect(sourceOfByteCode('a/x.pyc')).toBeUndefined();
  });
});
