// A farm without recipes: a record in memory, a queue, and builders that do what the test says.
import { type FarmDatabase, openFarmDatabase } from '../../src/database/index.ts';
import {
  type Decide,
  Dispatcher,
  type DispatcherPolicy,
  type ServiceTerms,
} from '../../src/dispatcher/index.ts';
import { type Clock, VirtualClock } from '../../src/host/index.ts';
import type { Artifact, JobStateName, Outcome, Plan, PlannedJob } from '../../src/model/index.ts';
import { builderName, type Digest, type JobId, type PlanId } from '../../src/primitives/index.ts';
import type { Lease, QueueBackend } from '../../src/queue/index.ts';
import { MemoryQueue } from '../../src/queue/memory/index.ts';

export const idOf = (name: string): JobId => `local/x86_64/${name}` as JobId;
export const nameOf = (id: string): string => id.split('/')[2] ?? id;

/** A need on another job; a leading `?` says that it can do without. */
type NeedText = string;

export interface JobSketch {
  readonly needs?: readonly NeedText[];
  readonly action?: PlannedJob['action'];
  readonly cycle?: number;
  readonly buildClass?: number | string;
  readonly priority?: number;
  readonly inputDigest?: Digest;
}

/** A plan from a few words: `{ lib: {}, app: { needs: ['lib', '?docs'] } }`. */
export function planOf(sketch: Readonly<Record<string, JobSketch>>): Plan {
  const jobs = Object.entries(sketch).map(([name, job]): PlannedJob => {
    const waitsFor = (job.needs ?? []).map((text) => ({
      job: idOf(text.replace('?', '')),
      because: text,
      match: 'output' as const,
      required: !text.startsWith('?'),
    }));
    return {
      id: idOf(name),
      kind: 'pkgbuild',
      name,
      folder: `/recipes/${name}`,
      outputs: [name],
      version: '1-1',
      inputDigest: job.inputDigest ?? ('a'.repeat(64) as Digest),
      action: job.action ?? 'build',
      reasons: [{ kind: 'new' }],
      waitsFor,
      cutEdges: [],
      ...(job.cycle === undefined ? {} : { cycle: job.cycle }),
      buildClass: job.buildClass,
      expectedMs: undefined,
      criticalPathMs: job.priority ?? 0,
    };
  });
  return { target: 'local', arch: 'x86_64', jobs, cycles: [], problems: [] };
}

export const artifactOf = (name: string, more: Partial<Artifact> = {}): Artifact => ({
  name,
  version: '1-1',
  arch: 'x86_64',
  fileName: `${name}-1-1-x86_64.pkg.tar.zst`,
  object: 'b'.repeat(64) as Digest,
  sizeBytes: 1,
  depends: [],
  provides: [],
  providedSonames: [],
  neededSonames: [],
  facts: 'c'.repeat(64) as Digest,
  ...more,
});

export const success = (name: string): Outcome => ({ kind: 'succeeded', artifacts: [artifactOf(name)] });
export const failure: Outcome = {
  kind: 'failed',
  problem: { code: 'BLD001', severity: 'error', blame: 'recipe', what: 'it does not compile' },
};
export const builder = builderName('one');

export interface SceneOptions {
  readonly database?: FarmDatabase;
  readonly queue?: QueueBackend;
  readonly clock?: Clock;
  readonly decide?: Decide;
  readonly policy?: DispatcherPolicy;
  readonly service?: ServiceTerms;
}

/** A dispatcher with everything around it. */
export class Scene {
  readonly clock: Clock;
  readonly database: FarmDatabase;
  readonly queue: QueueBackend;
  readonly dispatcher: Dispatcher;

  constructor(options: SceneOptions = {}) {
    this.clock = options.clock ?? new VirtualClock();
    this.database = options.database ?? openFarmDatabase(':memory:', { clock: this.clock });
    this.queue = options.queue ?? new MemoryQueue({ clock: this.clock });
    this.dispatcher = new Dispatcher({
      database: this.database,
      queue: this.queue,
      clock: this.clock,
      decide: options.decide ?? (async () => ({ run: false, reason: 'its sonames are all there' })),
      ...(options.policy ? { policy: options.policy } : {}),
      service: options.service,
    });
  }

  admit(sketch: Readonly<Record<string, JobSketch>>, failFast = false): Promise<PlanId> {
    return this.dispatcher.admit(planOf(sketch), { why: 'test', failFast }).then(({ planId }) => planId);
  }

  async claim(): Promise<Lease | undefined> {
    const [lease] = await this.queue.claim({ builder, builderClass: 9, leaseMs: 60_000, max: 1 });
    return lease;
  }

  /** Claims and begins the next job. */
  async start() {
    const lease = await this.claim();
    const begun = lease && (await this.dispatcher.begin(lease));
    if (!lease || !begun) throw new Error('there is nothing to start');
    return {
      begun,
      lease,
      name: begun.job.name,
      end: (outcome: Outcome = success(begun.job.name)) =>
        this.dispatcher.report(lease, begun.id, { outcome, facts: { durationMs: 10 } }),
    };
  }

  /** Runs everything that can run, one after the other, and returns the names in that order. */
  async runAll(outcomeOf: (name: string) => Outcome = success): Promise<string[]> {
    const order: string[] = [];
    for (;;) {
      await this.dispatcher.idle();
      const lease = await this.claim();
      if (!lease) return order;
      const begun = await this.dispatcher.begin(lease);
      if (!begun) continue;
      order.push(begun.job.name);
      await this.dispatcher.report(lease, begun.id, { outcome: outcomeOf(begun.job.name) });
    }
  }

  /** State by name, of all jobs of a plan. */
  states(plan: PlanId): Record<string, JobStateName> {
    return Object.fromEntries(this.dispatcher.jobs(plan).map((job) => [job.name, job.state]));
  }

  reasonOf(plan: PlanId, name: string): string {
    return this.dispatcher.jobs(plan).find((job) => job.name === name)?.reason ?? '';
  }
}
