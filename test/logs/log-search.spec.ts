import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LineMatcher, type LinePattern } from '../../src/host/line-matcher.ts';
import { type LogSource, searchLog, searchLogs } from '../../src/logs/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sourceOf = (...paths: string[]): LogSource => ({ segments: () => paths, isFinished: () => true });
const plain = (text: string, matchCase = false): LinePattern => ({ text, isExpression: false, matchCase });
const expression = (text: string): LinePattern => ({ text, isExpression: true, matchCase: true });

async function linesOf(source: LogSource, pattern: LinePattern, fromLine = 1): Promise<number[]> {
  const lines: number[] = [];
  let over = false;
  for await (const news of searchLog(source, { pattern, fromLine, maxHits: 1e6 }, { limitMs: 60_000 })) {
    lines.push(...news.hits.map(({ line }) => line));
    over = news.isOver;
  }
  expect(over).toBe(true);
  return lines;
}

/** Line numbers by the real grep. */
const grep = (path: string, ...args: string[]): number[] =>
  spawnSync('grep', ['-an', ...args, '--', path], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
  })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map((line) => Number.parseInt(line, 10));

describe('a search in a log', () => {
  it('finds the lines that grep finds, in any text', () => {
    const path = join(folder, 'any.log');
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('Error: x', 'an error', 'ÄRGER', 'ärger', '', 'ab'.repeat(200), 'x\r'),
    );
    const word = fc.constantFrom('error', 'ÄR', 'är', 'ab', 'x', ':', '.', '[', 'Error: x');
    fc.assert(
      fc.property(fc.array(line), word, fc.boolean(), (all, text, matchCase) => {
        const lines = all.map((one) => one.replace(/[\n\0\u001b]/g, ' '));
        const whole = lines.map((one) => `${one}\n`).join('');
        writeFileSync(path, whole);
        const found: number[] = [];
        const matcher = new LineMatcher(plain(text, matchCase));
        const bytes = Buffer.from(whole).toString('latin1');
        const newlines = matcher.match(bytes, { line: 1, offset: 0 }, (hit) => {
          found.push(hit.line);
          const at = Buffer.from(whole).subarray(hit.offset).toString();
          expect(at.startsWith(lines[hit.line - 1] ?? '?')).toBe(true);
          expect(hit.text.slice(hit.at, hit.at + hit.length).toLowerCase()).toBe(text.toLowerCase());
        });
        expect(newlines).toBe(lines.length);
        expect(found).toEqual(grep(path, ...(matchCase ? [] : ['-i']), '-F', '-e', text));
      }),
      { numRuns: 25 },
    );
  });

  it('goes across the files of a log and the pieces that they are read in', async () => {
    const [one, two] = [join(folder, 'one.log'), join(folder, 'two.log')];
    const lines = (from: number, count: number): string =>
      Array.from({ length: count }, (_, at) => `${from + at} ${'.'.repeat((from + at) % 90)} end\n`).join('');
    writeFileSync(one, lines(1, 40_000));
    writeFileSync(two, `${lines(40_001, 30_000)}the last 4321 without an end`);
    const whole = join(folder, 'whole.log');
    spawnSync('sh', ['-c', 'cat "$1" "$2" > "$3"', 'sh', one, two, whole]);
    const both = sourceOf(one, two);
    expect(await linesOf(both, plain('4321'))).toEqual(grep(whole, '4321'));
    expect(await linesOf(both, expression('^\\d*77\\d* \\.{0,3} end$'))).toEqual(
      grep(whole, '-E', '^[0-9]*77[0-9]* \\.{0,3} end$'),
    );
    expect(await linesOf(both, plain('4321'), 44_000)).toEqual(
      grep(whole, '4321').filter((line) => line >= 44_000),
    );
    const totals: number[] = [];
    const many = searchLogs(
      [one, join(folder, 'gone.log'), two],
      { pattern: plain('999'), maxHits: 2 },
      { limitMs: 60_000 },
    );
    for await (const news of many) if (news.isOver) totals[news.text] = news.total;
    expect(totals).toEqual([grep(one, '999').length, 0, grep(two, '999').length]);
  });

  it('ends an expression that would take for ever, and is then free for the next', async () => {
    const path = join(folder, 'slow.log');
    writeFileSync(path, `${'a'.repeat(60)}!\n`);
    const slow = { pattern: expression('(a+)+$'), fromLine: 1, maxHits: 1 };
    const ends = await Promise.all(
      [1, 2, 3].map(async () => {
        let over = false;
        for await (const news of searchLog(sourceOf(path), slow, { limitMs: 150 })) over = news.isOver;
        return over;
      }),
    );
    expect(ends).toEqual([false, false, false]);
    expect(await linesOf(sourceOf(path), plain('A'))).toEqual([1]);
  });

  it('ends when nobody wants it any more', async () => {
    const path = join(folder, 'slow.log');
    const over = new AbortController();
    const slow = { pattern: expression('(a+)+$'), fromLine: 1, maxHits: 1 };
    const search = searchLog(sourceOf(path), slow, { limitMs: 600_000, signal: over.signal });
    const end = search.next();
    over.abort();
    expect(await end).toMatchObject({ done: true });
  });

  it('lets only so many searches wait', async () => {
    const path = join(folder, 'slow.log');
    const over = new AbortController();
    const slow = { pattern: expression('(a+)+$'), fromLine: 1, maxHits: 1 };
    const one = (): Promise<unknown> =>
      searchLog(sourceOf(path), slow, { limitMs: 600_000, signal: over.signal }).next();
    const all = Array.from({ length: 34 }, one);
    await expect(one()).rejects.toMatchObject({ problem: { code: 'LOG003' } });
    over.abort();
    await Promise.all(all);
  });

  it('refuses what cannot be looked for', async () => {
    for (const pattern of [plain(''), plain('a\nb'), expression('(')])
      await expect(linesOf(sourceOf(), pattern)).rejects.toMatchObject({ problem: { code: 'LOG002' } });
  });
});
