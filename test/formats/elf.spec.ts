import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ElfCollector, readElf } from '../../src/formats/elf/index.ts';
import { runTool, scratchFolder } from './real-tools.ts';

let scratch: ReturnType<typeof scratchFolder>;
beforeAll(() => {
  scratch = scratchFolder();
});
afterAll(() => scratch.remove());

/** What readelf -d says. */
function asReadelfReads(path: string): { soname: string | undefined; needed: string[] } {
  const text = runTool('readelf', ['-dW', path], scratch.folder).toString();
  const names = (tag: string) =>
    [...text.matchAll(new RegExp(`\\(${tag}\\).*\\[(.*)\\]`, 'g'))].map((m) => m[1] ?? '');
  return { soname: names('SONAME')[0], needed: names('NEEDED') };
}

describe('readElf', () => {
  it('finds what readelf finds in the programs and libraries of this machine', () => {
    const bin = readdirSync('/usr/bin').filter((_, index) => index % 12 === 0);
    const libraries = readdirSync('/usr/lib/x86_64-linux-gnu').filter(
      (name, index) => /\.so/.test(name) && index % 8 === 0,
    );
    const paths = [
      ...bin.map((name) => `/usr/bin/${name}`),
      ...libraries.map((name) => `/usr/lib/x86_64-linux-gnu/${name}`),
    ];
    let compared = 0;
    for (const path of new Set(paths.slice(0, 200))) {
      let bytes: Uint8Array;
      try {
        bytes = readFileSync(realpathSync(path));
      } catch {
        continue;
      }
      const facts = readElf(bytes);
      if (!facts) continue;
      compared += 1;
      expect({ soname: facts.soname, needed: facts.needed }, path).toEqual(asReadelfReads(path));
    }
    expect(compared).toBeGreaterThan(5);
  });

  it('needs no section headers, and tells class, machine and type', () => {
    const library = join(scratch.folder, 'libx.so');
    writeFileSync(join(scratch.folder, 'x.c'), 'int x(void) { return 1; }\n');
    runTool(
      'cc',
      ['-shared', '-fPIC', '-Wl,-soname,libx.so.7', '-o', library, join(scratch.folder, 'x.c')],
      scratch.folder,
    );
    const bytes = readFileSync(library);
    bytes.fill(0, 0x28, 0x30);
    bytes.writeUInt16LE(0, 0x3c);
    expect(readElf(bytes)).toMatchObject({ soname: 'libx.so.7', class: 64, type: 'shared' });
  });

  it('reads 32 bit and big-endian files', () => {
    for (const [bits, little] of [
      [32, true],
      [32, false],
      [64, false],
    ] as const) {
      expect(readElf(craftElf(bits, little))).toEqual({
        soname: 'liba.so.1',
        needed: ['libb.so.2'],
        class: bits,
        machine: 20,
        type: 'shared',
      });
    }
  });

  it('answers nothing for other files and for damaged ones', () => {
    expect(readElf(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
    expect(readElf(new Uint8Array(0))).toBeUndefined();
    const whole = craftElf(64, true);
    for (let length = 0; length < whole.byteLength; length += 1) readElf(whole.subarray(0, length));
  });
});

describe('ElfCollector', () => {
  it.each([1, 7, 4096, 1 << 22])('finds the same in pieces of %i bytes', (size) => {
    const bytes = size < 4096 ? craftElf(64, true) : readFileSync(realpathSync('/proc/self/exe'));
    const collector = new ElfCollector();
    for (let at = 0; at < bytes.byteLength; at += size) collector.push(bytes.subarray(at, at + size));
    expect(collector.finish()).toEqual({ kind: 'elf', facts: readElf(bytes) });
  });

  it('finds a dynamic section and names far behind the start of a large file', () => {
    const bytes = craftElf(64, true, 20 << 20);
    const collector = new ElfCollector();
    for (let at = 0; at < bytes.byteLength; at += 65_536) collector.push(bytes.subarray(at, at + 65_536));
    const reading = collector.finish();
    expect(reading).toEqual({ kind: 'elf', facts: readElf(bytes) });
    expect(reading).toMatchObject({ facts: { soname: 'liba.so.1' } });
  });
});

/** A minimal shared library: one loaded segment, a dynamic section at `gap`, its strings behind it. */
function craftElf(bits: 32 | 64, little: boolean, gap = 512): Buffer {
  const word = bits / 8;
  const strings = Buffer.from('\0liba.so.1\0libb.so.2\0');
  const dynamicSize = 5 * 2 * word;
  const bytes = Buffer.alloc(gap + dynamicSize + strings.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const put = (at: number, value: number): void => {
    if (bits === 64) view.setBigUint64(at, BigInt(value), little);
    else view.setUint32(at, value, little);
  };
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, little ? 1 : 2, 1]);
  view.setUint16(16, 3, little);
  view.setUint16(18, 20, little);
  const table = bits === 64 ? 64 : 52;
  put(bits === 64 ? 32 : 28, table);
  const entrySize = bits === 64 ? 56 : 32;
  view.setUint16(bits === 64 ? 54 : 42, entrySize, little);
  view.setUint16(bits === 64 ? 56 : 44, 2, little);
  const segment = (index: number, kind: number, offset: number, size: number): void => {
    const at = table + index * entrySize;
    view.setUint32(at, kind, little);
    put(at + (bits === 64 ? 8 : 4), offset);
    put(at + (bits === 64 ? 16 : 8), offset + 0x1000);
    put(at + (bits === 64 ? 32 : 16), size);
  };
  segment(0, 1, 0, bytes.byteLength);
  segment(1, 2, gap, dynamicSize);
  const entries = [
    [14, 1],
    [1, 11],
    [5, gap + dynamicSize + 0x1000],
    [10, strings.byteLength],
    [0, 0],
  ] as const;
  for (const [index, [tag, value]] of entries.entries()) {
    put(gap + index * 2 * word, tag);
    put(gap + index * 2 * word + word, value);
  }
  bytes.set(strings, gap + dynamicSize);
  return bytes;
}
