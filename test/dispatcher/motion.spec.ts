// Whatever happens in whatever order, no job is lost, none runs twice at once, and in the end all are final.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BegunAttempt, Dispatcher } from '../../src/dispatcher/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { finalStates, isFinal, type JobStateName, nextState, type Outcome } from '../../src/model/index.ts';
import type { JobId, PlanId } from '../../src/primitives/index.ts';
import type { Lease } from '../../src/queue/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';
import { builder, failure, idOf, type JobSketch, Scene, success } from './scene.ts';

const leaseMs = 60_000;

const sketches = fc
  .array(
    fc.record({
      needs: fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 3 }),
      action: fc.constantFrom('build', 'build', 'build', 'build-if-broken', 'keep'),
      cycle: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined, freq: 4 }),
      priority: fc.nat(5),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((jobs) => {
    const sketch: Record<string, JobSketch> = {};
    for (const [index, job] of jobs.entries()) {
      const needs = index === 0 ? [] : job.needs.map(([on, must]) => `${must ? '' : '?'}j${on % index}`);
      sketch[`j${index}`] = {
        needs: [...new Set(needs)],
        action: job.action as 'build',
        priority: job.priority,
        ...(job.cycle === undefined ? {} : { cycle: job.cycle }),
      };
    }
    return sketch;
  });

type Happening =
  | { kind: 'admit'; sketch: Record<string, JobSketch>; failFast: boolean }
  | { kind: 'claim' }
  | { kind: 'begin'; which: number }
  | { kind: 'report'; which: number; outcome: 'succeeded' | 'failed' | 'requeue' | 'already-built' }
  | { kind: 'pass'; ms: number }
  | { kind: 'reap-only' }
  | { kind: 'tick' }
  | { kind: 'cancel'; job: number }
  | { kind: 'restart'; loseQueue: boolean };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Happening>({ kind: 'claim' }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('begin' as const), which: fc.nat(20) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      which: fc.nat(20),
      outcome: fc.constantFrom('succeeded', 'succeeded', 'failed', 'requeue', 'already-built'),
    }) as fc.Arbitrary<Happening>,
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(leaseMs) }) },
  { weight: 1, arbitrary: fc.constant<Happening>({ kind: 'reap-only' }) },
  { weight: 2, arbitrary: fc.constant<Happening>({ kind: 'tick' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), job: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), loseQueue: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('admit' as const), sketch: sketches, failFast: fc.boolean() }),
  },
);

class World {
  scene: Scene;
  readonly clock = new VirtualClock();
  readonly leases: Lease[] = [];
  readonly begun: { lease: Lease; attempt: BegunAttempt }[] = [];
  readonly plans: PlanId[] = [];
  /** How often each row of a job became final. */
  readonly accepted = new Map<string, number>();

  constructor() {
    this.scene = this.#watch(new Scene({ clock: this.clock, decide: this.#decide }));
  }

  #decide = async ({ job }: { job: { name: string } }) => ({
    run: job.name.length % 2 === 0,
    reason: 'as it is',
  });

  #watch(scene: Scene): Scene {
    scene.dispatcher.subscribe((event) => {
      if (event.kind !== 'job-moved') return;
      // Every move goes from where the job was, and nothing moves once it is final.
      const key = `${event.plan} ${event.job}`;
      expect(event.from).toBe(this.#last.get(key) ?? 'waiting');
      expect(isFinal(event.from)).toBe(false);
      this.#last.set(key, event.to);
      if (event.from === 'running' && event.to === 'succeeded') {
        this.accepted.set(key, (this.accepted.get(key) ?? 0) + 1);
      }
    });
    return scene;
  }
  readonly #last = new Map<string, JobStateName>();

  async do(happening: Happening): Promise<void> {
    const { dispatcher, queue } = this.scene;
    switch (happening.kind) {
      case 'admit':
        this.plans.push(await this.scene.admit(happening.sketch, happening.failFast));
        return;
      case 'claim':
        this.leases.push(...(await queue.claim({ builder, builderClass: 9, leaseMs, max: 1 })));
        return;
      case 'begin':
        return this.#begin(dispatcher, this.leases[happening.which % (this.leases.length || 1)]);
      case 'report': {
        const one = this.begun[happening.which % (this.begun.length || 1)];
        const outcome = one && outcomeOf(happening.outcome, one.attempt.job.name);
        if (one && outcome) await dispatcher.report(one.lease, one.attempt.id, { outcome });
        return;
      }
      case 'pass':
        return this.clock.advance(happening.ms);
      case 'reap-only':
        await queue.reap();
        return;
      case 'tick':
        return dispatcher.tick();
      case 'cancel':
        return dispatcher.cancel([idOf(`j${happening.job}`)], 'by hand');
      case 'restart':
        return this.#restart(happening.loseQueue);
    }
  }

  async #begin(dispatcher: Dispatcher, lease: Lease | undefined): Promise<void> {
    const attempt = lease && (await dispatcher.begin(lease));
    if (lease && attempt) this.begun.push({ lease, attempt });
  }

  async #restart(loseQueue: boolean): Promise<void> {
    await this.scene.dispatcher.idle();
    const { database } = this.scene;
    const queue = loseQueue ? new MemoryQueue({ clock: this.clock }) : this.scene.queue;
    // A queue that was lost starts its fences anew; the real one seeds them from the clock.
    if (loseQueue) this.leases.length = 0;
    this.scene = this.#watch(new Scene({ clock: this.clock, database, queue, decide: this.#decide }));
    const report = await this.scene.dispatcher.recover();
    expect(report.recounted).toBe(0);
  }

  /** What must hold at every moment. */
  check(): void {
    const { jobs, attempts } = this.scene.database;
    const running = jobs.inState('running');
    expect(new Set(running.map(({ id }) => id)).size).toBe(running.length);
    expect(attempts.running().map(({ id }) => id)).toEqual(
      running.map(({ attempt }) => attempt).sort(byNumber),
    );
    const cycles = running.flatMap(({ plan, cycle }) => (cycle === undefined ? [] : [`${plan}/${cycle}`]));
    expect(new Set(cycles).size).toBe(cycles.length);
    for (const count of this.accepted.values()) expect(count).toBe(1);
    const ready = new Set<JobId>(jobs.inState('ready').map(({ id }) => id));
    for (const id of ready)
      expect(jobs.openWithId(id).filter(({ state }) => state !== 'waiting')).toHaveLength(1);
  }

  /** Time goes by, and every builder does its work from now on. */
  async finish(): Promise<void> {
    await this.clock.advance(2 * leaseMs);
    await this.scene.dispatcher.tick();
    await this.scene.runAll();
    for (const plan of this.plans) {
      const open = Object.values(this.scene.states(plan)).filter((state) => !isFinal(state));
      expect(open).toEqual([]);
      expect(this.scene.database.plans.get(plan)?.unfinished).toBe(0);
      await this.scene.dispatcher.finished(plan);
    }
    expect(await this.scene.queue.counts()).toEqual({ ready: 0, leased: 0 });
    this.check();
  }
}

const byNumber = (a: number | undefined, b: number | undefined): number => (a ?? 0) - (b ?? 0);

function outcomeOf(kind: 'succeeded' | 'failed' | 'requeue' | 'already-built', name: string): Outcome {
  if (kind === 'succeeded') return success(name);
  if (kind === 'failed') return failure;
  if (kind === 'already-built') return { kind, files: [] };
  return { kind: 'canceled', requeue: true, reason: 'shutdown' };
}

it('loses no job, runs none twice at once, and ends all of them, in every order of events', async () => {
  await fc.assert(
    fc.asyncProperty(sketches, fc.array(happenings, { maxLength: 60 }), async (first, rest) => {
      const world = new World();
      await world.do({ kind: 'admit', sketch: first, failFast: false });
      for (const happening of rest) {
        await world.do(happening);
        world.check();
      }
      await world.finish();
      world.scene.database.close();
    }),
    { numRuns: 300 },
  );
}, 120_000);

it('never moves a job out of a final state', () => {
  const outcome: Outcome = { kind: 'lost', reason: '' };
  for (const state of finalStates) {
    for (const kind of [
      'kept',
      'freed',
      'spared',
      'undecidable',
      'blocked',
      'started',
      'canceled',
    ] as const) {
      expect(nextState(state, { kind })).toBeUndefined();
    }
    expect(
      nextState(state, { kind: 'ended', outcome, losses: 0, maxLosses: 3, canceling: false }),
    ).toBeUndefined();
  }
});
