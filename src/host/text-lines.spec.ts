import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readTextLines } from './text-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-text-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function all(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

async function linesOf(
  name: string,
  bytes: Uint8Array | string,
  maxLength = 1_000_000,
): Promise<readonly string[]> {
  writeFileSync(join(folder, name), bytes);
  return await all(readTextLines(join(folder, name), maxLength));
}

test('lines are those of the file, wherever its pieces end, packed or not', async () => {
  // signs of two, three and four bytes, so that pieces of 256 KiB end within some of them
  const lines = Array.from(
    { length: 9000 },
    (_, at) => `${'\u00e9\u20ac\u{1f600}'.repeat((at % 13) + 1)}${at}`,
  );
  const text = `${lines.join('\n')}\n`;
  expect(Buffer.byteLength(text)).toBeGreaterThan(2 * 256 * 1024);
  expect(await linesOf('plain', text)).toEqual(lines);
  expect(await linesOf('packed.gz', gzipSync(text))).toEqual(lines);
  // several packed files one after the other are one
  const members = Buffer.concat([gzipSync(text.slice(0, 1000)), gzipSync(text.slice(1000))]);
  expect(await linesOf('members.gz', members)).toEqual(lines);
});

test('an end without a line break is a line, and an empty file has none', async () => {
  expect(await linesOf('end', 'a\n\nb')).toEqual(['a', '', 'b']);
  expect(await linesOf('empty', '')).toEqual([]);
});

test('a line without an end, and a file that is cut off, are errors', async () => {
  await expect(linesOf('long', 'x'.repeat(2_000_000))).rejects.toThrow(RangeError);
  const packed = gzipSync('a\n'.repeat(1000));
  await expect(linesOf('cut.gz', packed.subarray(0, packed.length - 9))).rejects.toThrow();
  await expect(all(readTextLines(join(folder, 'none.gz'), 10))).rejects.toThrow('ENOENT');
});
