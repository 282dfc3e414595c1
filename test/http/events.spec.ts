import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsReplySchema, farmEventSchema } from '../../src/api/index.ts';
import { readEvents } from './event-reader.ts';
import { eventually } from './eventually.ts';
import { type ServedFarm, serveFarm } from './served-farm.ts';

let farm: ServedFarm;
beforeAll(async () => {
  farm = await serveFarm();
});
afterAll(() => farm.close());

const ids = async (answer: Response, count: number): Promise<number[]> => {
  const found: number[] = [];
  for await (const event of readEvents(answer)) {
    const { id } = farmEventSchema.parse(event.data);
    expect(event.id).toBe(String(id));
    found.push(id);
    if (found.length === count) break;
  }
  return found;
};

describe('the event log', () => {
  it('comes by pages, each of which tells where the next begins', async () => {
    for (let at = 0; at < 5; at += 1) farm.service.move('local/x86_64/foo', 'running', 'ready');
    const page = async (after: number) =>
      eventsReplySchema.parse(await (await farm.get(`/api/events?after=${after}&limit=2`)).json());
    const first = await page(0);
    const second = await page(first.next);
    const third = await page(second.next);
    expect([first, second, third].map((one) => one.events.map((event) => event.id))).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
    expect(await page(third.next)).toEqual({ events: [], next: 5 });
    expect(first.events[0]).toEqual({
      id: 1,
      atMs: 1_700_000_000_000,
      plan: 1,
      reason: '',
      kind: 'job-moved',
      job: 'local/x86_64/foo',
      from: 'running',
      to: 'ready',
      attempt: 7,
      builder: 'one',
    });
  });

  it('comes live, after the last one that is known, each once', async () => {
    const answer = await farm.get('/api/events/stream', { 'last-event-id': '3' });
    const reading = ids(answer, 300);
    for (let at = 0; at < 298; at += 1) {
      farm.service.move('local/x86_64/foo', 'running', 'ready');
      if (at % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await reading).toEqual(Array.from({ length: 300 }, (_, at) => at + 4));
  });

  it('begins with what happens next when nobody says where', async () => {
    const before = farm.service.eventLog.length;
    const answer = await farm.get('/api/events/stream');
    const reading = ids(answer, 2);
    farm.service.move('local/x86_64/foo', 'waiting', 'ready');
    farm.service.move('local/x86_64/foo', 'ready', 'running');
    expect(await reading).toEqual([before + 1, before + 2]);
  });

  it('leaves no listener behind when readers leave', async () => {
    await eventually(
      () => farm.service.listeners.size,
      (value) => value === 1,
    );
    const answer = await farm.get('/api/events/stream?after=0');
    expect(farm.service.listeners.size).toBe(2);
    await answer.body?.cancel();
    await eventually(
      () => farm.service.listeners.size,
      (value) => value === 1,
    );
  });
});
