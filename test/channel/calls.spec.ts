import { afterEach, describe, expect, it } from 'vitest';
import {
  Caller,
  type CallHandler,
  type Channel,
  type ServeOptions,
  serveCalls,
} from '../../src/channel/index.ts';
import { MemoryCarrier } from '../../src/channel/memory/index.ts';
import { fault } from '../../src/diagnostics/index.ts';
import { systemClock, systemRandom, VirtualClock } from '../../src/host/index.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A carrier in virtual time, whose deliveries can be tampered with. */
function stage() {
  const clock = new VirtualClock();
  const carrier = new MemoryCarrier({ clock });
  const lose = { next: 0, all: false };
  const sent: string[] = [];
  const lossy = (): Channel => {
    const channel = carrier.connect();
    return {
      receive: (mailbox, options) => channel.receive(mailbox, options),
      health: () => channel.health(),
      close: () => channel.close(),
      send: async (mailbox, messages) => {
        if (lose.all) throw fault('CHN001', { what: 'redis is out of reach: pulled the plug' });
        if (mailbox === 'server' && messages[0]?.includes('"call"')) sent.push(...messages);
        if (lose.next > 0 && !messages[0]?.includes('"tick"')) lose.next -= 1;
        else await channel.send(mailbox, messages);
      },
    };
  };
  const serve = (handlers: Record<string, CallHandler>, more: Partial<ServeOptions> = {}) => {
    const stop = new AbortController();
    const serving = serveCalls(lossy(), 'server', handlers, { signal: stop.signal, clock, ...more });
    const end = async () => {
      stop.abort();
      await serving;
    };
    cleanUps.push(end);
    return end;
  };
  const caller = (name = 'one') => {
    const made = new Caller(lossy(), { name, serverMailbox: 'server', clock, random: systemRandom });
    cleanUps.push(() => made.close());
    return made;
  };
  return { clock, carrier, lose, sent, lossy, serve, caller };
}

/** Lets time pass until the promise is settled. */
async function pass<Result>(clock: VirtualClock, promise: Promise<Result>): Promise<Result> {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  promise.then(mark, mark);
  for (let rounds = 0; !settled && rounds < 10_000; rounds += 1) await clock.advance(100);
  return promise;
}

const long = { timeoutMs: 60_000 };

describe('a call', () => {
  it('carries a body there and an answer back, and says who asks', async () => {
    const { serve, caller } = stage();
    serve({ echo: async (body, { from }) => ({ body, from }) });
    const body = { text: 'Größe', list: [1, null, { deep: true }] };
    expect(await caller('builder-1').call('echo', body, long)).toEqual({ body, from: 'builder-1' });
  });
  it('may be answered with nothing', async () => {
    const { serve, caller } = stage();
    serve({ quiet: async () => {} });
    expect(await caller().call('quiet', undefined, long)).toBeUndefined();
  });
  it("ends with the server's problem under its own code", async () => {
    const { serve, caller } = stage();
    const problem = fault('QUE002', {
      what: "cannot open 'x'",
      why: 'Because.',
      place: { file: 'x', line: 3 },
    });
    serve({
      fail: async () => {
        throw problem;
      },
    });
    await expect(caller().call('fail', {}, long)).rejects.toMatchObject({
      name: 'ProblemError',
      problem: problem.problem,
    });
  });
  it('ends with CHN003 and nothing of the inside when the handler has a bug', async () => {
    const { serve, caller } = stage();
    const bugs: unknown[] = [];
    const handler = async () => {
      throw new TypeError('secret detail');
    };
    serve({ bug: handler, cyclic: async () => 10n }, { onBug: (error, method) => bugs.push(error, method) });
    const failed = await caller()
      .call('bug', {}, long)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ problem: { code: 'CHN003', blame: 'bug' } });
    expect(JSON.stringify((failed as { problem: unknown }).problem)).not.toContain('secret');
    expect(bugs).toEqual([expect.any(TypeError), 'bug']);
    await expect(caller().call('cyclic', {}, long)).rejects.toMatchObject({ problem: { code: 'CHN003' } });
  });
  it('ends with CHN004 when the server knows no such method', async () => {
    const { serve, caller } = stage();
    serve({});
    for (const method of ['unknown', 'constructor', '__proto__'])
      await expect(caller().call(method, {}, long)).rejects.toMatchObject({ problem: { code: 'CHN004' } });
  });
  it('ends with CHN002 when nobody answers in time', async () => {
    const { clock, caller } = stage();
    const start = clock.nowMs();
    await expect(pass(clock, caller().call('echo', {}, { timeoutMs: 30_000 }))).rejects.toMatchObject({
      problem: { code: 'CHN002', what: "'server' does not answer 'echo' within 30 s" },
    });
    expect(clock.nowMs() - start).toBe(30_000);
  });
  it('ends with the reason of its signal', async () => {
    const { caller } = stage();
    const stop = new AbortController();
    const calling = caller().call('echo', {}, { ...long, signal: stop.signal });
    stop.abort(new Error('had enough'));
    await expect(calling).rejects.toThrow('had enough');
    await expect(caller().call('echo', {}, { ...long, signal: stop.signal })).rejects.toThrow('had enough');
  });
  it('ends with CHN001 when its caller or its channel is closed', async () => {
    const { caller, carrier, clock } = stage();
    const one = caller();
    const calling = one.call('echo', {}, long);
    await Promise.all([expect(calling).rejects.toMatchObject({ problem: { code: 'CHN001' } }), one.close()]);
    await expect(one.call('echo', {}, long)).rejects.toMatchObject({ problem: { code: 'CHN001' } });
    const channel = carrier.connect();
    const two = new Caller(channel, { name: 'two', serverMailbox: 'server', clock, random: systemRandom });
    const other = two.call('echo', {}, long);
    await Promise.all([
      expect(other).rejects.toMatchObject({ problem: { code: 'CHN001' } }),
      channel.close(),
    ]);
  });
});

describe('a call on a bad day', () => {
  it('is sent again when it, or its answer, is lost, and carried out once', async () => {
    const { clock, serve, caller, lose, sent } = stage();
    let count = 0;
    serve({ add: async () => ++count });
    const one = caller();
    expect(await one.call('add', {}, long)).toBe(1);
    for (const losses of [1, 2, 3]) {
      lose.next = losses;
      expect(await pass(clock, one.call('add', {}, long))).toBe(1 + losses);
    }
    expect(count).toBe(4);
    expect(sent.length).toBeGreaterThan(4);
  });
  it('outlives a carrier that is away, and names it when that takes too long', async () => {
    const { clock, serve, caller, lose } = stage();
    serve({ echo: async (body) => body });
    lose.all = true;
    const calling = caller().call('echo', 'hello', long);
    await clock.advance(10_000);
    lose.all = false;
    expect(await pass(clock, calling)).toBe('hello');
    lose.all = true;
    await expect(pass(clock, caller().call('echo', 1, { timeoutMs: 5_000 }))).rejects.toMatchObject({
      problem: { code: 'CHN002', why: expect.stringContaining('pulled the plug') },
    });
  });
  it('is sent as often as it may be and not more', async () => {
    const { clock, caller, sent } = stage();
    await pass(
      clock,
      caller()
        .call('echo', 1, { ...long, attempts: 2 })
        .catch(() => {}),
    );
    expect(sent).toHaveLength(2);
    await pass(
      clock,
      caller()
        .call('echo', 1, long)
        .catch(() => {}),
    );
    // Growing pauses: 2, 3, 4.5, 6.75, 10.1, 15, 15 s.
    expect(sent).toHaveLength(2 + 8);
  });
  it('that is repeated while it is carried out joins itself', async () => {
    const { clock, serve, caller } = stage();
    let count = 0;
    serve({
      slow: async () => {
        count += 1;
        await clock.sleep(20_000);
        return 'done';
      },
    });
    expect(await pass(clock, caller().call('slow', {}, long))).toBe('done');
    expect(count).toBe(1);
  });
  it('that nobody waits for any more is not carried out by a server that comes late', async () => {
    const { clock, serve, caller } = stage();
    const done: unknown[] = [];
    const given = caller('gave-up').call('note', 'stale', { timeoutMs: 5_000 });
    await expect(pass(clock, given)).rejects.toMatchObject({ problem: { code: 'CHN002' } });
    const waiting = caller('waits').call('note', 'fresh', { timeoutMs: 600_000 });
    await clock.advance(60_000);
    const dropped: string[] = [];
    const handlers = { note: async (body: unknown) => done.push(body) };
    serve(handlers, { onDropped: (why) => dropped.push(why) });
    // The one who still waits is asked and does not have to wait for its next repetition.
    const start = clock.nowMs();
    await waiting;
    expect(clock.nowMs() - start).toBe(0);
    await clock.advance(30_000);
    expect(done).toEqual(['fresh']);
    expect(dropped).toEqual(['late', 'late']);
  });
});

describe('a server', () => {
  it('carries out only so many calls at once, and those in their order', async () => {
    const { clock, serve, caller } = stage();
    let running = 0;
    let most = 0;
    const order: unknown[] = [];
    const work = async (body: unknown) => {
      order.push(body);
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(1_000);
      running -= 1;
    };
    serve({ work }, { parallel: 3 });
    const one = caller();
    const all = Promise.all(Array.from({ length: 10 }, (_, index) => one.call('work', index, long)));
    await pass(clock, all);
    expect(most).toBe(3);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
  it('drops a call that waited for its turn longer than its caller does', async () => {
    const { clock, serve, caller } = stage();
    const done: unknown[] = [];
    const handler = async (body: unknown) => {
      done.push(body);
      await clock.sleep(20_000);
    };
    serve({ work: handler }, { parallel: 1 });
    const one = caller();
    const first = one.call('work', 'first', long);
    const second = one.call('work', 'second', { timeoutMs: 10_000 });
    await expect(pass(clock, second)).rejects.toMatchObject({ problem: { code: 'CHN002' } });
    await pass(clock, first);
    await clock.advance(60_000);
    expect(done).toEqual(['first']);
  });
  it('finishes and answers what it has begun when it is told to end', async () => {
    const { clock, serve, caller } = stage();
    const begun = Promise.withResolvers<void>();
    const end = serve({
      slow: async () => {
        begun.resolve();
        await clock.sleep(5_000);
        return 'done';
      },
    });
    const calling = caller().call('slow', {}, long);
    await begun.promise;
    const ending = end();
    expect(await pass(clock, calling)).toBe('done');
    await ending;
  });
  it('counts what is no message of ours and goes on', async () => {
    const { carrier, serve, caller } = stage();
    const dropped: unknown[] = [];
    serve({ echo: async (body) => body }, { onDropped: (why, _text, count) => dropped.push([why, count]) });
    const call = { kind: 'call', id: 'a', method: 'echo', from: 'x', reply: 'reply:x', ttlMs: 1e9 };
    const broken = ['', 'no json', '[]', 'null', '{"kind":"other"}', '{"kind":"tick"}'];
    const wrong = [
      { ...call, id: 7 },
      { ...call, reply: 'server' },
      { ...call, ttlMs: 'long' },
    ];
    await carrier.connect().send('server', [...broken, ...wrong.map((message) => JSON.stringify(message))]);
    expect(await caller().call('echo', 1, long)).toBe(1);
    expect(dropped).toEqual(Array.from({ length: 9 }, (_, index) => ['malformed', index + 1]));
  });
  it('rejects when its channel is closed', async () => {
    const { clock, carrier } = stage();
    const channel = carrier.connect();
    const serving = serveCalls(channel, 'server', {}, { signal: new AbortController().signal, clock });
    await channel.close();
    await expect(serving).rejects.toMatchObject({ problem: { code: 'CHN001' } });
  });
  it('answers a thousand calls at once', async () => {
    const carrier = new MemoryCarrier();
    const stop = new AbortController();
    const handlers = { double: async (body: unknown) => Number(body) * 2 };
    const options = { signal: stop.signal, clock: systemClock };
    const serving = serveCalls(carrier.connect(), 'server', handlers, options);
    const caller = new Caller(carrier.connect(), {
      name: 'one',
      serverMailbox: 'server',
      clock: systemClock,
      random: systemRandom,
    });
    const numbers = Array.from({ length: 1_000 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((number) => caller.call('double', number, long)));
    expect(answers).toEqual(numbers.map((number) => number * 2));
    await caller.close();
    stop.abort();
    await serving;
  });
});
