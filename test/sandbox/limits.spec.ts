import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  command,
  freshFolder,
  modes,
  processesWith,
  program,
  removeFolder,
  runIn,
  startWorker,
  until,
} from './modes.ts';

let folder: string;
let marker: string;
beforeEach(() => {
  folder = freshFolder();
  marker = `marker-${randomUUID()}`;
});
afterEach(() => removeFolder(folder));

describe.each(modes)('limits of a sandbox made as %s', (mode) => {
  it('ends a command that runs too long with TERM', async () => {
    const ran = await runIn(mode, folder, program('forever', { limits: { timeoutMs: 500 } }, [marker]));
    expect(ran.result?.end).toEqual({ kind: 'timed-out', limitMs: 500, killed: false });
    expect(ran.output).toBe('running\n');
    expect(processesWith(marker)).toEqual([]);
  });

  it('lets a command that is ended say goodbye', async () => {
    const ran = await runIn(mode, folder, program('goes-on-term', { limits: { timeoutMs: 500 } }));
    expect(ran.output).toMatch(/^waiting\n(Terminated\n)?goodbye\n$/);
    expect(ran.result?.end.kind).toBe('timed-out');
  });

  it('kills a command that ignores TERM when the grace is over', async () => {
    const limits = { timeoutMs: 500, killGraceMs: 300 };
    const ran = await runIn(mode, folder, program('ignores-term', { limits }, [marker]));
    expect(ran.result?.end).toEqual({ kind: 'timed-out', limitMs: 500, killed: true });
    expect(processesWith(marker)).toEqual([]);
  });

  it('ends a command that is canceled, and does not start one that was canceled before', async () => {
    const running = await runIn(mode, folder, program('forever'), { abortAfterMs: 500 });
    expect(running.result?.end).toEqual({ kind: 'canceled' });
  });

  it('ends a command that prints too much and keeps exactly the limit', async () => {
    const limits = { outputBytes: 1_000_000, killGraceMs: 500 };
    const ran = await runIn(mode, folder, program('chatty', { limits }));
    expect(ran.result?.end).toEqual({ kind: 'too-much-output', limitBytes: 1_000_000 });
    expect(ran.output.length).toBe(1_000_000);
  });

  it('ends a command that takes too much memory and says that this was the cause', async () => {
    const limits = { memoryBytes: 64 * 1024 * 1024, timeoutMs: 60_000 };
    const ran = await runIn(mode, folder, program('eats-memory', { limits }));
    expect(ran.result?.end).toEqual({ kind: 'out-of-memory', limitBytes: 64 * 1024 * 1024 });
    expect(ran.result?.peakMemoryBytes).toBeGreaterThan(1_000_000);
  });

  it('grants no more processes than the limit', async () => {
    const ran = await runIn(mode, folder, program('many-processes', { limits: { processes: 20 } }));
    expect(ran.output).toMatch(/cannot fork|can't fork|Resource temporarily unavailable/i);
    expect(ran.output).not.toContain('started 200');
    const few = await runIn(
      mode,
      folder,
      command(['sh', '-c', 'sleep 0 & wait; echo ok'], { limits: { processes: 20 } }),
    );
    expect(few.output).toBe('ok\n');
  });

  it('counts and kills processes that hide from the end of their command', async () => {
    const ran = await runIn(mode, folder, program('forks-and-hides', {}, [marker]));
    expect(ran.output).toBe('done\n');
    expect(ran.result?.end).toEqual({ kind: 'exited', code: 0 });
    expect(ran.result?.leftovers).toBeGreaterThanOrEqual(2);
    expect(processesWith(marker)).toEqual([]);
  });

  it.each(['forever', 'ignores-term', 'forks-and-hides'])(
    "leaves nothing of '%s' behind when packmill is killed with KILL",
    async (name) => {
      const script = `sh -c 'while :; do sleep 1; done' ${marker} & ${readFileSync(
        new URL(`../../testdata/programs/${name}.sh`, import.meta.url),
        'utf8',
      )}\nwait`;
      const worker = startWorker(mode, folder, command(['sh', '-c', script, marker]));
      const inside = `${marker}-never`;
      expect(processesWith(inside)).toEqual([]);
      await until('the command runs', () => processesWith(marker).length >= 5);
      worker.kill('SIGKILL');
      await until('everything is gone', () => processesWith(marker).length === 0);
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
    },
  );

  it('leaves nothing behind when packmill is killed at the moment a sandbox starts', async () => {
    for (let waitMs = 60; waitMs <= 200; waitMs += 20) {
      const worker = startWorker(mode, folder, program('ignores-term', {}, [marker]));
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      worker.kill('SIGKILL');
    }
    await until('everything is gone', () => processesWith(marker).length === 0);
  });
});
