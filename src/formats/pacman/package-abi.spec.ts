import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ElfReading } from '../elf/index.ts';
import { AbiCollector } from './package-abi.ts';
import { parsePkginfo } from './package-info.ts';

interface Sketch {
  readonly soname?: string;
  readonly needed?: readonly string[];
  readonly exported?: readonly string[];
  /** `symbol` or `symbol from.so`. */
  readonly imported?: readonly string[];
  readonly bits?: 32 | 64;
}

function elf({ soname, needed = [], exported = [], imported = [], bits = 64 }: Sketch): ElfReading {
  return {
    kind: 'elf',
    facts: { ...(soname === undefined ? {} : { soname }), needed, class: bits, machine: 62, type: 'shared' },
    symbols: {
      exported,
      definesVersions: exported.some((one) => one.includes('@')),
      imported: imported.map((text) => {
        const [symbol = '', from] = text.split(' ');
        return { symbol, from };
      }),
    },
  };
}

const pkginfo = (lines: string) => {
  const text = `pkgname = quill\npkgver = 1.0-1\narch = x86_64\n${lines}`;
  const { pkginfo: parsed } = parsePkginfo(text, '.PKGINFO');
  if (!parsed) throw new Error('no .PKGINFO');
  return parsed;
};
const mtree = (lines: string): Uint8Array =>
  gzipSync(`#mtree\n/set type=file uid=0 gid=0 mode=644\n${lines}`);

const abiOf = (files: readonly (readonly [Sketch, boolean])[]) => {
  const collector = new AbiCollector();
  for (const [sketch, isPublic] of files) collector.note(elf(sketch), isPublic);
  return collector.finish(pkginfo(''), undefined);
};

describe('the binary interface of a package', () => {
  it('has what its files give and take, without what they give one another', () => {
    const abi = abiOf([
      [
        { soname: 'liba.so.1', exported: ['f', 'g'], needed: ['libc.so.6'], imported: ['puts@V1 libc.so.6'] },
        true,
      ],
      [{ needed: ['liba.so.1', 'libz.so.1'], imported: ['f', 'crc32', 'exit@V2 libc.so.6'] }, false],
    ]);
    expect(abi.provides).toEqual([
      { name: 'liba.so.1', machine: 6264, symbols: ['f', 'g'], definesVersions: false },
    ]);
    expect(abi.needs).toEqual([
      { name: 'libc.so.6', machine: 6264, symbols: ['exit@V2', 'puts@V1'] },
      { name: 'libz.so.1', machine: 6264, symbols: [] },
    ]);
    expect(abi.loose).toEqual([{ machine: 6264, symbols: ['crc32'] }]);
  });

  it('tells libraries of one name for two machines apart', () => {
    const abi = abiOf([
      [{ soname: 'liba.so.1', exported: ['f'] }, true],
      [{ soname: 'liba.so.1', exported: ['g'], bits: 32 }, true],
    ]);
    expect(abi.provides.map(({ machine, symbols }) => [machine, symbols])).toEqual([
      [6232, ['g']],
      [6264, ['f']],
    ]);
  });

  it('goes by the file that the dynamic linker finds, not by variants for other processors', () => {
    const plain: Sketch = { soname: 'liba.so.1', exported: ['f', 'g'] };
    const variant: Sketch = { soname: 'liba.so.1', exported: ['f', 'fast'] };
    for (const files of [
      [[plain, true] as const, [variant, false] as const],
      [[variant, false] as const, [plain, true] as const],
    ])
      expect(abiOf(files).provides[0]?.symbols).toEqual(['f', 'g']);
  });
});

describe('its digests', () => {
  const digests = (info: string, files: string) => {
    const { payload, seen } = new AbiCollector().finish(pkginfo(info), mtree(files));
    return { payload, seen };
  };
  const header = './usr/include/quill.h time=1.0 size=3 sha256digest=aa\n';
  const manual = './usr/share/doc/quill time=1.0 size=3 sha256digest=bb\n';
  const before = digests('builddate = 1\ndepend = ink=1.0-1\n', header + manual);

  it('are the same when only times and the packager differ', () => {
    const times = (header + manual).replaceAll('time=1.0', 'time=2.5');
    expect(digests('builddate = 2\npackager = another\ndepend = ink=1.0-1\n', times)).toEqual(before);
  });
  it('tell what is installed from what others see of it', () => {
    const other = digests('builddate = 1\ndepend = ink=1.0-1\n', header + manual.replace('bb', 'cc'));
    expect(other.payload).not.toBe(before.payload);
    expect(other.seen).toBe(before.seen);
  });
  it('differ in both by a header, and by what is needed', () => {
    for (const other of [
      digests('builddate = 1\ndepend = ink=1.0-1\n', header.replace('aa', 'cc') + manual),
      digests('builddate = 1\ndepend = paper\n', header + manual),
    ]) {
      expect(other.payload).not.toBe(before.payload);
      expect(other.seen).not.toBe(before.seen);
    }
  });
  it('are unknown without an .MTREE, and with one that is damaged', () => {
    const unknown = { payload: undefined, seen: undefined };
    expect(new AbiCollector().finish(pkginfo(''), undefined)).toMatchObject(unknown);
    expect(new AbiCollector().finish(pkginfo(''), Buffer.from('no gzip'))).toMatchObject(unknown);
  });
});
