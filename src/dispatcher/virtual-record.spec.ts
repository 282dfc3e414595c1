import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFarmDatabase } from '../database/index.ts';
import { VirtualClock } from '../host/index.ts';
import {
  isFinal,
  type JobAction,
  type JobEdge,
  type Outcome,
  type Plan,
  type PlannedJob,
} from '../model/index.ts';
import { builderName, type Digest, type JobId } from '../primitives/index.ts';
import { admitPlan } from './admission.ts';
import { Motion } from './motion.ts';
import type { DispatchRecord } from './record.ts';
import { VirtualRecord } from './virtual-record.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const idOf = (name: string): JobId => `local/x86_64/${name}` as JobId;

interface Sketch {
  readonly name: string;
  readonly needs: readonly { readonly on: number; readonly required: boolean }[];
  readonly action: JobAction;
  readonly cycle: boolean;
  readonly outside: readonly string[];
}

const sketch = (name: string, at: number) =>
  fc.record({
    name: fc.constant(name),
    needs: fc.array(fc.record({ on: fc.nat(Math.max(0, at - 1)), required: fc.boolean() }), {
      maxLength: at === 0 ? 0 : 3,
    }),
    action: fc.constantFrom<JobAction>('build', 'build', 'build', 'build-if-broken', 'keep'),
    cycle: fc.constantFrom(false, false, false, true),
    outside: fc.constantFrom<string[][]>([], [], ['a'], ['c', 'z']),
  });

const planArb = fc
  .subarray(names, { minLength: 1 })
  .chain((chosen) => fc.tuple(...chosen.map(sketch)))
  .map((jobs) => planOf(jobs as Sketch[]));

function planOf(sketches: readonly Sketch[]): Plan {
  const jobs = sketches.map(
    ({ name, needs, action, cycle, outside }): PlannedJob => ({
      id: idOf(name),
      kind: 'pkgbuild',
      name,
      folder: `/recipes/${name}`,
      outputs: [name],
      version: '1-1',
      inputDigest: 'a'.repeat(64) as Digest,
      action,
      reasons: [{ kind: 'new' }],
      waitsFor: needs.map(
        ({ on, required }): JobEdge => ({
          job: idOf(sketches[on]?.name ?? ''),
          because: 'x',
          match: 'output',
          required,
        }),
      ),
      cutEdges: [],
      ...(cycle ? { cycle: 1 } : {}),
      buildClass: undefined,
      ...(outside.length === 0 ? {} : { outside: outside.map(idOf) }),
      expectedMs: undefined,
      criticalPathMs: 1,
    }),
  );
  return { target: 'local', arch: 'x86_64', jobs, cycles: [], problems: [] };
}

const outcomes: readonly Outcome[] = [
  { kind: 'succeeded', artifacts: [] },
  { kind: 'already-built', files: [] },
  { kind: 'skipped', reason: 'r' },
  { kind: 'lost', reason: 'gone' },
  {
    kind: 'failed',
    problem: { code: 'BLD001', severity: 'error', blame: 'recipe', what: 'it does not compile' },
  },
];

const stepArb = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('admit' as const), plan: planArb, failFast: fc.boolean() }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('start' as const), at: fc.nat(20) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      at: fc.nat(20),
      how: fc.constantFrom(...outcomes),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('decide' as const), at: fc.nat(20), run: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), at: fc.nat(20) }) },
);
type Step = typeof stepArb extends fc.Arbitrary<infer One> ? One : never;

/** One record with the motion on it, and what was to be decided and run. */
class Side {
  readonly record: DispatchRecord;
  readonly #ready: string[] = [];
  readonly #decide = new Set<number>();
  #keys = 0;

  constructor(record: DispatchRecord) {
    this.record = record;
  }

  take(step: Step): unknown {
    const motion = new Motion(this.record, { maxRequeues: 1 }, 1000);
    this.#work(step, motion);
    motion.spread();
    const { effects } = motion;
    for (const key of effects.decide) this.#decide.add(key);
    for (const { job, offer } of effects.offer) this.#ready.push(`${job} ${offer}`);
    const rows = this.#rows().map(({ key, id, plan, state, reason, pending, offer, losses }) =>
      [key, id, plan, state, reason, pending, offer, losses].join(' '),
    );
    const { events, ...rest } = effects;
    return { rows, rest, events: events.map(({ kind, reason, plan }) => [kind, reason, plan]) };
  }

  #rows() {
    return Array.from({ length: this.#keys }, (_, at) => this.record.jobs.get(at + 1)).flatMap(
      (row) => row ?? [],
    );
  }

  #work(step: Step, motion: Motion): void {
    const open = this.#rows().filter(({ state }) => !isFinal(state));
    const pick = <One>(list: readonly One[], at: number): One | undefined =>
      list[at % Math.max(1, list.length)];
    if (step.kind === 'admit') {
      const options = { why: 'w', failFast: step.failFast };
      admitPlan(step.plan, options, { database: this.record, motion, nowMs: 1000 });
      this.#keys += step.plan.jobs.length;
    } else if (step.kind === 'start') {
      const job = pick(
        open.filter(({ state }) => state === 'ready'),
        step.at,
      );
      if (job) motion.start(job, { builder: builderName('one'), fence: 1 });
    } else if (step.kind === 'end') {
      const job = pick(
        open.filter(({ state }) => state === 'running'),
        step.at,
      );
      if (job?.attempt === undefined) return;
      motion.endAttempt(
        job,
        { id: job.attempt, builder: builderName('one') },
        { outcome: step.how, facts: {} },
      );
    } else if (step.kind === 'decide') {
      const key = pick([...this.#decide], step.at);
      if (key === undefined) return;
      this.#decide.delete(key);
      const job = this.record.jobs.get(key);
      if (job?.state !== 'waiting' || job.pending > 0) return;
      if (step.run) motion.makeReady(job, 'broken');
      else motion.move(job, { kind: 'spared' }, { reason: 'fine' });
    } else {
      const job = pick(open, step.at);
      if (job) motion.cancel([job], 'by hand');
    }
  }
}

describe('the record in memory', () => {
  it('moves jobs as the database does, over plans that replace and wait for each other', () => {
    fc.assert(
      fc.property(fc.array(stepArb, { minLength: 10, maxLength: 40 }), planArb, (steps, first) => {
        const clock = new VirtualClock();
        const database = openFarmDatabase(':memory:', { clock });
        try {
          const real = new Side(database);
          const twin = new Side(new VirtualRecord(() => clock.nowMs()));
          for (const step of [{ kind: 'admit' as const, plan: first, failFast: false }, ...steps])
            expect(twin.take(step)).toEqual(database.transaction(() => real.take(step)));
        } finally {
          database.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
