// What every channel has to promise. A channel's spec calls `describeChannel` with a way to make one.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/channel/index.ts';

export interface ChannelUnderTest {
  /** Channels of one carrier. */
  connect(): Channel;
  dispose(): Promise<void>;
}

export interface ChannelSetting {
  readonly mailboxLimit: number;
}

const mailboxLimit = 1_000;
const longWait = { waitMs: 60_000 };

export function describeChannel(name: string, make: (setting: ChannelSetting) => Promise<ChannelUnderTest>) {
  describe(name, () => {
    let underTest: ChannelUnderTest;
    let one: Channel;
    let other: Channel;
    beforeEach(async () => {
      underTest = await make({ mailboxLimit });
      one = underTest.connect();
      other = underTest.connect();
    });
    afterEach(async () => {
      await one.close();
      await other.close();
      await underTest.dispose();
    });
    const get = () => ({ one, other });
    describe('messages', () => messagePromises(get));
    describe('waiting', () => waitPromises(get));
    describe('closing', () => closePromises(get));
  });
}

type Get = () => { one: Channel; other: Channel };
const texts = (count: number, prefix = 'm'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Receives until `count` messages came. */
async function receiveAll(channel: Channel, mailbox: string, count: number): Promise<string[]> {
  const came: string[] = [];
  while (came.length < count) came.push(...(await channel.receive(mailbox, { max: 100, ...longWait })));
  return came;
}

function messagePromises(get: Get): void {
  it('arrive in the order of sending, unchanged', async () => {
    const { one, other } = get();
    const odd = ['{"a":1}', '', 'Größe ✓ 𝄞', 'line\nline\r\n', '"'.repeat(100_000)];
    await one.send('box', odd);
    expect(await receiveAll(other, 'box', odd.length)).toEqual(odd);
  });
  it('arrive in order when many sends are under way at once', async () => {
    const { one, other } = get();
    const sent = texts(500);
    await Promise.all(sent.map((text) => one.send('box', [text])));
    expect(await receiveAll(other, 'box', 500)).toEqual(sent);
  });
  it('wait for a receiver that comes later, at most as many as it wants', async () => {
    const { one, other } = get();
    await one.send('box', texts(5));
    expect(await other.receive('box', { max: 2, ...longWait })).toEqual(['m0', 'm1']);
    expect(await other.receive('box', { max: 1, ...longWait })).toEqual(['m2']);
    expect(await other.receive('box', { max: 10, ...longWait })).toEqual(['m3', 'm4']);
  });
  it('go to one receiver each', async () => {
    const { one, other } = get();
    const came: string[] = [];
    const take = async (channel: Channel): Promise<void> => {
      while (came.length < 300) came.push(...(await channel.receive('box', { max: 7, waitMs: 50 })));
    };
    const takers = [take(one), take(one), take(other)];
    for (const text of texts(300)) await one.send('box', [text]);
    await Promise.all(takers);
    expect(came.toSorted()).toEqual(texts(300).toSorted());
  });
  it('stay in their own mailbox', async () => {
    const { one, other } = get();
    await one.send('left', ['l']);
    await one.send('right', ['r']);
    expect(await other.receive('right', { max: 10, ...longWait })).toEqual(['r']);
    expect(await other.receive('left', { max: 10, ...longWait })).toEqual(['l']);
  });
  it('push out the oldest ones of a full mailbox', async () => {
    const { one, other } = get();
    const sent = texts(mailboxLimit + 10);
    await one.send('box', sent);
    const came: string[] = [];
    for (;;) {
      const some = await other.receive('box', { max: 300, waitMs: 0 });
      if (some.length === 0) break;
      came.push(...some);
    }
    expect(came).toEqual(sent.slice(10));
  });
  it('may be none', async () => {
    const { one } = get();
    await one.send('box', []);
    expect(await one.receive('box', { max: 5, waitMs: 0 })).toEqual([]);
  });
}

function waitPromises(get: Get): void {
  it('ends with the first message', async () => {
    const { one, other } = get();
    const coming = other.receive('box', { max: 10, ...longWait });
    await one.send('box', ['late']);
    expect(await coming).toEqual(['late']);
  });
  it('ends empty when nothing comes', async () => {
    expect(await get().one.receive('box', { max: 10, waitMs: 30 })).toEqual([]);
  });
  it('ends with the signal and loses no message by that', async () => {
    const { one, other } = get();
    const came: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      const stop = new AbortController();
      const coming = other.receive('box', { max: 10, ...longWait, signal: stop.signal });
      const sending = round % 2 === 0 ? one.send('box', [`m${round / 2}`]) : undefined;
      stop.abort();
      came.push(...(await coming));
      await sending;
    }
    while (came.length < 15) came.push(...(await other.receive('box', { max: 10, ...longWait })));
    expect(came).toEqual(texts(15));
  });
  it('does not begin when the signal has aborted already', async () => {
    const { one } = get();
    expect(await one.receive('box', { max: 1, ...longWait, signal: AbortSignal.abort() })).toEqual([]);
  });
  it('does not hold up other receivers and senders of the same channel', async () => {
    const { one } = get();
    const waiting = ['a', 'b', 'c'].map((box) => one.receive(box, { max: 1, ...longWait }));
    await one.send('c', ['3']);
    await one.send('b', ['2']);
    await one.send('a', ['1']);
    expect(await Promise.all(waiting)).toEqual([['1'], ['2'], ['3']]);
  });
}

function closePromises(get: Get): void {
  it('ends receivers that wait, and leaves other channels open', async () => {
    const { one, other } = get();
    const waiting = one.receive('box', { max: 1, ...longWait });
    await one.close();
    expect(await waiting).toEqual([]);
    await other.send('box', ['m']);
    expect(await other.receive('box', { max: 1, ...longWait })).toEqual(['m']);
  });
  it('makes later calls fail with CHN001, and may be repeated', async () => {
    const { one } = get();
    await one.close();
    await one.close();
    const closed = { problem: { code: 'CHN001' } };
    await expect(one.send('box', ['m'])).rejects.toMatchObject(closed);
    await expect(one.receive('box', { max: 1, waitMs: 0 })).rejects.toMatchObject(closed);
    expect(await one.health()).toMatchObject({ ok: false });
  });
  it('is not needed for health', async () => {
    expect(await get().one.health()).toMatchObject({ ok: true });
  });
}
