import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  followStream,
  LogHub,
  RemoteLogWriter,
  readPhases,
  type SendPiece,
  type ShippedPiece,
  SpoolingLog,
} from '../../src/logs/index.ts';

let spool: string;
let farm: string;
beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), 'packmill-spool-'));
  farm = mkdtempSync(join(tmpdir(), 'packmill-farm-'));
});
afterEach(() => {
  for (const folder of [spool, farm]) rmSync(folder, { recursive: true, force: true });
});

const subject = { target: 'local', arch: 'x86_64', name: 'hello', attempt: '1' };
const path = 'logs/local/x86_64/hello/1.log';
const fast = { flushMs: 0, pauseMs: 1, longestPauseMs: 2, pieceBytes: 64 };
const bytes = (text: string): Uint8Array => Buffer.from(text);
const piece = (offset: number, text: string): ShippedPiece => ({ offset, bytes: bytes(text), phases: [] });
const there = (): string => readFileSync(join(farm, path), 'utf8');

describe("the manager's side of a log from elsewhere", () => {
  it('takes each byte once: overlaps are skipped, gaps are refused', async () => {
    const log = await RemoteLogWriter.open({ farm, subject });
    expect(log.append(piece(0, 'hello '))).toBe(6);
    expect(log.append(piece(0, 'hello '))).toBe(6);
    expect(log.append(piece(3, 'lo world'))).toBe(11);
    expect(log.append(piece(12, '!'))).toBe(11);
    expect(log.append(piece(11, ''))).toBe(11);
    expect(log.append(piece(2, 'l'))).toBe(11);
    log.close();
    log.close();
    expect(log.path).toBe(path);
    expect(there()).toBe('hello world');
  });

  it('enters each phase once, also after a restart that cut a line short', async () => {
    const phase = { name: 'build', offset: 0, atMs: 5 };
    const first = await RemoteLogWriter.open({ farm, subject });
    first.append({ ...piece(0, 'ab'), phases: [phase, { name: 'later', offset: 9, atMs: 6 }] });
    first.append({ ...piece(7, 'gap'), phases: [{ name: 'gap', offset: 8, atMs: 6 }] });
    first.close();
    writeFileSync(join(farm, path.replace('.log', '.phases')), '{"name":"cut sh', { flag: 'a' });
    const second = await RemoteLogWriter.open({ farm, subject });
    second.append({ ...piece(0, 'abc'), phases: [phase, { name: 'check', offset: 2, atMs: 7 }] });
    second.close();
    expect(await readPhases(join(farm, path))).toEqual([phase, { name: 'check', offset: 2, atMs: 7 }]);
  });

  it('tells the followers', async () => {
    const hub = new LogHub({ pollMs: 600_000, gapMs: 0 });
    let finished = false;
    const log = await RemoteLogWriter.open({ farm, subject, onChange: (changed) => hub.touched(changed) });
    const source = { segments: () => [join(farm, path)], isFinished: () => finished };
    let seen = '';
    log.append(piece(0, 'a'));
    for await (const { bytes: some } of followStream(source, { hub })) {
      seen += Buffer.from(some).toString();
      if (seen.length < 3) {
        const text = seen.length === 1 ? 'b' : 'c';
        setImmediate(() => log.append(piece(seen.length, text)));
      } else {
        finished = true;
        log.close();
      }
    }
    expect(seen).toBe('abc');
  });
});

/** A manager that loses requests and answers, gets pieces twice, and is restarted, at times with less than it had. */
class UnreliableManager {
  readonly #decide: () => number;
  #log: RemoteLogWriter | undefined;
  #last: ShippedPiece | undefined;

  constructor(decisions: readonly number[]) {
    let at = 0;
    this.#decide = () => decisions[at++] ?? 0;
  }

  readonly send: SendPiece = async (wanted) => {
    const what = this.#decide();
    if (what === 1) throw new Error('request lost');
    if (what === 2) this.close();
    if (what === 3) this.#loseEnd();
    this.#log ??= await RemoteLogWriter.open({ farm, subject });
    if (what === 4 && this.#last) this.#log.append(this.#last);
    this.#last = wanted;
    const sizeBytes = this.#log.append(wanted);
    if (what === 5) throw new Error('answer lost');
    return { sizeBytes };
  };

  close(): void {
    this.#log?.close();
    this.#log = undefined;
  }

  #loseEnd(): void {
    this.close();
    const file = join(farm, path);
    try {
      truncateSync(file, Math.floor(readFileSync(file).byteLength / 2));
    } catch {}
  }
}

describe('a log that is shipped to the manager', () => {
  it('is the same there at the end, whatever is lost, doubled or restarted', async () => {
    const step = fc.oneof(
      fc.string({ maxLength: 200 }).map((text) => ({ kind: 'write' as const, text })),
      fc.constantFrom('say', 'phase', 'wait', 'resume').map((kind) => ({ kind, text: 'one' })),
    );
    const decisions = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), decisions, async (steps, chances) => {
        for (const folder of [spool, farm]) rmSync(join(folder, 'logs'), { recursive: true, force: true });
        const manager = new UnreliableManager(chances);
        const log = new SpoolingLog({ farm: spool, subject, secrets: ['s3cret-of-the-farm'] });
        let stop = new AbortController();
        let shipping = log.ship(manager.send, { ...fast, signal: stop.signal });
        for (const { kind, text } of steps) {
          if (kind === 'write') log.write(bytes(text));
          else if (kind === 'say') log.say(text);
          else if (kind === 'phase') log.phase(text);
          else await new Promise((resolve) => setImmediate(resolve));
          if (kind !== 'resume') continue;
          stop.abort();
          await shipping;
          stop = new AbortController();
          shipping = log.ship(manager.send, { ...fast, signal: stop.signal });
        }
        await log.close();
        await log.drained();
        await shipping;
        manager.close();
        expect(there()).toBe(readFileSync(join(spool, path), 'utf8'));
        expect(await readPhases(join(farm, path))).toEqual(await readPhases(join(spool, path)));
        log.discard();
        expect(readdirSync(dirname(join(spool, path)))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('never shows a secret that is cut over writes and pieces', async () => {
    const sent: Buffer[] = [];
    const remote = await RemoteLogWriter.open({ farm, subject });
    const log = new SpoolingLog({ farm: spool, subject, secrets: ['t0ken-of-the-farm'] });
    const send: SendPiece = async (one) => {
      sent.push(Buffer.from(one.bytes));
      return { sizeBytes: remote.append(one) };
    };
    const shipping = log.ship(send, { ...fast, pieceBytes: 5 });
    for (const letter of 'curl -H t0ken-of-the-farm t0ken-of-x\n') {
      log.write(bytes(letter));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await log.close();
    await shipping;
    remote.close();
    expect(there()).toBe('curl -H [secret] t0ken-of-x\n');
    expect(sent.every((one) => one.byteLength <= 5)).toBe(true);
    expect(Buffer.concat(sent).toString()).not.toContain('t0ken-of-the');
  });

  it('passes on once that the manager wants it stopped, and ships the rest', async () => {
    const remote = await RemoteLogWriter.open({ farm, subject });
    const log = new SpoolingLog({ farm: spool, subject });
    const reasons: string[] = [];
    const send: SendPiece = async (one) => ({ sizeBytes: remote.append(one), stop: 'canceled' });
    const shipping = log.ship(send, {
      ...fast,
      onStop: (reason) => {
        reasons.push(reason);
        log.write(bytes('the end\n'));
        void log.close();
      },
    });
    log.write(bytes('the beginning\n'));
    await shipping;
    await log.drained();
    remote.close();
    expect(there()).toBe('the beginning\nthe end\n');
    expect(reasons).toEqual(['canceled']);
  });

  it('is not mixed with another log that the manager has in its place', async () => {
    mkdirSync(dirname(join(farm, path)), { recursive: true });
    writeFileSync(join(farm, path), 'something else altogether');
    const remote = await RemoteLogWriter.open({ farm, subject });
    const log = new SpoolingLog({ farm: spool, subject });
    log.write(bytes('short'));
    await log.close();
    const shipping = log.ship(async (one) => ({ sizeBytes: remote.append(one) }), fast);
    await expect(shipping).rejects.toMatchObject({ problem: { code: 'LOG001' } });
    await expect(log.drained()).rejects.toMatchObject({ problem: { code: 'LOG001' } });
    remote.close();
    expect(there()).toBe('something else altogether');
  });
});
