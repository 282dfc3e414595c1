import { expect, it } from 'vitest';
import { MemoryCarrier } from '../../src/channel/memory/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { describeChannel } from './conformance.ts';

describeChannel('the channel within a process', async ({ mailboxLimit }) => {
  const carrier = new MemoryCarrier({ mailboxLimit });
  return { connect: () => carrier.connect(), dispose: async () => {} };
});

it('forgets the messages of a mailbox that nobody sent to for a while', async () => {
  const clock = new VirtualClock();
  const channel = new MemoryCarrier({ clock, idleMs: 1_000 }).connect();
  await channel.send('box', ['old']);
  await clock.advance(1_000);
  await channel.send('box', ['new']);
  expect(await channel.receive('box', { max: 10, waitMs: 0 })).toEqual(['new']);
});
