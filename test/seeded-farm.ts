import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Farm, initFarm, openFarm } from '../src/app/index.ts';
import { Chance } from './seeded-farm/chance.ts';
import { PublishedHistory } from './seeded-farm/generations.ts';
import {
  type Circumstances,
  makeBuilders,
  makePlan,
  rebuildOf,
  type SeededBuilder,
  type SeededPlan,
  workOn,
} from './seeded-farm/history.ts';
import { writeLogs } from './seeded-farm/logs.ts';
import { PlanRows, type WrittenAttempt } from './seeded-farm/rows.ts';
import { writeUpstreams } from './seeded-farm/upstream.ts';
import { makeWorld, type SeededPackage } from './seeded-farm/world.ts';

export interface SeededFarmOptions {
  /** Where the farm is made; it must not be there. */
  readonly folder: string;
  /** Default 80. */
  readonly packages?: number;
  /** At least so many attempts; default 600. */
  readonly attempts?: number;
  /** How far back its history goes; default 45. */
  readonly days?: number;
  readonly seed?: number;
  /** When it is now; default the clock's time. */
  readonly nowMs?: number;
  /** How many of the newest attempts have their logs; default 150. */
  readonly logs?: number;
}

export interface SeededFarm {
  readonly folder: string;
  readonly nowMs: number;
  readonly world: readonly SeededPackage[];
  readonly builders: readonly SeededBuilder[];
  /** The newest plans, oldest first: those that are open, and some before them. */
  readonly plans: readonly SeededPlan[];
  readonly counts: { readonly plans: number; readonly jobs: number; readonly attempts: number };
}

const hourMs = 3_600_000;
const minuteMs = 60_000;

/**
 * Makes a farm that looks as if it had been at work for months: chains and hubs of packages for several targets,
 * builders, failures of every kind with logs, lost attempts, blocked jobs, generations, and now several plans under
 * way, an urgent one among them. The same options give the same farm.
 */
export async function seedFarm(options: SeededFarmOptions): Promise<SeededFarm> {
  const {
    folder,
    packages = 80,
    attempts = 600,
    days = 45,
    seed = 1,
    nowMs = Date.now(),
    logs = 150,
  } = options;
  await initFarm({ folder, repository: 'packages', arch: 'x86_64', gnupgHome: undefined, key: undefined });
  const config = `${folder}/packmill.yaml`;
  writeFileSync(config, `${readFileSync(config, 'utf8')}\n${furtherSettings}`);
  const farm = await openFarm(folder, 'write');
  const chance = new Chance(seed);
  const world = makeWorld(chance, packages);
  const builders = makeBuilders();
  const writer = new Writer(farm, logs);
  try {
    const scene = { world, builders, chance, nowMs };
    writer.all(() => {
      const firstMs = nowMs - days * 24 * hourMs;
      writer.add(...firstPlans(scene, firstMs));
      const past = Math.round(Math.max(attempts * 0.92, attempts - packages));
      while (writer.rows.attempts < past) {
        // the time of a plan follows from how much has happened, so that history ends when it should
        const part = writer.rows.attempts / past;
        writer.add(pastPlan(scene, firstMs + part * (nowMs - 5 * hourMs - firstMs)));
      }
      writer.add(...plansOfNow(scene));
      writer.finish(builders, nowMs);
    });
    writeLogs(folder, writer.newest(), chance);
    farm.database.words.set('upkeep recipes', writeUpstreams(folder, world, { chance, nowMs }).memory);
  } finally {
    await farm.close();
  }
  const { plans, jobs, attempts: written } = writer.rows;
  return { folder, nowMs, world, builders, plans: writer.plans, counts: { plans, jobs, attempts: written } };
}

const furtherSettings = `
targets:
  testing: {}
recipe-sources:
  recipes:
    url: https://git.example/farm/recipes.git
    branch: main
    upkeep: {}
`;

interface Scene {
  readonly world: readonly SeededPackage[];
  readonly builders: readonly SeededBuilder[];
  readonly chance: Chance;
  readonly nowMs: number;
}

/** Everything is built once. */
function firstPlans({ world, builders, chance, nowMs }: Scene, atMs: number): SeededPlan[] {
  const targets = new Map<string, SeededPackage[]>();
  for (const pkg of world)
    targets.set(`${pkg.target}/${pkg.arch}`, [...(targets.get(`${pkg.target}/${pkg.arch}`) ?? []), pkg]);
  return [...targets.values()].map((packages) => {
    const plan = makePlan(
      packages,
      { packages: new Map(packages.map((pkg) => [pkg, 'asked'])), createdMs: atMs },
      chance,
    );
    workOn(plan, builders, { chance, nowMs });
    return plan;
  });
}

/** What a usual hour brings: some updates, at times a library with all that is built against it, or another try. */
function pastPlan({ world, builders, chance, nowMs }: Scene, atMs: number): SeededPlan {
  const first = chance.pick(world);
  const same = world.filter(({ target, arch }) => target === first.target && arch === first.arch);
  const createdMs = Math.round(atMs + chance.whole(0, 50 * minuteMs));
  const kind = chance.next();
  const wish =
    kind < 0.12
      ? rebuildOf(first, chance.whole(4, 40))
      : new Map(
          Array.from(
            { length: chance.whole(1, 4) },
            () => [chance.pick(same), kind < 0.3 ? 'retried' : 'updated'] as const,
          ),
        );
  const urgency = chance.happens(0.05) ? 10 : 0;
  const plan = makePlan(same, { packages: wish, createdMs, urgency }, chance);
  workOn(plan, builders, { chance, nowMs });
  return plan;
}

/** What is under way: a library with what needs it, single updates, an urgent plan, and one whose builders are away. */
function plansOfNow({ world, builders, chance, nowMs }: Scene): SeededPlan[] {
  const own = world.filter(({ target, arch }) => target === 'packages' && arch === 'x86_64');
  const [hub] = [...own].sort((a, b) => rebuildOf(b, 60).size - rebuildOf(a, 60).size);
  const rebuilt = hub
    ? rebuildOf(hub, Math.max(24, Math.round(own.length * 0.3)))
    : new Map<SeededPackage, 'updated'>();
  // one that fails and blocks only a few
  const behind = (pkg: SeededPackage): number => rebuildOf(pkg, 60).size;
  const [failing] = [...rebuilt.keys()]
    .filter((pkg) => behind(pkg) > 1)
    .sort((a, b) => behind(a) - behind(b));
  const sinceMs = Math.round(
    0.45 * tryOut(own, rebuilt, { chance, nowMs: Number.POSITIVE_INFINITY, failing }),
  );
  for (const { freeMs, state } of builders)
    freeMs.fill(state === 'at work' ? nowMs - sinceMs : nowMs + 24 * hourMs);
  const plans: SeededPlan[] = [];
  const begin = (packages: ReturnType<typeof rebuildOf>, beforeMs: number, urgency = 0): void => {
    const [first] = packages.keys();
    const of = world.filter(({ target, arch }) => target === first?.target && arch === first.arch);
    const plan = makePlan(of, { packages, createdMs: nowMs - beforeMs, urgency }, chance);
    workOn(plan, builders, { chance, nowMs, failing });
    plans.push(plan);
  };
  const taken = new Set<SeededPackage>(rebuilt.keys());
  const some = (from: readonly SeededPackage[], count: number) => {
    const left = from.filter((pkg) => !taken.has(pkg));
    const found = new Map(Array.from({ length: count }, () => [chance.pick(left), 'updated'] as const));
    for (const pkg of found.keys()) taken.add(pkg);
    return found;
  };
  begin(rebuilt, sinceMs);
  begin(some(own, 4), 21 * minuteMs);
  begin(some(own, Math.round(6 + own.length * 0.12)), Math.min(sinceMs, 4 * minuteMs));
  begin(some(own, 3), 40_000, 10);
  const arm = world.filter(({ arch }) => arch === 'aarch64');
  const testing = world.filter(({ target }) => target === 'testing');
  for (const those of [arm, testing]) if (those.length > 0) begin(some(those, 4), 5 * minuteMs);
  return plans;
}

/** How long a plan takes, in ms, when nothing else is to be done. */
function tryOut(
  of: readonly SeededPackage[],
  packages: ReturnType<typeof rebuildOf>,
  how: Circumstances,
): number {
  const plan = makePlan(of, { packages, createdMs: 0 }, how.chance);
  workOn(plan, makeBuilders(), how);
  return plan.jobs.reduce((latest, { sinceMs }) => Math.max(latest, sinceMs), 0);
}

const kept = 12;

/** Writes plans as they come. */
class Writer {
  readonly rows: PlanRows;
  readonly plans: SeededPlan[] = [];
  readonly #farm: Farm;
  readonly #logs: number;
  readonly #published = new Map<string, PublishedHistory>();
  #attempts: WrittenAttempt[] = [];

  constructor(farm: Farm, logs: number) {
    this.#farm = farm;
    this.#logs = logs;
    this.rows = new PlanRows(farm.database.connection);
  }

  all(work: () => void): void {
    const { connection } = this.#farm.database;
    connection.exec('PRAGMA synchronous = OFF; BEGIN');
    work();
    connection.exec('COMMIT');
  }

  add(...plans: readonly SeededPlan[]): void {
    for (const plan of plans) {
      const name = `${plan.target}/${plan.arch}`;
      const published = this.#published.get(name) ?? new PublishedHistory(plan.target, plan.arch);
      this.#published.set(name, published);
      const isOpen = plan.jobs.some(({ state }) => ['waiting', 'ready', 'running'].includes(state));
      this.#attempts.push(...this.rows.write(plan, published.publish(plan, isOpen)));
      if (this.#attempts.length > 4 * this.#logs) this.#attempts = this.#attempts.slice(-2 * this.#logs);
      this.plans.push(plan);
      if (this.plans.length > kept) this.plans.shift();
    }
  }

  finish(builders: readonly SeededBuilder[], nowMs: number): void {
    const { connection } = this.#farm.database;
    this.rows.finish(connection);
    const { paths } = this.#farm;
    for (const [name, history] of this.#published) {
      mkdirSync(`${paths.public}/${name.split('/')[0]}`, { recursive: true });
      history.write(paths.public, connection);
    }
    seeBuilders(this.#farm, builders, nowMs);
  }

  /** The newest attempts, all of those under way among them. */
  newest(): readonly WrittenAttempt[] {
    return this.#attempts.slice(-this.#logs);
  }
}

/** Builders say something now, except for those that are lost. */
export function seeBuilders(
  { database }: Pick<Farm, 'database'>,
  builders: readonly SeededBuilder[],
  nowMs: number,
): void {
  const see = database.connection.prepare(
    'INSERT OR REPLACE INTO builders (name, instance, hello, seen_ms, drained) VALUES (?, ?, ?, ?, ?)',
  );
  for (const { name, class: of, labels, arch, slots, state } of builders) {
    const hello = {
      builder: name,
      instance: `${name}-1`,
      protocol: 5,
      class: of,
      labels,
      arches: [arch],
      slots,
      attempts: [],
    };
    const seenMs = state === 'lost' ? nowMs - 26 * hourMs : nowMs;
    see.run(name, `${name}-1`, JSON.stringify(hello), seenMs, state === 'drained' ? 1 : 0);
  }
}
