import { digraph, topologicalOrder } from '../graph/index.ts';
import type { SimulatedJob, Simulation } from './simulate.ts';
import { archOf, claimantOf, eligible, type VirtualBuilder } from './virtual-builder.ts';

/** No order of dispatch can be done sooner than this, in ms from the start. */
export interface LowerBound {
  /** The longest chain of jobs that wait for each other, each on the fastest builder that may take it. */
  readonly pathMs: number;
  /** Work that only some builders may take, spread evenly over all of their slots; of the worst such group. */
  readonly workMs: number;
  /** The larger of both. */
  readonly boundMs: number;
}

interface Job {
  readonly seen: SimulatedJob;
  readonly ms: number;
  readonly releaseMs: number;
  /** Places of the builders that may take it, as a word to compare. */
  readonly where: string;
  readonly fastest: number;
}

/**
 * The lower bound for what a simulation ran, from the start on: arrivals of plans count as the earliest times. `durationMs` is what a
 * job takes on a builder of speed 1; jobs that did not run take nothing.
 */
export function lowerBound(
  { jobs: seen, record }: Simulation,
  given: {
    readonly startMs: number;
    readonly builders: readonly VirtualBuilder[];
    readonly usualArch: string;
    readonly durationMs: (job: SimulatedJob) => number;
    readonly releaseMs: (job: SimulatedJob) => number;
  },
): LowerBound {
  const jobs = describe([...seen.values()], given);
  const number = new Map(jobs.map((job, at) => [job.seen.job.key, at]));
  const edges = jobs.flatMap((job, at) =>
    record.edges.dependants(job.seen.job.key).flatMap(({ key }): [number, number][] => {
      const to = number.get(key);
      return to === undefined ? [] : [[at, to]];
    }),
  );
  const graph = digraph(
    jobs.map((_, at) => String(at)),
    edges,
  );
  const ends = new Float64Array(jobs.length);
  let pathMs = 0;
  for (const node of topologicalOrder(graph).order) {
    const job = jobs[node] as Job;
    let earliest = job.releaseMs;
    for (let k = graph.inStart[node] as number; k < (graph.inStart[node + 1] as number); k += 1)
      earliest = Math.max(earliest, ends[graph.from[graph.inEdges[k] as number] as number] as number);
    ends[node] = earliest + job.ms / job.fastest;
    if (job.ms > 0) pathMs = Math.max(pathMs, ends[node] as number);
  }
  const workMs = worstWork(jobs, given.builders);
  return { pathMs, workMs, boundMs: Math.max(pathMs, workMs) };
}

function describe(seen: readonly SimulatedJob[], given: Parameters<typeof lowerBound>[1]): readonly Job[] {
  const { builders, usualArch, startMs } = given;
  const claimants = builders.map((builder) => claimantOf(builder, usualArch));
  const known = new Map<string, readonly number[]>();
  return seen.map((one) => {
    const { buildClass, labels, id } = one.job;
    const wish = { buildClass, labels, arch: archOf(id, usualArch) };
    const key = JSON.stringify(wish);
    const places = known.get(key) ?? eligible(wish, claimants);
    known.set(key, places);
    return {
      seen: one,
      ms: one.startedMs === undefined ? 0 : given.durationMs(one),
      releaseMs: Math.max(0, given.releaseMs(one) - startMs),
      where: places.join(' '),
      fastest: Math.max(...places.map((at) => builders[at]?.speed ?? 1), 1e-9),
    };
  });
}

/** Work of all jobs that fit only within a group of builders, over what the group can do; each group that some job asks for counts. */
function worstWork(jobs: readonly Job[], builders: readonly VirtualBuilder[]): number {
  const groups = new Map<string, ReadonlySet<string>>();
  for (const { where } of jobs) if (!groups.has(where)) groups.set(where, new Set(where.split(' ')));
  let worst = 0;
  for (const group of groups.values()) {
    let capacity = 0;
    for (const at of group) {
      const builder = builders[Number(at)];
      if (at !== '' && builder) capacity += builder.slots * builder.speed;
    }
    if (capacity === 0) continue;
    const inside = new Set(
      [...groups].flatMap(([where, its]) => ([...its].every((at) => group.has(at)) ? [where] : [])),
    );
    // from each release on: what comes later cannot have begun before
    const mine = jobs.filter(({ where, ms }) => ms > 0 && inside.has(where));
    mine.sort((a, b) => b.releaseMs - a.releaseMs);
    let work = 0;
    for (const { ms, releaseMs } of mine) {
      work += ms;
      worst = Math.max(worst, releaseMs + work / capacity);
    }
  }
  return worst;
}
