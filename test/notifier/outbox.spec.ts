import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/diagnostics/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import type { Delivery } from '../../src/notifier/deliverer.ts';
import { Notifier, notifierTables } from '../../src/notifier/index.ts';
import { messageOf, virtualService } from './virtual-service.ts';

const sent: Delivery = { kind: 'sent' };
const down: Delivery = { kind: 'later', reason: 'ECONNREFUSED' };
const hour = 3_600_000;
const day = 24 * hour;

describe('the outbox', () => {
  it('takes an event once, and shares the fate of the transaction it is put in with', async () => {
    const { outbox, database, clock, close } = virtualService(() => sent);
    const now = clock.nowMs();
    expect(outbox.enqueue([messageOf('1', 'a'), messageOf('2', 'a')], now)).toBe(2);
    expect(outbox.enqueue([messageOf('2', 'a'), messageOf('3', 'a')], now)).toBe(1);
    database.exec('BEGIN');
    outbox.enqueue([messageOf('4', 'a')], now);
    database.exec('ROLLBACK');
    expect(outbox.waiting('service', 9).map(({ key }) => key)).toEqual(['1', '2', '3']);
    await close();
  });

  it('keeps the order of each context, whatever fails', async () => {
    const outcome = fc.constantFrom<Delivery['kind'] | 'busy'>('sent', 'sent', 'later', 'busy', 'refused');
    const scene = fc.record({
      contexts: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 }),
      outcomes: fc.array(outcome, { maxLength: 80 }),
      parallel: fc.integer({ min: 1, max: 6 }),
      takesMs: fc.integer({ min: 1, max: 3000 }),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ contexts, outcomes, parallel, takesMs }) => {
        const refused = new Set<string>();
        const service = virtualService(
          (rows, call) => {
            const kind = outcomes[call] ?? 'sent';
            if (kind === 'refused') for (const { key } of rows) refused.add(key);
            if (kind === 'later') return down;
            if (kind === 'busy') return { kind: 'later', reason: 'HTTP 429', retryAfterMs: 7000, all: true };
            return kind === 'refused' ? { kind, reason: 'HTTP 404' } : sent;
          },
          { pace: { perSecond: 50, burst: 5, parallel }, takesMs },
        );
        const { most, taken, calls } = service;
        for (const [index, context] of contexts.entries()) {
          service.put([String(index), `c${context}`]);
          // Some come while others are under way.
          if (index % 7 === 0) await service.pass(500);
        }
        for (let hours = 0; hours < 48 && service.outbox.backlog().length > 0; hours += 1)
          await service.pass(hour);
        const expected = contexts.map((_, index) => String(index)).filter((key) => !refused.has(key));
        expect([...taken].sort()).toEqual([...expected].sort());
        const contextOf = (key: string): number => contexts[Number(key)] ?? -1;
        for (const context of new Set(contexts)) {
          const order = calls
            .filter((call) => call.context === `c${context}`)
            .map(({ keys }) => Number(keys[0]));
          expect(order).toEqual([...order].sort((a, b) => a - b));
          const mine = taken.filter((key) => contextOf(key) === context).map(Number);
          expect(mine).toEqual([...mine].sort((a, b) => a - b));
        }
        expect(most.perContext).toBe(1);
        expect(most.all).toBeLessThanOrEqual(parallel);
        await service.close();
      }),
      { numRuns: 60 },
    );
  });

  it('sends a full rebuild no faster than the pace allows', async () => {
    const service = virtualService(() => sent, { pace: { perSecond: 10, burst: 10, parallel: 4 } });
    const begin = service.clock.nowMs();
    const steps = Array.from({ length: 300 }, (_, index) => [`${index}`, `c${index % 100}`] as const);
    service.put(...steps);
    await service.pass(60_000);
    expect(service.taken).toHaveLength(300);
    const perSecond = new Map<number, number>();
    for (const { atMs } of service.calls) {
      const second = Math.floor((atMs - begin) / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(20);
    // 10 at once, the other 290 at ten a second.
    expect((service.calls.at(-1)?.atMs ?? 0) - begin).toBeGreaterThanOrEqual(28_900);
    expect((service.calls.at(-1)?.atMs ?? 0) - begin).toBeLessThan(31_000);
    await service.close();
  });

  it('leaves a service alone for as long as it asks', async () => {
    const limited: Delivery = { kind: 'later', reason: 'HTTP 429', retryAfterMs: 120_000, all: true };
    const service = virtualService((_, call) => (call === 0 ? limited : sent), {
      pace: { perSecond: 1, burst: 1, parallel: 1 },
    });
    const begin = service.clock.nowMs();
    service.put(['1', 'a'], ['2', 'b'], ['3', 'c']);
    await service.pass(119_000);
    expect(service.calls).toHaveLength(1);
    await service.pass(10_000);
    expect(service.taken.sort()).toEqual(['1', '2', '3']);
    expect((service.calls[1]?.atMs ?? 0) - begin).toBeGreaterThanOrEqual(120_000);
    expect(service.lane.counts).toEqual({ sent: 3, retried: 1, failed: 0 });
    await service.close();
  });

  it('asks a service that is down seldom, and delivers everything when it is back', async () => {
    let isDown = true;
    const service = virtualService(() => (isDown ? down : sent));
    service.put(...Array.from({ length: 200 }, (_, index) => [`${index}`, `c${index}`] as const));
    await service.pass(hour);
    expect(service.calls.length).toBeLessThan(90);
    isDown = false;
    await service.pass(hour);
    expect(service.taken).toHaveLength(200);
    expect(service.problems).toEqual([]);
    await service.close();
  });

  it('gives up what is a day old, says so once, and can try again', async () => {
    let isDown = true;
    const service = virtualService(() => (isDown ? down : sent));
    service.put(...Array.from({ length: 50 }, (_, index) => [`${index}`, `c${index % 25}`] as const));
    await service.pass(day + hour);
    expect(service.outbox.backlog()).toEqual([]);
    expect(service.problems.map(({ code }) => code)).toEqual(['NTF003']);
    expect(service.problems[0]?.what).toBe(
      "'service' could not deliver 50 notifications within 24 h: ECONNREFUSED",
    );
    expect(service.lane.counts.failed).toBe(50);
    isDown = false;
    expect(service.outbox.revive(service.clock.nowMs())).toBe(50);
    service.lane.wake();
    await service.pass(hour);
    expect(service.taken).toHaveLength(50);
    await service.close();
  });

  it('does not repeat what was refused, and tells of one cause once', async () => {
    const service = virtualService(() => ({ kind: 'refused', reason: 'HTTP 401 Unauthorized' }));
    service.put(['1', 'a'], ['2', 'a'], ['3', 'b']);
    await service.pass(day);
    expect(service.calls).toHaveLength(3);
    expect(service.problems).toMatchObject([
      { code: 'NTF002', what: "'service' refuses a notification: HTTP 401 Unauthorized" },
    ]);
    expect(service.outbox.failed(9).map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => 'HTTP 401 Unauthorized'),
    );
    service.outbox.prune(service.clock.nowMs());
    expect(service.outbox.failed(9)).toEqual([]);
    await service.close();
  });

  it('puts a burst into few messages and leaves nothing out', async () => {
    const service = virtualService(() => sent, {
      pace: { perSecond: 1, burst: 3, parallel: 1 },
      digest: { messages: 20, windowMs: 60_000 },
    });
    const { calls } = service;
    for (let index = 0; index < 12; index += 1) service.put([`quiet ${index}`, 'chat']);
    await service.pass(300_000);
    expect(calls).toHaveLength(12);
    for (let index = 0; index < 900; index += 1) {
      service.put([`loud ${index}`, 'chat']);
      if (index % 5 === 0) await service.pass(1000);
    }
    await service.pass(300_000);
    expect(service.taken).toEqual([
      ...Array.from({ length: 12 }, (_, index) => `quiet ${index}`),
      ...Array.from({ length: 900 }, (_, index) => `loud ${index}`),
    ]);
    for (const { atMs } of calls)
      expect(
        calls.filter((other) => other.atMs >= atMs && other.atMs < atMs + 60_000).length,
      ).toBeLessThanOrEqual(20);
    expect(calls.length).toBeLessThan(140);
    await service.close();
  });

  it('survives a record that cannot be read', async () => {
    const service = virtualService(() => sent);
    service.database.exec('ALTER TABLE notifier_outbox RENAME TO elsewhere');
    await service.pass(60_000);
    expect(service.problems.map(({ code }) => code)).toEqual(['NTF005']);
    service.database.exec('ALTER TABLE elsewhere RENAME TO notifier_outbox');
    service.put(['1', 'a']);
    await service.pass(60_000);
    expect(service.taken).toEqual(['1']);
    await service.close();
  });

  it('gives up what waits for a channel that nobody configures any more, but not at once', async () => {
    const database = new DatabaseSync(':memory:');
    for (const step of notifierTables.steps) database.exec(step);
    const clock = new VirtualClock();
    const problems: Problem[] = [];
    const report = (problem: Problem): void => void problems.push(problem);
    const notifier = new Notifier({ database, clock, report, config: {} });
    notifier.outbox.enqueue([messageOf('1', 'a', 'gitlab:gone')], clock.nowMs());
    notifier.start();
    await setImmediate();
    await clock.advance(day - hour);
    expect(notifier.figures()).toMatchObject([{ channel: 'gitlab:gone', waiting: 1 }]);
    await clock.advance(3 * hour);
    expect(notifier.figures()).toEqual([]);
    expect(problems).toMatchObject([
      { code: 'NTF003', what: expect.stringContaining('not configured any more') },
    ]);
    await notifier.stop();
    database.close();
  });
});
