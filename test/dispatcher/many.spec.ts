import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';
import { type JobSketch, Scene, success } from './scene.ts';

/** How much processor time that takes is measured by `npm run bench -- dispatch`. */
it('B07 drains 25,000 jobs with 50 builders: each once, and after what it waits for', async () => {
  const clock = new VirtualClock();
  // the twin of other tests looks through everything at each claim
  const scene = new Scene({ clock, queue: new EmbeddedQueue({ path: ':memory:', clock }) });
  const layers = 5;
  const width = 5_000;
  const sketch: Record<string, JobSketch> = {};
  const needs = new Map<string, readonly string[]>();
  for (let layer = 0; layer < layers; layer += 1)
    for (let at = 0; at < width; at += 1) {
      const below = [at, (at * 7 + layer) % width].map((other) => `l${layer - 1}-${other}`);
      needs.set(`l${layer}-${at}`, layer === 0 ? [] : [...new Set(below)]);
      sketch[`l${layer}-${at}`] = { needs: needs.get(`l${layer}-${at}`) ?? [], priority: layers - layer };
    }
  const plan = await scene.admit(sketch);
  const ended = new Set<string>();
  const tooEarly: string[] = [];
  let twice = 0;
  const work = async (name: ReturnType<typeof builderName>): Promise<void> => {
    while (ended.size < layers * width) {
      const [lease] = await scene.queue.claim({ builder: name, builderClass: 9, leaseMs: 60_000, max: 1 });
      const begun = lease && (await scene.dispatcher.begin(lease));
      if (!lease || !begun) {
        await scene.dispatcher.idle();
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      const job = begun.job.name;
      if (needs.get(job)?.some((need) => !ended.has(need))) tooEarly.push(job);
      await scene.dispatcher.report(lease, begun.id, { outcome: success(job), facts: { durationMs: 1 } });
      if (ended.has(job)) twice += 1;
      ended.add(job);
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, number) => work(builderName(`builder-${number}`))));
  await scene.dispatcher.finished(plan);
  expect({ ended: ended.size, twice, tooEarly }).toEqual({ ended: 25_000, twice: 0, tooEarly: [] });
  expect(new Set(Object.values(scene.states(plan)))).toEqual(new Set(['succeeded']));
}, 120_000);
