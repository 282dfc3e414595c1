// Plans over one graph of recipes, cycles included, admitted while jobs of others wait and run (specification 12.7).
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFinal, type Outcome, type Plan, type Recipe } from '../../src/model/index.ts';
import { narrowPlan } from '../../src/planner/index.ts';
import type { PlanId } from '../../src/primitives/index.ts';
import { builtAll, planOf as drawPlan, recipe } from '../planner/recipe-sketch.ts';
import { failure, idOf, nameOf, Scene, success } from './scene.ts';

/** Needs by recipe: numbers of others. */
type Graph = readonly (readonly number[])[];

type Happening =
  | { readonly kind: 'request'; readonly wanted: readonly number[]; readonly isBuilt: boolean }
  | { readonly kind: 'build-all'; readonly changed: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end'; readonly which: number; readonly outcome: keyof typeof outcomes }
  | { readonly kind: 'cancel'; readonly job: number };

const outcomes = {
  succeeded: (name: string): Outcome => success(name),
  failed: (): Outcome => failure,
  'already-built': (): Outcome => ({ kind: 'already-built', files: [] }),
  requeue: (): Outcome => ({ kind: 'canceled', requeue: true, reason: 'shutdown' }),
};

const size = 6;
const graphs: fc.Arbitrary<Graph> = fc.array(fc.array(fc.nat(size - 1), { maxLength: 2 }), {
  minLength: size,
  maxLength: size,
});
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      wanted: fc.array(fc.nat(size - 1), { minLength: 1, maxLength: 3 }),
      isBuilt: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('build-all' as const), changed: fc.nat(size - 1) }),
  },
  { weight: 6, arbitrary: fc.constant<Happening>({ kind: 'start' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(5),
      outcome: fc.constantFrom('succeeded', 'failed', 'already-built', 'requeue'),
    }) as fc.Arbitrary<Happening>,
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), job: fc.nat(size - 1) }) },
);

const nameAt = (index: number): string => `r${index}`;

class Crossing {
  readonly #recipes: readonly Recipe[];
  readonly #needs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #scene: Scene;
  readonly #atWork: Awaited<ReturnType<Scene['start']>>[] = [];
  readonly #plans: PlanId[] = [];
  readonly #ends = new Map<string, number>();

  constructor(graph: Graph) {
    this.#recipes = graph.map((needs, index) =>
      recipe(nameAt(index), { makedepends: needs.filter((on) => on !== index).map(nameAt) }),
    );
    this.#needs = new Map(graph.map((_, index) => [nameAt(index), behind(graph, index)]));
    this.#scene = new Scene({
      decide: async ({ job }) => ({ run: job.name.charCodeAt(1) % 2 === 0, reason: 'as it is' }),
    });
    this.#scene.dispatcher.subscribe((event) => {
      if (event.kind !== 'job-moved' || !isFinal(event.to)) return;
      const key = `${event.plan} ${event.job}`;
      this.#ends.set(key, (this.#ends.get(key) ?? 0) + 1);
    });
  }

  async do(happening: Happening): Promise<void> {
    const { dispatcher } = this.#scene;
    switch (happening.kind) {
      case 'request':
        await this.#admit(this.#request(happening.wanted, happening.isBuilt));
        break;
      case 'build-all':
        await this.#admit(
          drawPlan(this.#recipes, {
            inventory: builtAll(this.#recipes),
            policy: this.#policy([nameAt(happening.changed)]),
          }),
        );
        break;
      case 'start':
        await this.#start();
        break;
      case 'end':
        await this.#end(happening.which, happening.outcome);
        break;
      case 'cancel':
        await dispatcher.cancel([idOf(nameAt(happening.job))], 'by hand');
    }
    await dispatcher.idle();
    this.#check();
  }

  #policy(names: readonly string[]) {
    return { officialNames: new Set<string>(), scheduled: new Map(names.map((name) => [name, undefined])) };
  }

  #request(wanted: readonly number[], isBuilt: boolean): Plan {
    const names = wanted.map(nameAt);
    const whole = drawPlan(this.#recipes, {
      ...(isBuilt ? { inventory: builtAll(this.#recipes) } : {}),
      policy: this.#policy(names),
    });
    return narrowPlan(whole, new Set(names.map(idOf)));
  }

  async #admit(plan: Plan): Promise<void> {
    this.#plans.push((await this.#scene.dispatcher.admit(plan, { why: 'test' })).planId);
  }

  async #start(): Promise<boolean> {
    const { jobs, plans } = this.#scene.database;
    const lease = await this.#scene.claim();
    if (!lease) return false;
    const begun = await this.#scene.dispatcher.begin(lease);
    if (!begun) return true;
    const { name } = begun.job;
    for (const other of plans.open().flatMap(({ id }) => jobs.openOfPlan(id))) {
      if (!this.#needs.get(name)?.has(nameOf(other.id))) continue;
      // members of one cycle need each other: one at a time
      const isCycle = this.#needs.get(nameOf(other.id))?.has(name);
      const what: string = `${name} starts (plan ${begun.plan}), ${nameOf(other.id)} is ${other.state} (plan ${other.plan})`;
      if (isCycle) expect(other.state, what).not.toBe('running');
      else expect.fail(what);
    }
    this.#atWork.push({
      begun,
      lease,
      name,
      end: (outcome = success(name)) => this.#scene.dispatcher.report(lease, begun.id, { outcome }),
    });
    return true;
  }

  async #end(which: number, outcome: keyof typeof outcomes): Promise<void> {
    const [one] = this.#atWork.splice(which % (this.#atWork.length || 1), 1);
    if (one) expect(await one.end(outcomes[outcome](one.name))).toBe('accepted');
  }

  #check(): void {
    const { jobs, plans } = this.#scene.database;
    const open = plans.open().flatMap(({ id }) => jobs.openOfPlan(id));
    const stuck = open.length > 0 && open.every(({ state }) => state === 'waiting');
    expect(stuck ? open.map(({ id, plan, pending }) => `${plan} ${id} ${pending}`) : []).toEqual([]);
    for (const [key, count] of this.#ends) expect(count, key).toBe(1);
    expect(this.#scene.database.edges.recountPending()).toBe(0);
  }

  /** Everything comes to its end when builders go on. */
  async finish(): Promise<void> {
    for (;;) {
      await this.#scene.dispatcher.idle();
      if (await this.#start()) continue;
      if (this.#atWork.length === 0) break;
      await this.#end(0, 'succeeded');
      await this.#scene.dispatcher.idle();
      this.#check();
    }
    for (const plan of this.#plans) {
      const open = this.#scene.dispatcher.jobs(plan).filter(({ state }) => !isFinal(state));
      expect(open.map(({ name, state }) => `${plan} ${name} ${state}`)).toEqual([]);
      for (const { id } of this.#scene.dispatcher.jobs(plan)) expect(this.#ends.get(`${plan} ${id}`)).toBe(1);
    }
    this.#scene.database.close();
  }
}

/** Names of everything that a recipe needs, directly or not. */
function behind(graph: Graph, index: number): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [...(graph[index] ?? [])];
  for (let on = left.pop(); on !== undefined; on = left.pop()) {
    if (found.has(nameAt(on))) continue;
    found.add(nameAt(on));
    left.push(...(graph[on] ?? []));
  }
  found.delete(nameAt(index));
  return found;
}

it('starts no job while something that it needs is open in any plan, and never comes to a stand', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.array(happenings, { maxLength: 40 }), async (graph, all) => {
      const crossing = new Crossing(graph);
      for (const happening of all) await crossing.do(happening);
      await crossing.finish();
    }),
    { numRuns: 300 },
  );
}, 120_000);
