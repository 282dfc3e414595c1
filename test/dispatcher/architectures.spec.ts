import { expect, it } from 'vitest';
import { builderName } from '../../src/primitives/index.ts';
import { Scene, success } from './scene.ts';

const request = { builder: builderName('one'), builderClass: 9, leaseMs: 60_000, max: 9 };

it('marks jobs that are not for the usual kind of machine, also when they come back', async () => {
  const scene = new Scene({ policy: { usualArch: 'aarch64' } });
  await scene.admit({ lib: {}, app: { needs: ['lib'] } });
  expect(await scene.queue.claim(request)).toEqual([]);
  const [lease] = await scene.queue.claim({ ...request, arches: ['x86_64'], usualArch: false });
  expect(lease?.entry).toMatchObject({ job: 'local/x86_64/lib', arch: 'x86_64' });
  const begun = lease && (await scene.dispatcher.begin(lease));
  if (!lease || !begun) throw new Error('there is nothing to start');
  const outcome = { kind: 'canceled', requeue: true, reason: 'the machine restarts' } as const;
  await scene.dispatcher.report(lease, begun.id, { outcome });
  expect(await scene.queue.claim(request)).toEqual([]);
  const [again] = await scene.queue.claim({ ...request, arches: ['x86_64'] });
  const second = again && (await scene.dispatcher.begin(again));
  if (!again || !second) throw new Error('there is nothing to start');
  await scene.dispatcher.report(again, second.id, { outcome: success('lib') });
  // what it set free is marked as well
  expect((await scene.queue.list()).map(({ entry }) => entry.arch)).toEqual(['x86_64']);
});

it('offers anew what was marked while another architecture was the usual one', async () => {
  const before = new Scene({ policy: { usualArch: 'aarch64' } });
  await before.admit({ lib: {} });
  const { database, queue, clock } = before;
  const after = new Scene({ database, queue, clock, policy: { usualArch: 'x86_64' } });
  await after.dispatcher.recover();
  expect((await queue.claim(request)).map(({ entry }) => entry.arch)).toEqual([undefined]);
});

it('marks nothing where there is no usual architecture', async () => {
  const scene = new Scene();
  await scene.admit({ lib: {} });
  expect((await scene.queue.claim(request)).map(({ entry }) => entry)).toEqual([
    expect.not.objectContaining({ arch: expect.anything() }),
  ]);
});
