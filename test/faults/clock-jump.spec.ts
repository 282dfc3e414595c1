// Wall clocks that jump by a day, on the builder's or the manager's machine. Real processes cannot be given a wall
// clock of their own without touching the machine's, so that clocks are handed in here.
import { describe, expect, it } from 'vitest';
import { runBuilder } from '../../src/builder/index.ts';
import { openFarmDatabase } from '../../src/database/index.ts';
import { Dispatcher } from '../../src/dispatcher/index.ts';
import { type Clock, VirtualClock } from '../../src/host/index.ts';
import type { Lease } from '../../src/queue/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';
import { builder, idOf, planOf, success } from '../dispatcher/scene.ts';

const leaseMs = 15_000;
const dayMs = 24 * 60 * 60_000;

/** A machine's clock: its wall time may be put anywhere, its steady time not. */
class JumpyClock implements Clock {
  offsetMs = 0;
  readonly #steady: VirtualClock;

  constructor(steady: VirtualClock) {
    this.#steady = steady;
  }
  nowMs = (): number => this.#steady.nowMs() + this.offsetMs;
  monotonicMs = (): number => this.#steady.monotonicMs();
  sleep = (ms: number, signal?: AbortSignal): Promise<void> => this.#steady.sleep(ms, signal);
}

describe.each([
  ['forward', dayMs],
  ['back', -dayMs],
])('a clock that jumps a day %s', (_, jumpMs) => {
  it.each(['builder', 'manager'] as const)("on the %s's machine costs no attempt", async (whose) => {
    const steady = new VirtualClock();
    const clocks = { builder: new JumpyClock(steady), manager: new JumpyClock(steady) };
    const queue = new MemoryQueue({ clock: steady });
    const database = openFarmDatabase(':memory:', { clock: clocks.manager });
    const dispatcher = new Dispatcher({
      database,
      queue,
      clock: clocks.manager,
      decide: async () => ({ run: true, reason: '' }),
      service: { word: 'farm', leaseMs },
    });
    await dispatcher.recover();
    const { planId } = await dispatcher.admit(planOf({ lib: {}, app: { needs: ['lib'] } }), { why: 'test' });
    const over = new AbortController();
    const watching = dispatcher.keepWatch(over.signal, 2_000, () => undefined);
    const building = runBuilder(
      {
        name: builder,
        builderClass: 9,
        queue,
        clock: clocks.builder,
        leaseMs,
        slots: 1,
        onTrouble: () => undefined,
        workplace: {
          begin: (lease: Lease) => dispatcher.begin(lease),
          perform: async ({ job }, signal) => {
            await steady.sleep(leaseMs, signal);
            clocks[whose].offsetMs += jumpMs;
            await steady.sleep(4 * leaseMs, signal);
            return { outcome: success(job.name) };
          },
          report: (lease, attempt, end) => dispatcher.report(lease, attempt, end),
        },
      },
      over.signal,
    );
    const finished = dispatcher.finished(planId).then(() => over.abort());
    while (!over.signal.aborted) await steady.advance(1_000);
    await Promise.all([finished, watching, building]);
    const ends = ['lib', 'app'].map((name) =>
      database.attempts.ofJob(idOf(name)).map((one) => one.outcome?.kind),
    );
    expect(ends).toEqual([['succeeded'], ['succeeded']]);
    database.close();
  });
});
