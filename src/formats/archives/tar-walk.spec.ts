import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../diagnostics/index.ts';
import {
  encodeCanonicalHeader,
  encodeTarEntry,
  readTarBytes,
  type TarEntry,
  tarEnd,
  walkTar,
} from './index.ts';

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
  .filter((one) => !one.includes('\0'));
const entry = fc.record({
  path: text.map((one) => `./${one.replaceAll('\n', ' ')}`),
  type: fc.constantFrom('file', 'folder', 'symlink', 'hardlink', 'fifo') as fc.Arbitrary<TarEntry['type']>,
  mode: fc.nat(0o7777),
  uid: fc.nat(5_000_000),
  gid: fc.nat(5_000_000),
  uname: fc.string({ maxLength: 40 }).filter((one) => !one.includes('\0')),
  gname: fc.constant('root'),
  mtime: fc.nat(),
  linkPath: text,
  xattrs: fc.dictionary(fc.stringMatching(/^user\.[a-z]{1,8}$/), fc.uint8Array({ maxLength: 20 })),
});

/** Entries as the walking reader finds them, or the code that it ends with. */
async function walked(bytes: Uint8Array): Promise<unknown> {
  const source = {
    sizeBytes: bytes.byteLength,
    read: async (at: number, length: number) => bytes.subarray(at, at + length),
  };
  try {
    const found = [];
    for await (const { bodyOffset, isUtf8: _, ...one } of walkTar(source, 'x'))
      found.push({ ...one, body: Buffer.from(bytes.subarray(bodyOffset, bodyOffset + one.sizeBytes)) });
    return found;
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

function streamed(bytes: Uint8Array): unknown {
  try {
    return [...readTarBytes(bytes, 'x')].map((one) => ({ ...one, body: Buffer.from(one.body) }));
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

describe('an archive that is walked over', () => {
  it('is read like one that is in memory, damaged or not', async () => {
    const archive = fc
      .array(fc.tuple(entry, fc.uint8Array({ maxLength: 600 })), { maxLength: 4 })
      .map((all) =>
        Buffer.concat([...all.map(([{ xattrs: _, ...one }, body]) => encodeTarEntry(one, body)), tarEnd]),
      );
    await fc.assert(
      fc.asyncProperty(archive, fc.nat(), fc.nat(255), fc.boolean(), async (bytes, at, value, isDamaged) => {
        if (isDamaged) bytes[at % bytes.byteLength] = value;
        expect(await walked(bytes)).toEqual(streamed(bytes));
      }),
    );
  });

  it('has what a canonical header was made of', async () => {
    await fc.assert(
      fc.asyncProperty(entry, async ({ xattrs, ...fields }) => {
        const isLink = fields.type === 'symlink' || fields.type === 'hardlink';
        const wanted: TarEntry = { ...fields, linkPath: isLink ? fields.linkPath : '', sizeBytes: 0 };
        const own = new Map(Object.entries(xattrs).map(([key, value]) => [key, Buffer.from(value)]));
        const bytes = Buffer.concat([
          encodeCanonicalHeader({ ...wanted, ...(own.size > 0 ? { xattrs: own } : {}) }),
          tarEnd,
        ]);
        const [{ body: _, xattrs: read, ...back }] = (await walked(bytes)) as [TarEntry & { body: unknown }];
        expect(back).toEqual(wanted);
        expect(new Map(read)).toEqual(own);
      }),
    );
  });
});
