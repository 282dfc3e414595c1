import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/host/index.ts';
import type { FarmEvent, Outcome } from '../../src/model/index.ts';
import type { Digest, PlanId } from '../../src/primitives/index.ts';
import type { Lease } from '../../src/queue/index.ts';
import { artifactOf, failure, idOf, nameOf, planOf, Scene, success } from './scene.ts';

describe('a plan on its way', () => {
  it('runs jobs after what they wait for, longest chain first', async () => {
    const scene = new Scene();
    const plan = await scene.admit({
      lib: { priority: 5 },
      tool: { priority: 9 },
      app: { needs: ['lib', 'tool'], priority: 4 },
      docs: { needs: ['app'] },
      alone: { priority: 1 },
    });
    expect(scene.states(plan)).toEqual({
      lib: 'ready',
      tool: 'ready',
      app: 'waiting',
      docs: 'waiting',
      alone: 'ready',
    });
    expect(await scene.runAll()).toEqual(['tool', 'lib', 'app', 'alone', 'docs']);
    expect(new Set(Object.values(scene.states(plan)))).toEqual(new Set(['succeeded']));
    await scene.dispatcher.finished(plan);
    expect(scene.database.plans.get(plan)).toMatchObject({ unfinished: 0, finishedMs: expect.any(Number) });
  });

  it('ends kept jobs at once and lets others go on', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ lib: { action: 'keep' }, app: { needs: ['lib'] } });
    expect(scene.states(plan)).toEqual({ lib: 'already-built', app: 'ready' });
    const idle = await scene.admit({ lib: { action: 'keep' } });
    await scene.dispatcher.finished(idle);
    await scene.dispatcher.finished(await scene.admit({}));
  });

  it('tells the same of jobs that are ready at once, whether another plan is under way or not', async () => {
    const told = async (scene: Scene) => {
      const plan = await scene.admit({
        old: { action: 'keep' },
        lib: {},
        app: { needs: ['lib', 'old'] },
        tool: {},
      });
      const events = scene.database.events.since(0).filter((event) => event.plan === plan);
      const rows = scene.database.jobs.ofPlan(plan).map(({ key, offer, ...row }) => ({ ...row, plan: 0 }));
      return { events: events.map(({ id, ...event }) => ({ ...event, plan: 0 })), rows };
    };
    const beside = new Scene();
    await beside.admit({ other: {} });
    expect(await told(new Scene())).toEqual(await told(beside));
    expect(await beside.runAll()).toHaveLength(4);
  });

  it('refuses a plan that contradicts itself, and writes nothing', async () => {
    const scene = new Scene();
    await expect(scene.admit({ app: { needs: ['lib'] }, lib: {} })).rejects.toThrow('PLN019');
    expect(scene.database.plans.list(10)).toEqual([]);
  });

  it('records results for later plans: inventory, artifacts, durations', async () => {
    const scene = new Scene();
    await scene.admit({ lib: {} });
    const artifact = artifactOf('lib', { version: '2-1', providedSonames: ['liblib.so.1'] });
    const { end, begun } = await scene.start();
    await end({ kind: 'succeeded', artifacts: [artifact] });
    expect(scene.database.inventory.recipes('local', 'x86_64').get('lib')).toEqual({
      success: {
        inputDigest: 'a'.repeat(64),
        version: '2-1',
        outputs: ['lib'],
        providedSonames: ['liblib.so.1'],
        neededSonames: [],
      },
      unfinished: undefined,
    });
    expect(scene.database.artifacts.newest('local', 'x86_64')).toMatchObject([
      { artifact, attempt: begun.id },
    ]);
    expect(scene.database.artifacts.unpublished()).toHaveLength(1);
    scene.database.artifacts.markPublished([1], 7);
    expect(scene.database.artifacts.unpublished()).toEqual([]);
    expect([...scene.database.artifacts.objects()].sort()).toEqual(['b'.repeat(64), 'c'.repeat(64)]);
    expect(scene.database.durations.medians('local', 'x86_64')).toEqual(new Map([['lib', 10]]));
  });

  it('remembers what an already built job was built from, and keeps what is known of its files', async () => {
    const scene = new Scene();
    await scene.admit({ lib: {} });
    await (await scene.start()).end();
    const inputDigest = 'd'.repeat(64) as Digest;
    await scene.admit({ lib: { inputDigest } });
    await (await scene.start()).end({ kind: 'already-built', files: [] });
    expect(scene.database.inventory.get(idOf('lib'))?.success).toMatchObject({
      inputDigest,
      outputs: ['lib'],
    });
    expect(scene.database.artifacts.newest('local', 'x86_64')).toHaveLength(1);
  });

  it('tells listeners every move in order, once it is on disk', async () => {
    const scene = new Scene();
    const heard: FarmEvent[] = [];
    const stop = scene.dispatcher.subscribe((event) => {
      heard.push(event);
      expect(scene.database.events.since(event.id - 1, 1)).toEqual([event]);
    });
    await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    await scene.runAll();
    stop();
    await scene.admit({ lib: {} });
    expect(
      heard.map((event) => (event.kind === 'job-moved' ? `${nameOf(event.job)} ${event.to}` : event.kind)),
    ).toEqual([
      'plan-admitted',
      'lib ready',
      'lib running',
      'lib succeeded',
      'app ready',
      'app running',
      'app succeeded',
      'plan-finished',
    ]);
    expect(heard.map(({ id }) => id)).toEqual(heard.map((_, index) => index + 1));
  });
});

describe('a dependency that did not succeed', () => {
  const endings: readonly [string, Outcome][] = [
    ['failed', failure],
    ['timed-out', { kind: 'timed-out', limitMs: 1000 }],
    ['skipped', { kind: 'skipped', reason: 'not for this machine' }],
    ['canceled', { kind: 'canceled', requeue: false, reason: 'by hand' }],
  ];
  it.each(endings)(
    'blocks what cannot do without it, on and on, when it ended as %s',
    async (state, outcome) => {
      const scene = new Scene();
      const plan = await scene.admit({
        lib: {},
        app: { needs: ['lib'] },
        suite: { needs: ['app'] },
        alone: {},
      });
      await scene.runAll((name) => (name === 'lib' ? outcome : success(name)));
      expect(scene.states(plan)).toEqual({
        lib: state,
        app: 'blocked',
        suite: 'blocked',
        alone: 'succeeded',
      });
      expect(scene.reasonOf(plan, 'app')).toBe(`needs 'local/x86_64/lib', which ended as ${state}`);
      expect(scene.dispatcher.jobs(plan)[2]?.blockedOn).toBe(idOf('lib'));
      await scene.dispatcher.finished(plan);
    },
  );

  it('does not hold up what can do without it, whose log is told of it', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ lib: {}, app: { needs: ['?lib'] } });
    await (await scene.start()).end(failure);
    const { begun, end } = await scene.start();
    expect(begun.failedDependencies).toEqual([
      { job: idOf('lib'), state: 'failed', reason: 'BLD001 it does not compile' },
    ]);
    await end();
    expect(scene.states(plan)).toEqual({ lib: 'failed', app: 'succeeded' });
    expect(scene.database.inventory.get(idOf('lib'))).toEqual({ success: undefined, unfinished: 'failed' });
  });

  it('stops what has not begun when the plan is to fail fast, and lets the rest end', async () => {
    const scene = new Scene();
    const plan = await scene.admit(
      { a: { priority: 3 }, b: { priority: 2 }, c: {}, d: { needs: ['a'] } },
      true,
    );
    const a = await scene.start();
    const b = await scene.start();
    await a.end(failure);
    expect(scene.states(plan)).toEqual({ a: 'failed', b: 'running', c: 'canceled', d: 'canceled' });
    expect(b.begun.signal.aborted).toBe(false);
    await b.end();
    await scene.dispatcher.finished(plan);
    expect(await scene.queue.counts()).toEqual({ ready: 0, leased: 0 });
  });
});

describe('a job to be built only if something broke it', () => {
  const sketch = {
    lib: {},
    app: { needs: ['lib'], action: 'build-if-broken' as const },
    end: { needs: ['app'] },
  };

  it('is spared without a question when no dependency was built anew', async () => {
    const scene = new Scene({ decide: () => Promise.reject(new Error('nobody was to be asked')) });
    const plan = await scene.admit(sketch);
    await (await scene.start()).end({ kind: 'already-built', files: [] });
    expect(scene.states(plan)).toEqual({ lib: 'already-built', app: 'already-built', end: 'ready' });
  });

  it('runs or is spared as decided, with the reason', async () => {
    for (const run of [true, false]) {
      const asked: unknown[] = [];
      const scene = new Scene({
        decide: async ({ job, rebuilt }) => {
          asked.push([job.name, rebuilt]);
          return { run, reason: 'liblib.so.1 and all that' };
        },
      });
      const plan = await scene.admit(sketch);
      expect(await scene.runAll()).toEqual(run ? ['lib', 'app', 'end'] : ['lib', 'end']);
      expect(asked).toEqual([['app', [idOf('lib')]]]);
      expect(scene.states(plan)['app']).toBe(run ? 'succeeded' : 'already-built');
      expect(scene.reasonOf(plan, 'app')).toBe('liblib.so.1 and all that');
    }
  });

  it('fails when nobody can tell', async () => {
    const scene = new Scene({ decide: () => Promise.reject(new Error('the disk is gone')) });
    const plan = await scene.admit(sketch);
    await scene.runAll();
    expect(scene.states(plan)).toEqual({ lib: 'succeeded', app: 'failed', end: 'blocked' });
    expect(scene.reasonOf(plan, 'app')).toContain('QUE005');
  });

  it('is decided on again by the next manager when the first one died over it', async () => {
    const first = new Scene({ decide: () => new Promise(() => undefined) });
    const plan = await first.admit(sketch);
    await (await first.start()).end();
    const second = new Scene({ ...first, decide: async () => ({ run: true, reason: 'broken' }) });
    await second.dispatcher.recover();
    expect(await second.runAll()).toEqual(['app', 'end']);
    await second.dispatcher.finished(plan);
  });
});

describe('members of a cycle', () => {
  it('never run at the same time, though nothing in the plan says so', async () => {
    const scene = new Scene();
    await scene.admit({
      a: { cycle: 1 },
      b: { cycle: 1 },
      c: { cycle: 1, needs: ['a'] },
      other: { cycle: 2 },
    });
    const first = await scene.start();
    const second = await scene.start();
    expect([first.name, second.name]).toEqual(['a', 'other']);
    expect(await scene.claim()).toBeUndefined();
    await first.end(failure);
    const third = await scene.start();
    expect(third.name).toBe('b');
    expect(await scene.claim()).toBeUndefined();
  });

  it('leaves a running job alone when only queued ones are meant', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ a: {}, b: { needs: ['a'] } });
    await scene.start();
    await scene.dispatcher.cancel([idOf('a'), idOf('b')], 'the queue was cleared', 'queued');
    expect(scene.states(plan)).toEqual({ a: 'running', b: 'canceled' });
    expect(scene.database.jobs.inState('running')[0]?.canceling).toBeUndefined();
  });

  it('stay apart when the one between them does not run', async () => {
    const scene = new Scene();
    await scene.admit({ a: { cycle: 1 }, b: { cycle: 1, action: 'keep' }, c: { cycle: 1 }, d: { cycle: 1 } });
    const first = await scene.start();
    await scene.dispatcher.cancel([idOf('c')], 'by hand');
    expect(await scene.claim()).toBeUndefined();
    await first.end();
    expect(await scene.runAll()).toEqual(['d']);
  });
});

describe('reports and leases', () => {
  it('accepts a result once', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ lib: {} });
    const { end } = await scene.start();
    expect(await end()).toBe('accepted');
    expect(await end(failure)).toBe('stale');
    expect(scene.states(plan)).toEqual({ lib: 'succeeded' });
  });

  it('gives the same attempt when a builder begins twice under one lease', async () => {
    const scene = new Scene();
    await scene.admit({ lib: {} });
    const { begun, lease } = await scene.start();
    const again = await scene.dispatcher.begin(lease);
    expect(again?.id).toBe(begun.id);
    expect(again?.signal).toBe(begun.signal);
  });

  it('throws away the result of a builder whose lease ran out', async () => {
    const clock = new VirtualClock();
    const scene = new Scene({ clock });
    const plan = await scene.admit({ lib: {} });
    const late = await scene.start();
    await clock.advance(60_000);
    await scene.dispatcher.tick();
    expect(scene.states(plan)).toEqual({ lib: 'ready' });
    expect(late.begun.signal.aborted).toBe(true);
    const current = await scene.start();
    expect(await late.end(failure)).toBe('stale');
    expect(await current.end()).toBe('accepted');
    expect(scene.states(plan)).toEqual({ lib: 'succeeded' });
    expect(scene.database.attempts.ofJob(idOf('lib')).map(({ outcome }) => outcome?.kind)).toEqual([
      'succeeded',
      'lost',
    ]);
  });

  it('notices a lost lease when the queue gave the job on first', async () => {
    const clock = new VirtualClock();
    const scene = new Scene({ clock });
    await scene.admit({ lib: {} });
    const late = await scene.start();
    await clock.advance(60_000);
    await scene.queue.reap();
    const current = await scene.start();
    expect(late.begun.signal.aborted).toBe(true);
    expect(await late.end()).toBe('stale');
    expect(await current.end()).toBe('accepted');
  });

  it('fails a job whose attempts are lost again and again', async () => {
    const clock = new VirtualClock();
    const scene = new Scene({ clock, policy: { maxRequeues: 2 } });
    const plan = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    for (let round = 0; round < 3; round += 1) {
      await scene.start();
      await clock.advance(60_000);
      await scene.dispatcher.tick();
    }
    expect(scene.states(plan)).toEqual({ lib: 'failed', app: 'blocked' });
    expect(scene.reasonOf(plan, 'lib')).toContain('QUE004');
    expect(await scene.queue.counts()).toEqual({ ready: 0, leased: 0 });
  });

  it('puts an interrupted job back at its place, to go on in the same log', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ lib: {} });
    const lease = (await scene.claim()) as Lease;
    const begun = await scene.dispatcher.begin(lease, { logPathOf: (attempt) => `logs/${attempt}.log` });
    const outcome: Outcome = { kind: 'canceled', requeue: true, reason: 'shutdown' };
    if (begun) await scene.dispatcher.report(lease, begun.id, { outcome });
    expect(scene.states(plan)).toEqual({ lib: 'ready' });
    const again = await scene.start();
    expect(again.begun.continues).toBe('logs/1.log');
    expect(again.begun.id).not.toBe(begun?.id);
    expect(again.lease.entry).toEqual(lease.entry);
  });

  it('refuses a lease on a job that is out of the plan, and frees the queue of it', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    const lease = (await scene.claim()) as Lease;
    await scene.dispatcher.cancel([idOf('lib')], 'by hand');
    expect(scene.states(plan)).toEqual({ lib: 'canceled', app: 'blocked' });
    expect(await scene.dispatcher.begin(lease)).toBeUndefined();
    expect(await scene.queue.counts()).toEqual({ ready: 0, leased: 0 });
  });

  it('asks a running attempt to stop, and takes whatever it ends with', async () => {
    const scene = new Scene();
    const plan = await scene.admit({ lib: {} });
    const { begun, end } = await scene.start();
    await scene.dispatcher.cancel([idOf('lib')], 'by hand');
    expect(begun.signal.reason).toBe('by hand');
    expect(scene.states(plan)).toEqual({ lib: 'running' });
    expect(await end({ kind: 'canceled', requeue: true, reason: 'stopped' })).toBe('accepted');
    expect(scene.states(plan)).toEqual({ lib: 'canceled' });
    expect(scene.reasonOf(plan, 'lib')).toBe('by hand');
  });
});

describe('a plan over an unfinished one', () => {
  const statesOf = (scene: Scene, ...plans: PlanId[]) => plans.map((plan) => scene.states(plan));

  it('replaces jobs that have not begun', async () => {
    const scene = new Scene();
    const old = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    const fresh = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    expect(scene.states(old)).toEqual({ lib: 'canceled', app: 'canceled' });
    expect(scene.reasonOf(old, 'app')).toBe(`replaced by plan ${fresh}`);
    await scene.dispatcher.finished(old);
    expect(await scene.runAll()).toEqual(['lib', 'app']);
  });

  it('lets older jobs wait for the new ones in the place of what they waited for', async () => {
    const scene = new Scene();
    const old = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
    const fresh = await scene.admit({ lib: {} });
    expect(statesOf(scene, old, fresh)).toEqual([{ lib: 'canceled', app: 'waiting' }, { lib: 'ready' }]);
    expect(await scene.runAll()).toEqual(['lib', 'app']);
  });

  it('stops a running job and waits until it is over, whatever its result', async () => {
    for (const outcome of [success('lib'), failure]) {
      const scene = new Scene();
      const old = await scene.admit({ lib: {}, app: { needs: ['lib'] } });
      const running = await scene.start();
      const fresh = await scene.admit({ lib: {} });
      expect(running.begun.signal.reason).toBe(`replaced by plan ${fresh}`);
      expect(statesOf(scene, old, fresh)).toEqual([{ lib: 'running', app: 'waiting' }, { lib: 'waiting' }]);
      const newest = await scene.admit({ lib: {} });
      expect(scene.states(fresh)).toEqual({ lib: 'canceled' });
      expect(await scene.claim()).toBeUndefined();
      await running.end(outcome);
      expect(await scene.runAll()).toEqual(['lib', 'app']);
      expect(scene.states(newest)).toEqual({ lib: 'succeeded' });
      await Promise.all([old, fresh, newest].map((plan) => scene.dispatcher.finished(plan)));
    }
  });

  it('leaves jobs alone that the new plan only keeps', async () => {
    const scene = new Scene();
    const old = await scene.admit({ lib: {} });
    await scene.admit({ lib: { action: 'keep' } });
    expect(scene.states(old)).toEqual({ lib: 'ready' });
    expect(await scene.runAll()).toEqual(['lib']);
  });

  it('keeps members of a cycle apart across plans', async () => {
    const scene = new Scene();
    await scene.admit({ a: { cycle: 1 }, b: { cycle: 1 } });
    const running = await scene.start();
    await scene.admit({ b: { cycle: 1 }, a: { cycle: 1 } });
    expect(await scene.claim()).toBeUndefined();
    await running.end();
    expect(await scene.runAll()).toEqual(['b', 'a']);
  });
});

describe('a start after a crash', () => {
  it('gives lost attempts out again and throws away what they report', async () => {
    const first = new Scene();
    const plan = await first.admit({ lib: {}, app: { needs: ['lib'] }, other: {} });
    const dead = await first.start();
    const second = new Scene({ ...first });
    expect(await second.dispatcher.recover()).toEqual({
      lost: [idOf('lib')],
      offered: 1,
      withdrawn: 0,
      recounted: 0,
      openPlans: 1,
    });
    expect(await second.dispatcher.report(dead.lease, dead.begun.id, { outcome: failure })).toBe('stale');
    expect((await second.runAll()).sort()).toEqual(['app', 'lib', 'other']);
    await second.dispatcher.finished(plan);
  });

  it('fills an empty queue again, and empties it of what the record does not know', async () => {
    const first = new Scene();
    await first.admit({ lib: {}, other: {} });
    const { queue } = new Scene({ clock: first.clock });
    const stray = { offer: 99, priority: 0, readySinceMs: 0, buildClass: undefined };
    await queue.offer([
      { job: idOf('stray'), ...stray },
      { job: idOf('lib'), ...stray },
    ]);
    const second = new Scene({ ...first, queue });
    expect(await second.dispatcher.recover()).toMatchObject({ offered: 2, withdrawn: 1 });
    expect((await second.runAll()).sort()).toEqual(['lib', 'other']);
  });

  it('changes nothing when all is well', async () => {
    const first = new Scene();
    await first.admit({ lib: {}, app: { needs: ['lib'] } });
    const second = new Scene({ ...first });
    expect(await second.dispatcher.recover()).toEqual({
      lost: [],
      offered: 0,
      withdrawn: 0,
      recounted: 0,
      openPlans: 1,
    });
  });
});

it('reads a plan back as it was admitted', async () => {
  const scene = new Scene();
  const plan = planOf({ lib: {}, app: { needs: ['lib', '?other'], cycle: 1, buildClass: 'two' }, other: {} });
  const sorted = { ...plan, jobs: [plan.jobs[0], plan.jobs[2], plan.jobs[1]].flatMap((job) => job ?? []) };
  const { planId } = await scene.dispatcher.admit(sorted, { why: 'hand' });
  expect(scene.database.plans.load(planId)).toEqual({ ...JSON.parse(JSON.stringify(sorted)), id: planId });
  expect(scene.database.plans.get(planId)).toMatchObject({ why: 'hand', failFast: false, unfinished: 3 });
});
