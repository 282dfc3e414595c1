import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import {
  appendNote,
  followLog,
  type LogOptions,
  logPath,
  openAttemptLog,
  openQueueNotes,
  pruneLogs,
  readLog,
  readPhases,
  tailText,
} from '../../src/logs/index.ts';

let farm: string;
beforeEach(() => {
  farm = mkdtempSync(join(tmpdir(), 'packmill-logs-'));
});
afterEach(() => rmSync(farm, { recursive: true, force: true }));

const subject = { target: 'local', arch: 'x86_64', name: 'hello', attempt: '1' };
const bytes = (text: string): Uint8Array => Buffer.from(text);
const open = (options: Partial<LogOptions> = {}) => openAttemptLog({ farm, subject, ...options });
const contents = (path: string): string => readFileSync(join(farm, path), 'utf8');

describe("an attempt's log", () => {
  it('keeps the bytes of the build as they came, with our own lines marked', async () => {
    const log = open();
    log.say('builder one takes hello');
    log.write(bytes('gcc a.c'));
    log.say('done');
    log.write(new Uint8Array([0xff, 0x00]));
    await log.close();
    expect(log.path).toBe('logs/local/x86_64/hello/1.log');
    const whole = readFileSync(join(farm, log.path));
    expect(whole.subarray(0, -2).toString()).toBe(
      '==> packmill: builder one takes hello\ngcc a.c\n==> packmill: done\n',
    );
    expect([...whole.subarray(-2)]).toEqual([0xff, 0x00]);
  });

  it('remembers where and when each phase began', async () => {
    const log = open({ clock: new VirtualClock(5_000) });
    log.phase('fetch');
    log.write(bytes('no newline'));
    log.phase('build');
    await log.close();
    appendFileSync(join(farm, 'logs/local/x86_64/hello/1.phases'), '{"name":"cut sh');
    const phases = await readPhases(join(farm, log.path));
    expect(phases.map(({ name, atMs }) => [name, atMs])).toEqual([
      ['fetch', 5_000],
      ['build', 5_000],
    ]);
    for (const phase of phases) {
      expect(contents(log.path).slice(phase.offset)).toMatch(
        new RegExp(`^==> packmill: phase '${phase.name}'\n`),
      );
    }
  });

  it('drops output beyond its limit, says so once, and still takes our own lines', async () => {
    const log = open({ limitBytes: 10 });
    for (let i = 0; i < 5; i += 1) log.write(bytes('12345678'));
    log.say('failed');
    await log.close();
    expect(contents(log.path)).toBe(
      '1234567812\n==> packmill: the log has reached its limit of 10 bytes; further output is dropped\n' +
        '==> packmill: failed\n',
    );
  });

  it('never shows a declared secret, not in our own lines and not across pieces', async () => {
    const log = open({ secrets: ['t0ken-of-the-farm'] });
    log.write(bytes('curl -H t0ken-of'));
    log.write(bytes('-the-farm x'));
    log.say('with t0ken-of-the-farm');
    await log.close();
    expect(contents(log.path)).toBe('curl -H [secret] x\n==> packmill: with [secret]\n');
  });

  it('goes on where a killed process stopped when it is opened again', async () => {
    const first = open();
    first.write(bytes('cut of'));
    const second = open();
    second.say('again');
    await second.close();
    await first.close();
    expect(contents(second.path)).toBe('cut of\n==> packmill: again\n');
  });

  it('refuses writes after its end', async () => {
    const log = open();
    await log.close();
    expect(() => log.write(bytes('late'))).toThrow(/closed/);
  });

  it('stays in the folder of logs whatever the names', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, attempt) => {
        const parts = logPath({ ...subject, name, attempt }).split('/');
        expect(parts).toHaveLength(5);
        expect(parts.every((part) => part !== '.' && part !== '..')).toBe(true);
      }),
    );
  });
});

describe('followers of a log', () => {
  it('get every byte once, from history into what comes live, and end with the log', async () => {
    const log = open();
    const expected: string[] = [];
    let finished = false;
    const writer = (async () => {
      for (let i = 0; i < 200; i += 1) {
        const line = `line ${i} ${'x'.repeat((i * 37) % 500)}\n`;
        expected.push(line);
        log.write(bytes(line));
        if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await log.close();
      finished = true;
    })();
    const follow = async (fromOffset: number): Promise<string> => {
      const pieces: Uint8Array[] = [];
      const options = { fromOffset, isFinished: () => finished, pollMs: 20 };
      for await (const piece of followLog(join(farm, log.path), options)) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    };
    const all = await Promise.all([follow(0), follow(0), follow(7), writer]);
    expect(all[0]).toBe(expected.join(''));
    expect(all[1]).toBe(all[0]);
    expect(all[2]).toBe(all[0].slice(7));
    expect((await readLog(join(farm, log.path), 7)).byteLength).toBe(all[2].length);
  });

  it('wait for a file that is not there yet, and leave when told to', async () => {
    const path = join(farm, 'later.log');
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      const options = { signal: stop.signal, isFinished: () => false, pollMs: 20 };
      for await (const piece of followLog(path, options)) {
        seen.push(Buffer.from(piece).toString());
        stop.abort();
      }
    })();
    appendFileSync(path, 'hello');
    await following;
    expect(seen).toEqual(['hello']);
  });
});

describe('the tail of a log', () => {
  it('is its last whole lines', async () => {
    const log = open();
    for (let i = 1; i <= 100; i += 1) log.write(bytes(`line ${i}\n`));
    await log.close();
    const path = join(farm, log.path);
    expect(await tailText(path, { lines: 2 })).toBe('line 99\nline 100');
    expect(await tailText(path, { lines: 50, maxBytes: 20 })).toBe('line 99\nline 100');
    expect(await tailText(join(farm, 'absent.log'))).toBe('');
  });
});

describe('retention of logs', () => {
  it('removes logs that are both old and not among the newest of their job', async () => {
    const day = 24 * 60 * 60 * 1000;
    const nowMs = Date.now();
    for (let age = 0; age < 10; age += 1) {
      const log = open({ subject: { ...subject, attempt: String(age) } });
      log.phase('build');
      await log.close();
      utimesSync(join(farm, log.path), new Date(nowMs), new Date(nowMs - age * 2 * day));
    }
    const notesOf = (age: number): string => {
      const path = openQueueNotes(farm, { ...subject, revision: String(age) });
      appendNote(path, 'waiting');
      utimesSync(path, new Date(nowMs), new Date(nowMs - age * 2 * day - 1000));
      return path;
    };
    for (const age of [9, 3]) notesOf(age);
    for (const age of [3, 5]) writeFileSync(join(farm, `logs/local/x86_64/hello/${age}.lines`), 'index');
    const lonely = open({ subject: { ...subject, name: 'lonely' } });
    await lonely.close();
    utimesSync(join(farm, lonely.path), new Date(0), new Date(0));
    const pruned = await pruneLogs({ farm, nowMs, maxAgeMs: 7 * day, keepPerJob: 2 });
    expect([...pruned.removed].sort()).toEqual(
      ['4.log', '5.log', '6.log', '7.log', '8.log', '9.log', '9.notes'].map(
        (name) => `logs/local/x86_64/hello/${name}`,
      ),
    );
    expect(pruned.freedBytes).toBeGreaterThan(0);
    const left = ['0', '1', '2', '3'].flatMap((age) => [`${age}.log`, `${age}.phases`]);
    expect(readdirSync(join(farm, 'logs/local/x86_64/hello')).sort()).toEqual(
      [...left, '3.lines', '3.notes'].sort(),
    );
    expect((await pruneLogs({ farm, nowMs, maxAgeMs: 7 * day, keepPerJob: 2 })).removed).toEqual([]);
  });
});
