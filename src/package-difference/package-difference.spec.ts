import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTarEntry, tarEnd } from '../formats/archives/index.ts';
import {
  compareBytes,
  compareEntries,
  compareTexts,
  describeAspects,
  readBodies,
  readEntries,
} from './index.ts';

interface File {
  readonly path: string;
  readonly text?: string;
  readonly mode?: number;
  readonly mtime?: number;
  readonly linkPath?: string;
}

async function* tarOf(files: readonly File[]): AsyncGenerator<Uint8Array> {
  for (const { path, text = '', mode = 0o644, mtime = 0, linkPath } of files) {
    const entry = {
      path,
      mode,
      mtime,
      ...(linkPath === undefined ? {} : { type: 'symlink' as const, linkPath }),
    };
    yield encodeTarEntry(entry, Buffer.from(text));
  }
  yield tarEnd;
}

const compare = async (before: readonly File[], after: readonly File[], options = {}) =>
  compareEntries(await readEntries(tarOf(before), 'a'), await readEntries(tarOf(after), 'b'), options);

describe('two packages', () => {
  it('with the same entries do not differ, whatever the order', async () => {
    const files = [
      { path: 'usr/a', text: 'x' },
      { path: 'usr/b', linkPath: 'a' },
    ];
    expect(await compare(files, files.toReversed())).toEqual([]);
  });

  it('differ by path: what is only in one, and what of the others changed', async () => {
    const found = await compare(
      [
        { path: 'gone' },
        { path: 'mode', mode: 0o755 },
        { path: 'same' },
        { path: 'text', text: 'a' },
        { path: 'link', linkPath: 'a' },
      ],
      [
        { path: 'come' },
        { path: 'mode', mode: 0o644 },
        { path: 'same' },
        { path: 'text', text: 'b' },
        { path: 'link', linkPath: 'b' },
      ],
    );
    expect(found.map(({ path, kind, aspects }) => [path, kind, ...aspects].join(' '))).toEqual([
      'come only-after',
      'gone only-before',
      'link changed link',
      'mode changed mode',
      'text changed content',
    ]);
    expect(found.flatMap(describeAspects)).toEqual(["links to 'a', then to 'b'", 'mode 0755, then 0644']);
  });

  it('differ in times only for who wants to know', async () => {
    const [before, after] = [[{ path: 'a', mtime: 1 }], [{ path: 'a', mtime: 2 }]];
    expect((await compare(before, after))[0]?.aspects).toEqual(['time']);
    expect(await compare(before, after, { times: false })).toEqual([]);
  });

  it('give the bytes of the files that are asked for, up to a limit', async () => {
    const files = [
      { path: 'a', text: 'long text' },
      { path: 'b', text: 'other' },
    ];
    const bodies = await readBodies(tarOf(files), new Set(['a']), 4);
    expect([...bodies].map(([path, body]) => `${path} ${Buffer.from(body)}`)).toEqual(['a long']);
  });
});

describe('two texts', () => {
  it('show the lines that only one of them has, and where they begin', () => {
    expect(compareTexts('a\nb\nc\n', 'a\nB\nc\n')).toEqual(['- b', '+ B', 'first in line 2']);
  });

  it('with the same lines in another order say that', () => {
    expect(compareTexts('a\nb', 'b\na')).toEqual(['the same lines in another order, from line 1 on']);
  });

  it('never need more than 20 lines, and none of them is without end', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (before, after) => {
        const lines = compareTexts(before.join('\n'), after.join('\n'));
        expect(lines.length).toBeLessThanOrEqual(20);
        for (const line of lines) expect(line.length).toBeLessThan(200);
      }),
    );
  });
});

describe('two files', () => {
  it('that are no texts show the place and the bytes', () => {
    expect(compareBytes(Buffer.from([0, 1, 2, 3]), Buffer.from([0, 1, 9, 3]))).toEqual([
      '1 bytes differ, the first at 2: 0203, then 0903',
    ]);
  });

  it('that are compressed are opened', () => {
    expect(compareBytes(gzipSync('a\nb'), gzipSync('a\nc'))).toEqual([
      'inside: - b',
      'inside: + c',
      'inside: first in line 2',
    ]);
    expect(
      compareBytes(gzipSync('a'.repeat(99), { level: 1 }), gzipSync('a'.repeat(99), { level: 0 })),
    ).toEqual(['the same inside; it was compressed in another way']);
  });

  it('that are damaged or none of all end with an answer, too', () => {
    const heads = fc.constantFrom(
      [],
      [0x1f, 0x8b, 8, 0],
      [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0],
      [0x7f, 0x45, 0x4c, 0x46, 1, 2, 1, 0],
    );
    const file = fc
      .tuple(heads, fc.uint8Array({ maxLength: 300 }))
      .map(([head, rest]) => Buffer.from([...head, ...rest]));
    fc.assert(
      fc.property(file, file, (before, after) => {
        const lines = compareBytes(before, after);
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.length).toBeLessThanOrEqual(20);
      }),
    );
  });
});
