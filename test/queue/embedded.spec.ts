import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, VirtualClock } from '../../src/host/index.ts';
import { builderName, type JobId } from '../../src/primitives/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';
import type { Lease } from '../../src/queue/index.ts';
import { describeQueueBackend } from './conformance.ts';
import { startHolder } from './start-holder.ts';

const folders: string[] = [];
const newPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-queue-'));
  folders.push(folder);
  return join(folder, 'queue.sqlite');
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const script = (name: string): string => join(import.meta.dirname, name);
const quiet = '--disable-warning=ExperimentalWarning';

describeQueueBackend('embedded queue', async (setting) => {
  const path = newPath();
  return {
    connect: async () => new EmbeddedQueue({ ...setting, path, pollMs: 50 }),
    startHolder: (leaseMs) => startHolder('embedded', path, leaseMs),
    dispose: async () => undefined,
  };
});

const entry = (name: string, offer: number) => ({
  job: `t/x/${name}` as JobId,
  offer,
  priority: offer % 5,
  readySinceMs: 0,
  buildClass: (offer % 4) + 1,
});
const asOne = { builder: builderName('one'), builderClass: 5, leaseMs: 1000, max: 1 };

describe('the file of the embedded queue', () => {
  it('gives no job to two of three processes that claim at once', async () => {
    const path = newPath();
    const queue = new EmbeddedQueue({ path, clock: systemClock });
    await queue.offer(Array.from({ length: 600 }, (_, at) => entry(`job-${at}`, at)));
    const run = promisify(execFile);
    const outputs = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        run(process.execPath, [quiet, script('claiming-child.ts'), 'embedded', path, name]),
      ),
    );
    const taken = outputs.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
    expect(taken).toHaveLength(600);
    expect(new Set(taken).size).toBe(600);
    await queue.close();
  });
  it('keeps entries and leases when it is opened again', async () => {
    const clock = new VirtualClock();
    const path = newPath();
    const before = new EmbeddedQueue({ path, clock });
    await before.offer([entry('a', 1), entry('b', 2)]);
    const [lease] = await before.claim(asOne);
    await before.close();
    const after = new EmbeddedQueue({ path, clock });
    expect(await after.counts()).toEqual({ ready: 1, leased: 1 });
    expect(await after.settle(lease as Lease)).toBe('accepted');
    await after.close();
  });
  it('is made anew when it is damaged, with higher fences than the lost one ever gave', async () => {
    const clock = new VirtualClock();
    const path = newPath();
    const before = new EmbeddedQueue({ path, clock });
    await before.offer([entry('a', 1)]);
    const [lease] = await before.claim(asOne);
    await before.close();
    await clock.advance(5);
    writeFileSync(path, 'this is no database, and long enough to look at more than once'.repeat(100));
    const after = new EmbeddedQueue({ path, clock });
    await after.offer([entry('a', 1)]);
    const [again] = await after.claim(asOne);
    expect(again?.fence).toBeGreaterThan(lease?.fence as number);
    expect(await after.settle(lease as Lease)).toBe('stale');
    await after.close();
  });
  it('says which file cannot be used', () => {
    const path = join(newPath(), 'no', 'such', 'folder');
    expect(() => new EmbeddedQueue({ path, clock: systemClock })).toThrow(`QUE002 '${path}' cannot be used`);
  });
});
