import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/diagnostics/index.ts';
import { encodeTarEntry, parseMtree, tarEnd } from '../../src/formats/archives/index.ts';
import {
  parseBuildinfo,
  parsePkginfo,
  parseSrcinfo,
  readDatabase,
  readPackage,
  rewritePackage,
  writeDatabase,
} from '../../src/formats/pacman/index.ts';

const codes = (problems: readonly { code: string }[]): string[] => problems.map(({ code }) => code);
async function* pieces(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += 1 << 16) yield part.subarray(at, at + (1 << 16));
  }
}
const bytes = (text: string): Uint8Array => Buffer.from(text);
const entry = (path: string, body: Uint8Array): Uint8Array =>
  encodeTarEntry({ path, type: 'file', mode: 0o644 }, body);
const pkginfo = 'pkgname = foo\npkgbase = foo\npkgver = 1-1\narch = any\n';

describe('the samples of the catalogue', () => {
  it.each(['FMT001', 'FMT002', 'FMT003', 'FMT004', 'FMT005'])(
    'lead to %s, and without the fault do not',
    (code) => {
      const sample = catalogue[code]?.sample;
      const whole = (text: string): string => (text.startsWith('\t') ? `pkgbase = foo\n${text}` : text);
      expect(codes(parseSrcinfo(whole(sample?.broken ?? ''), 'x').problems)).toContain(code);
      expect(codes(parseSrcinfo(whole(sample?.fixed ?? ''), 'x').problems)).not.toContain(code);
    },
  );
  it.each(['FMT010', 'FMT011'])('lead to %s in package metadata, and without the fault do not', (code) => {
    const sample = catalogue[code]?.sample;
    const read = (text: string) => [
      ...parsePkginfo(text, 'x').problems,
      ...parseBuildinfo(text, 'x').problems,
    ];
    expect(codes(read(sample?.broken ?? ''))).toContain(code);
    expect(codes(read(sample?.fixed ?? ''))).not.toContain(code);
  });
});

describe('damaged packages', () => {
  it('without .PKGINFO are FMT012', async () => {
    const { problems } = await readPackage(pieces(entry('usr/x', bytes('x')), tarEnd), 'x');
    expect(codes(problems)).toContain('FMT012');
  });
  it('with an .MTREE that is none are FMT013', async () => {
    expect(codes(parseMtree('no mtree', 'x').problems)).toContain('FMT013');
    const rewritten = rewritePackage(
      pieces(
        entry('.MTREE', gzipSync(bytes('no mtree\n'))),
        entry('.PKGINFO', bytes(`${pkginfo}group = g\n`)),
        tarEnd,
      ),
      { drop: ['group'] },
    );
    const drain = async () => {
      for await (const _ of rewritten.pieces);
    };
    await expect(drain()).rejects.toMatchObject({ problem: { code: 'FMT013' } });
  });
  it('with far too much metadata are FMT014', async () => {
    const header = entry('.PKGINFO', new Uint8Array(0)).slice(0, 512);
    // 100 MiB as octal digits, and the checksum that goes with it
    header.set(bytes('00620000000\0'), 124);
    header.set(bytes('        '), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect(codes((await readPackage(pieces(header), 'x')).problems)).toContain('FMT014');
  });
  it('with a damaged pax header are FMT023', async () => {
    const header = entry('x', bytes('99 path=x')).slice();
    header.set(bytes('x'), 156);
    header.set(bytes('        '), 148);
    const sum = header.slice(0, 512).reduce((total, byte) => total + byte, 0);
    header.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    expect(codes((await readPackage(pieces(header, tarEnd), 'x')).problems)).toContain('FMT023');
  });
});

/** An ELF file whose names lie behind 20 MiB of code and before the section that says where they are. */
function elfWithFarNames(): Uint8Array {
  const mebibyte = 1 << 20;
  const file = new DataView(new ArrayBuffer(41 * mebibyte));
  const put = (at: number, ...values: number[]): void => {
    for (const [index, value] of values.entries()) file.setBigUint64(at + 8 * index, BigInt(value), true);
  };
  new Uint8Array(file.buffer).set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.setUint16(16, 3, true);
  file.setUint16(18, 62, true);
  put(32, 64);
  file.setUint16(54, 56, true);
  file.setUint16(56, 2, true);
  file.setUint32(64, 1, true);
  put(72, 0, 0, 0, 41 * mebibyte, 41 * mebibyte);
  file.setUint32(120, 2, true);
  put(128, 40 * mebibyte, 40 * mebibyte, 40 * mebibyte, 64, 64);
  put(40 * mebibyte, 5, 20 * mebibyte, 10, 16, 1, 1, 0, 0);
  return new Uint8Array(file.buffer);
}

describe('programs', () => {
  it('whose libraries are out of reach in one pass are FMT040', async () => {
    const program = entry('usr/bin/x', elfWithFarNames());
    const read = await readPackage(pieces(entry('.PKGINFO', bytes(pkginfo)), program, tarEnd), 'x');
    expect(codes(read.problems)).toEqual(['FMT040']);
    expect(read.package?.files).toEqual(['usr/bin/x']);
  });
});

describe('damaged databases', () => {
  it('of an unknown compression are FMT030', () => {
    expect(codes(readDatabase(bytes('BZh91AY&SY'), 'x.db').problems)).toContain('FMT030');
  });
  it('with an entry that lacks its desc are FMT031', () => {
    const tar = Buffer.concat([entry('foo-1-1/files', bytes('%FILES%\n')), tarEnd]);
    expect(codes(readDatabase(gzipSync(tar), 'x.db').problems)).toContain('FMT031');
  });
  it('are read as they were written when nothing is damaged', () => {
    const written = writeDatabase(
      [{ name: 'foo', version: '1-1', desc: '%NAME%\nfoo\n\n%VERSION%\n1-1\n\n' }],
      {
        kind: 'db',
        compression: 'gzip',
      },
    );
    expect(gunzipSync(written).byteLength % 512).toBe(0);
    expect(readDatabase(written, 'x.db')).toMatchObject({ entries: [{ name: 'foo' }], problems: [] });
  });
});
