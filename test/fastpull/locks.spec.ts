import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Locks } from '../../src/fastpull/locks.ts';
import { ownIdentity, systemClock, systemRandom } from '../../src/host/index.ts';
import { JumpingClock } from '../fetcher/far-server.ts';

describe('a lock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fastpull-locks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const locks = (more = {}) => new Locks({ folder, clock: systemClock, random: systemRandom, ...more });
  const place = () => join(folder, 'dynamic/local/key');
  const leave = (holder: object) => {
    mkdirSync(join(folder, 'dynamic/local'), { recursive: true });
    writeFileSync(place(), JSON.stringify({ ...ownIdentity(), token: 'ab'.repeat(16), ...holder }));
  };

  it('lets one at a time work, within a process in the order in which they came', async () => {
    const [one, two] = [locks(), locks()];
    let inside = 0;
    const order: number[] = [];
    const work = (number: number) => async (): Promise<void> => {
      inside += 1;
      expect(inside).toBe(1);
      order.push(number);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    const all = Array.from({ length: 10 }, (_, at) =>
      (at < 5 ? one : two).hold('dynamic/local/key', work(at)),
    );
    await Promise.all(all);
    expect(order.filter((number) => number < 5)).toEqual([0, 1, 2, 3, 4]);
    expect(order.filter((number) => number >= 5)).toEqual([5, 6, 7, 8, 9]);
    expect(readdirSync(join(folder, 'dynamic/local'))).toEqual([]);
  });
  it('is free again when the work fails', async () => {
    const one = locks();
    await expect(one.hold('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await one.hold('a', async () => 5)).toBe(5);
  });
  it('of a process that was killed is taken over, by one alone', async () => {
    const script = `
      const { Locks } = await import(${JSON.stringify(new URL('../../src/fastpull/locks.ts', import.meta.url).href)});
      const { systemClock: clock, systemRandom: random } = await import(${JSON.stringify(new URL('../../src/host/index.ts', import.meta.url).href)});
      await new Locks({ folder: ${JSON.stringify(folder)}, clock, random }).hold('dynamic/local/key', async () => {
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => setInterval(() => {}, 1000));
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await once(child, 'exit');
    expect(existsSync(place())).toBe(true);
    let inside = 0;
    const all = Array.from({ length: 8 }, () =>
      locks().hold('dynamic/local/key', async () => {
        inside += 1;
        expect(inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
      }),
    );
    await Promise.all(all);
    expect(readdirSync(join(folder, 'dynamic/local'))).toEqual([]);
  });
  it('is taken over also from one that died while it took over', async () => {
    leave({ began: '1' });
    writeFileSync(
      `${place()}.after-${'ab'.repeat(16)}`,
      JSON.stringify({ ...ownIdentity(), began: '1', token: 'cd'.repeat(16) }),
    );
    expect(await locks().hold('dynamic/local/key', async () => 5)).toBe(5);
    expect(readdirSync(join(folder, 'dynamic/local'))).toEqual([]);
  });
  it('of a process that has the number of one that is gone is taken over', async () => {
    leave({ began: '1' });
    expect(await locks().hold('dynamic/local/key', async () => 5)).toBe(5);
  });
  it('of a process at work is waited for, and given up with its number', async () => {
    leave({});
    const waiting = locks({ clock: new JumpingClock(), patienceMs: 5_000 }).hold(
      'dynamic/local/key',
      async () => 5,
    );
    await expect(waiting).rejects.toThrow(`FPL015 process ${process.pid} holds the lock`);
    expect(existsSync(place())).toBe(true);
  });
  it('of another machine is taken over once it was silent for ten minutes, as is a file that is no lock', async () => {
    for (const text of [
      JSON.stringify({ ...ownIdentity(), realm: 'far', token: 'ab'.repeat(16) }),
      'rubbish',
    ]) {
      leave({});
      writeFileSync(place(), text);
      const impatient = locks({ patienceMs: 50 });
      await expect(impatient.hold('dynamic/local/key', async () => 5)).rejects.toThrow('FPL015');
      const then = Date.now() / 1000 - 601;
      utimesSync(place(), then, then);
      expect(await locks().hold('dynamic/local/key', async () => 5)).toBe(5);
    }
  });
});
