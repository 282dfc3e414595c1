import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type LogSource,
  lineAtOffset,
  lineCount,
  offsetOfLine,
  readRange,
  tailOffset,
} from '../../src/logs/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-lines-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sourceOf = (...paths: string[]): LogSource => ({ segments: () => paths, isFinished: () => true });
const file = (name: string, contents: string): string => {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
};

const textAt = async (source: LogSource, from: number, length: number): Promise<string> => {
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of readRange(source, from, from + length)) pieces.push(bytes);
  return Buffer.concat(pieces).toString();
};

/** Offsets at which lines begin. */
function lineStarts(whole: Buffer): number[] {
  const starts = whole.byteLength > 0 ? [0] : [];
  for (let at = whole.indexOf(10); at !== -1; at = whole.indexOf(10, at + 1)) {
    if (at + 1 < whole.byteLength) starts.push(at + 1);
  }
  return starts;
}

describe('lines of a log', () => {
  it('are those of the whole text, whatever files it stands in', async () => {
    const content = fc.array(fc.constantFrom('\n', 'a', 'line\n', 'ü', '\r', 'x'.repeat(70_000)), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(content, { maxLength: 3 }), async (contents) => {
        const texts = contents.map((parts) => parts.join(''));
        const source = sourceOf(...texts.map((one, at) => file(`${at}.log`, one)));
        const whole = Buffer.from(texts.join(''));
        const starts = lineStarts(whole);
        expect(await lineCount(source)).toBe(starts.length);
        for (const [at, start] of starts.entries()) {
          expect(await offsetOfLine(source, at + 1)).toBe(start);
          expect(await lineAtOffset(source, start)).toBe(at + 1);
          expect(await lineAtOffset(source, (starts[at + 1] ?? whole.byteLength) - 1)).toBe(at + 1);
          expect(await tailOffset(source, starts.length - at)).toBe(start);
        }
        expect(await offsetOfLine(source, starts.length + 1)).toBeUndefined();
        expect(await tailOffset(source, 0)).toBe(whole.byteLength);
        expect(await tailOffset(source, 1000)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('are found anywhere in a log of 100 MB, while it grows, with the index or without', async () => {
    const line = (n: number): string => `line ${String(n).padStart(8, '0')} ${'.'.repeat(56)}\n`;
    const lines = 1_400_000;
    const path = join(folder, 'huge.log');
    for (let n = 1; n <= lines; n += 10_000)
      appendFileSync(path, Array.from({ length: 10_000 }, (_, i) => line(n + i)).join(''));
    const source = sourceOf(path);
    const index = join(folder, 'huge.lines');
    const width = line(1).length;
    const check = async (count: number): Promise<void> => {
      expect(await lineCount(source)).toBe(count);
      for (const wanted of [1, 2, 999, 1_000_000, count]) {
        const offset = await offsetOfLine(source, wanted);
        expect(offset).toBe((wanted - 1) * width);
        expect(await textAt(source, offset ?? 0, width)).toBe(line(wanted));
        expect(await lineAtOffset(source, (offset ?? 0) + 5)).toBe(wanted);
      }
      expect(await offsetOfLine(source, count + 1)).toBeUndefined();
      expect(await tailOffset(source, 2000)).toBe((count - 2000) * width);
    };
    await check(lines);
    const whole = readFileSync(index);
    expect(whole.byteLength).toBeLessThan(8_000);
    appendFileSync(path, Array.from({ length: 20_000 }, (_, i) => line(lines + 1 + i)).join(''));
    await check(lines + 20_000);
    expect(readFileSync(index).byteLength).toBeGreaterThan(whole.byteLength);
    const damaged = Buffer.from(whole);
    damaged[4_000] = (damaged[4_000] ?? 0) ^ 1;
    for (const contents of [Buffer.alloc(0), whole.subarray(0, 1_000), damaged, Buffer.alloc(100), whole]) {
      writeFileSync(index, contents);
      await check(lines + 20_000);
    }
    rmSync(index);
    await check(lines + 20_000);
    expect(existsSync(index)).toBe(true);
  });

  it('are counted again when the index is of a longer file', async () => {
    const path = file('1.log', 'x\n'.repeat(2_000_000));
    expect(await lineCount(sourceOf(path))).toBe(2_000_000);
    writeFileSync(path, 'longer line\n'.repeat(1_000));
    expect(await lineCount(sourceOf(path))).toBe(1_000);
  });

  it('of endless length give a tail of bounded size that begins with a whole character', async () => {
    const source = sourceOf(file('1.log', '💚'.repeat(50_000)));
    for (const maxBytes of [40_000, 40_001, 40_002, 40_003]) {
      const from = await tailOffset(source, 10, { maxBytes });
      expect(from % 4).toBe(0);
      expect(200_000 - from).toBeLessThanOrEqual(maxBytes);
      expect(200_000 - from).toBeGreaterThan(maxBytes - 4);
    }
  });
});
