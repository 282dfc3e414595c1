// Plans that look like those of a distribution: few hubs that much waits for, long chains, durations over four powers of ten.
import { criticalPaths, digraph } from '../../src/graph/index.ts';
import type { JobEdge, Plan, PlannedJob } from '../../src/model/index.ts';
import type { Digest, JobId } from '../../src/primitives/index.ts';
import { type Chance, seededChance } from '../../src/simulator/index.ts';

export interface SeededPlan {
  readonly plan: Plan;
  /** How long each job really takes, by its place in the plan; the plan expects something near it. */
  readonly durations: readonly number[];
}

export interface GraphShape {
  readonly jobs: number;
  readonly seed: number;
  /** Classes of builders that jobs ask for, 1 to this; most ask for 1. */
  readonly classes?: number;
  /** Needs of a job on average. */
  readonly needs?: number;
  /** Spread of real durations around the expected ones, as the deviation of the logarithm. */
  readonly spread?: number;
  /** Median of durations; default 45 s. */
  readonly middleMs?: number;
}

export function seededPlan({
  jobs: count,
  seed,
  classes = 1,
  needs = 2,
  spread = 0.2,
  middleMs = 45_000,
}: GraphShape): SeededPlan {
  const chance = seededChance(seed);
  const idOf = (at: number): JobId => `bench/x86_64/job-${at}` as JobId;
  const edges: [number, number][] = [];
  for (let at = 1; at < count; at += 1) for (const on of needsOf(at, needs, chance)) edges.push([on, at]);
  const expected = Array.from({ length: count }, () => Math.exp(Math.log(middleMs) + 1.2 * chance.normal()));
  const durations = expected.map((ms) => ms * Math.exp(spread * chance.normal()));
  const keys = Array.from({ length: count }, (_, at) => idOf(at));
  const paths = criticalPaths(digraph(keys, edges), expected);
  const waits = keys.map((): JobEdge[] => []);
  for (const [on, at] of edges)
    waits[at]?.push({ job: idOf(on), because: `job-${on}`, match: 'output', required: true });
  const jobs = keys.map(
    (id, at): PlannedJob => ({
      id,
      kind: 'pkgbuild',
      name: `job-${at}`,
      folder: `/recipes/job-${at}`,
      outputs: [`job-${at}`],
      version: '1-1',
      inputDigest: 'a'.repeat(64) as Digest,
      action: 'build',
      reasons: [{ kind: 'new' }],
      waitsFor: waits[at] ?? [],
      cutEdges: [],
      buildClass: classes === 1 || chance.even() < 0.8 ? 1 : 1 + Math.floor(chance.even() * classes),
      expectedMs: expected[at],
      criticalPathMs: paths[at] ?? 0,
    }),
  );
  return { plan: { target: 'bench', arch: 'x86_64', jobs, cycles: [], problems: [] }, durations };
}

/** Mostly hubs, which are among the first jobs; now and then the job just before, which makes chains. */
function needsOf(at: number, needs: number, chance: Chance): ReadonlySet<number> {
  const wanted = Math.floor(chance.even() * (2 * needs + 1));
  const found = new Set<number>();
  for (let n = 0; n < wanted; n += 1) {
    const on =
      chance.even() < 0.15
        ? at - 1 - Math.floor(chance.even() * Math.min(at, 20))
        : Math.floor(at * chance.even() ** 2.5);
    found.add(on);
  }
  return found;
}
