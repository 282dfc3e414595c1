import { expect, it } from 'vitest';
import { nextTurn, VirtualClock } from '../host/index.ts';
import { builderName, type JobId } from '../primitives/index.ts';
import type { Lease, QueueBackend } from '../queue/index.ts';
import { LeaseKeeper } from './lease-keeper.ts';

const leaseMs = 30_000;
const lease = (fence: number): Lease => ({
  entry: { job: 't/x86_64/a' as JobId, offer: 1, priority: 0, readySinceMs: 0, buildClass: undefined },
  builder: builderName('one'),
  fence,
  untilMs: leaseMs,
});

function scene(renew: (lease: Lease) => Promise<Lease | undefined>) {
  const clock = new VirtualClock(0);
  const asked: [fence: number, atMs: number][] = [];
  const lost: [fence: number, atMs: number][] = [];
  const troubles: unknown[] = [];
  const queue = {
    renew: (one: Lease) => {
      asked.push([one.fence, clock.nowMs()]);
      return renew(one);
    },
  } as unknown as QueueBackend;
  const keeper = new LeaseKeeper({
    queue,
    clock,
    leaseMs,
    patienceMs: 45_000,
    onTrouble: (error) => troubles.push(error),
  });
  const keep = (fence: number) => keeper.keep(lease(fence), () => lost.push([fence, clock.nowMs()]));
  return { clock, keeper, keep, asked, lost, troubles };
}

it('renews each lease three times in its length, from when it was given', async () => {
  const { clock, keep, keeper, asked } = scene(async (one) => one);
  keep(1);
  await clock.advance(4_000);
  const end = keep(2);
  await clock.advance(17_000);
  end();
  await clock.advance(15_000);
  expect(asked).toEqual([
    [1, 10_000],
    [2, 14_000],
    [1, 20_000],
    [1, 30_000],
  ]);
  await keeper.close();
});

it('goes on after a process that stood still just when a lease was given', async () => {
  const { clock, keep, keeper, asked } = scene(async (one) => one);
  const { monotonicMs } = clock;
  let calls = 0;
  clock.monotonicMs = () => monotonicMs.call(clock) + (calls++ === 0 ? 0 : leaseMs);
  keep(1);
  await nextTurn();
  await clock.advance(10_000);
  expect(asked).toEqual([
    [1, 0],
    [1, 10_000],
  ]);
  await keeper.close();
});

it('begins anew after it had nothing to do', async () => {
  const { clock, keep, keeper, asked } = scene(async (one) => one);
  keep(1)();
  await clock.advance(60_000);
  keep(2);
  await clock.advance(10_000);
  expect(asked).toEqual([[2, 70_000]]);
  await keeper.close();
});

it('tells of a lost lease once, and not of one that was over meanwhile', async () => {
  const { clock, keep, keeper, lost } = scene(async () => {
    await nextTurn();
    return undefined;
  });
  keep(1);
  const end = keep(2);
  const advancing = clock.advance(10_000);
  await Promise.resolve();
  end();
  await advancing;
  await clock.advance(60_000);
  expect(lost).toEqual([[1, 10_000]]);
  await keeper.close();
});

it('keeps one that nobody can be asked about for as long as it has patience', async () => {
  const away = new Error('away');
  const { clock, keep, keeper, lost, troubles } = scene(() => Promise.reject(away));
  keep(1);
  await clock.advance(100_000);
  expect(lost).toEqual([[1, 50_000]]);
  expect(troubles).toEqual(Array.from({ length: 5 }, () => away));
  await keeper.close();
});

it('asks for nothing any more when it is closed', async () => {
  const { clock, keep, keeper, asked } = scene(async (one) => one);
  keep(1);
  await keeper.close();
  keep(2);
  await clock.advance(60_000);
  expect(asked).toEqual([]);
});
