import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  appendNote,
  followStream,
  formatLogTime,
  LogHub,
  type LogPiece,
  type LogSource,
  openAttemptLog,
  openQueueNotes,
  readRange,
  type StreamOptions,
  sizeOf,
} from '../../src/logs/index.ts';

let folder: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-stream-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

const sourceOf = (paths: readonly string[], isFinished = () => true): LogSource => ({
  segments: () => paths,
  isFinished,
});

/** Everything a follower gets; fails when a piece does not begin where the one before ended. */
async function collect(pieces: AsyncIterable<LogPiece>, from: number): Promise<Buffer> {
  const all: Uint8Array[] = [];
  let next = from;
  for await (const { offset, bytes } of pieces) {
    expect(offset).toBe(next);
    expect(bytes.byteLength).toBeGreaterThan(0);
    next += bytes.byteLength;
    all.push(bytes);
  }
  return Buffer.concat(all);
}

const following = (source: LogSource, options: StreamOptions = {}): Promise<Buffer> =>
  collect(followStream(source, options), options.fromOffset ?? 0);

const files = (contents: readonly Uint8Array[]): readonly string[] =>
  contents.map((bytes, at) => {
    const path = join(folder, `${at}.log`);
    writeFileSync(path, bytes);
    return path;
  });

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('\n', 'ä\n', '💚', ''));

describe('a log of several files', () => {
  it('is their concatenation, from every offset and in every range', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), async (texts) => {
        const contents = texts.map((one) => Buffer.from(one.toWellFormed()));
        const source = sourceOf(files(contents));
        const whole = Buffer.concat(contents);
        expect(sizeOf(source)).toBe(whole.byteLength);
        for (let from = 0; from <= whole.byteLength; from += 1) {
          expect(await following(source, { fromOffset: from })).toEqual(whole.subarray(from));
          const to = from + ((from * 7) % (whole.byteLength + 1 - from));
          expect(await collect(readRange(source, from, to), from)).toEqual(whole.subarray(from, to));
        }
        expect(await collect(followStream(source, { fromOffset: 1e9 }), whole.byteLength)).toEqual(
          Buffer.alloc(0),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('comes in pieces that end with lines or whole characters when it is large', async () => {
    const line = `${'grün 💚 '.repeat(300)}\n`;
    const whole = Buffer.from(line.repeat(300) + '💚'.repeat(100_000));
    const source = sourceOf(files([whole]));
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (const pieces of [followStream(source), readRange(source, 0)]) {
      let texts = '';
      for await (const { bytes } of pieces) texts += decoder.decode(bytes);
      expect(texts).toBe(whole.toString());
    }
  });

  it('goes on in a file that appears later, and waits for its first one', async () => {
    const hub = new LogHub({ pollMs: 10, gapMs: 0 });
    const paths: string[] = [];
    let finished = false;
    const subject = { target: 'local', arch: 'x86_64', name: 'c++utilities' };
    const all = following(
      sourceOf(paths, () => finished),
      { hub },
    );
    const notes = openQueueNotes(folder, { ...subject, revision: '1700000000000' });
    const waiting = `Added to build queue at ${formatLogTime(1_700_000_000_000)}. Waiting for builder...`;
    paths.push(notes);
    appendNote(notes, waiting);
    for (const attempt of ['1', '2']) {
      const log = openAttemptLog({ farm: folder, subject: { ...subject, attempt } });
      paths.push(join(folder, log.path));
      hub.touched(join(folder, log.path));
      for (let i = 0; i < 20; i += 1) {
        log.write(Buffer.from(`\u001b[32m${attempt}.${i}\u001b[0m\r\n`));
        hub.touched(join(folder, log.path));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await log.close();
    }
    finished = true;
    hub.touched(paths.at(-1) ?? '');
    const lines = ['1', '2'].flatMap((attempt) =>
      Array.from({ length: 20 }, (_, i) => `\u001b[32m${attempt}.${i}\u001b[0m\r\n`),
    );
    expect((await all).toString()).toBe(
      `Added to build queue at 14/11/2023, 22:13:20 UTC. Waiting for builder...\n${lines.join('')}`,
    );
    expect(hub.followedFiles).toBe(0);
  });

  it('keeps a cut character back until its rest comes, and gives it up when none does', async () => {
    const [path = ''] = files([Buffer.from([0x61, 0xe2, 0x82])]);
    const hub = new LogHub({ pollMs: 5, gapMs: 0 });
    let finished = false;
    const pieces: string[] = [];
    for await (const { bytes } of followStream(
      sourceOf([path], () => finished),
      { hub },
    )) {
      pieces.push(Buffer.from(bytes).toString('hex'));
      if (pieces.length === 1) appendFileSync(path, Buffer.from([0xac, 0xe2]));
      else finished = true;
    }
    expect(pieces).toEqual(['61', 'e282ac', 'e2']);
  });

  it('delivers nothing twice when an earlier file grows against the rules', async () => {
    const [first = '', second = ''] = files([Buffer.from('one\n'), Buffer.from('two\n')]);
    const hub = new LogHub({ pollMs: 5, gapMs: 0 });
    let finished = false;
    let seen = '';
    let next = 0;
    for await (const { offset, bytes } of followStream(
      sourceOf([first, second], () => finished),
      { hub },
    )) {
      expect(offset).toBe(next);
      next += bytes.byteLength;
      seen += Buffer.from(bytes).toString();
      if (!seen.includes('two') || finished) continue;
      appendFileSync(first, 'late\n');
      appendFileSync(second, 'three\n');
      finished = true;
    }
    expect(seen).toBe('one\ntwo\nthree\n');
  });
});

describe('many followers of one log', () => {
  it('get all bytes exactly once each, from a writer in another process, at the cost of one file watch', async () => {
    const path = join(folder, 'grows.log');
    const program = `
      const { appendFileSync } = require('node:fs');
      const write = (i) => {
        if (i === 400) return;
        appendFileSync(${JSON.stringify(path)}, 'line ' + i + ' ' + 'ü'.repeat((i * 37) % 900) + '\\n');
        i % 10 === 0 ? setTimeout(write, 1, i + 1) : write(i + 1);
      };
      write(0);`;
    const hub = new LogHub({ pollMs: 20, gapMs: 1 });
    const child = spawn(process.execPath, ['-e', program], { stdio: 'inherit' });
    children.push(child);
    let finished = false;
    const ended = once(child, 'exit').then(() => {
      finished = true;
      hub.touched(path);
    });
    const source = sourceOf([path], () => finished);
    const followers = Array.from({ length: 50 }, () => following(source, { hub }));
    await hub.rest(undefined);
    expect([hub.followedFiles, hub.followersOf(path)]).toEqual([1, 50]);
    const [first, ...others] = await Promise.all(followers);
    await ended;
    const expected = Array.from({ length: 400 }, (_, i) => `line ${i} ${'ü'.repeat((i * 37) % 900)}\n`).join(
      '',
    );
    expect(first?.toString()).toBe(expected);
    for (const other of others) expect(other.equals(first ?? Buffer.alloc(0))).toBe(true);
    expect(hub.followedFiles).toBe(0);
  });

  it('do not notice when one of them leaves, or is slow', async () => {
    const hub = new LogHub({ pollMs: 20, gapMs: 0 });
    const path = join(folder, 'long.log');
    const chunk = Buffer.from(`${'x'.repeat(1023)}\n`.repeat(256));
    let finished = false;
    const source = sourceOf([path], () => finished);
    const leave = new AbortController();
    const stays = following(source, { hub });
    const leaves = following(source, { hub, signal: leave.signal });
    // Holds its second piece back until everything is written: far more than is kept in memory.
    const release = Promise.withResolvers<void>();
    const slow = (async () => {
      let sizeBytes = 0;
      for await (const { offset, bytes } of followStream(source, { hub })) {
        expect(offset).toBe(sizeBytes);
        sizeBytes += bytes.byteLength;
        await release.promise;
      }
      return sizeBytes;
    })();
    for (let i = 0; i < 16; i += 1) {
      appendFileSync(path, chunk);
      hub.touched(path);
      if (i === 4) {
        leave.abort();
        await leaves;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(hub.followersOf(path)).toBe(2);
    finished = true;
    hub.touched(path);
    expect((await stays).byteLength).toBe(16 * chunk.byteLength);
    expect((await leaves).byteLength).toBeLessThanOrEqual(16 * chunk.byteLength);
    release.resolve();
    expect(await slow).toBe(16 * chunk.byteLength);
  });

  it('may stop in the middle, and go on from where they were', async () => {
    const hub = new LogHub({ pollMs: 10, gapMs: 0 });
    const path = join(folder, 'resumed.log');
    let finished = false;
    const source = sourceOf([path], () => finished);
    const writer = (async () => {
      for (let i = 0; i < 100; i += 1) {
        appendFileSync(path, `${i} €\n`);
        if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      finished = true;
    })();
    const seen: Uint8Array[] = [];
    let next = 0;
    for (let open = true; open; ) {
      open = false;
      for await (const { offset, bytes } of followStream(source, { hub, fromOffset: next })) {
        expect(offset).toBe(next);
        next += bytes.byteLength;
        seen.push(bytes);
        open = true;
        break;
      }
    }
    await writer;
    expect(Buffer.concat(seen).toString()).toBe(Array.from({ length: 100 }, (_, i) => `${i} €\n`).join(''));
    expect(hub.followedFiles).toBe(0);
  });

  it('tell of a log that cannot be read', async () => {
    await expect(following(sourceOf([folder]))).rejects.toThrow(/cannot read/);
  });
});
