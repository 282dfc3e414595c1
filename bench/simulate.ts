// Simulation at the size of a distribution, and how near to the lower bound each order of dispatch comes.
import { builderName } from '../src/primitives/index.ts';
import {
  lowerBound,
  type PolicyName,
  policyNames,
  type SimulatedJob,
  type Simulation,
  simulate,
  type VirtualBuilder,
  withPolicy,
} from '../src/simulator/index.ts';
import { type GraphShape, type SeededPlan, seededPlan } from './kit/seeded-graphs.ts';
import { median, print } from './measure/figures.ts';

const startMs = 1_700_000_000_000;
const rounds = 5;
const seeds = 15;

export async function run(): Promise<void> {
  speed();
  const shapes: readonly (readonly [string, Omit<GraphShape, 'seed'>, readonly VirtualBuilder[]])[] = [
    ['10,000 jobs, 16 builders', { jobs: 10_000 }, crew(16)],
    ['2,500 jobs, 16 builders', { jobs: 2500 }, crew(16)],
    ['600 jobs, 16 builders', { jobs: 600 }, crew(16)],
    ['150 jobs, 4 builders', { jobs: 150 }, crew(4)],
    ['2,500 jobs of 3 classes, 16 builders', { jobs: 2500, classes: 3 }, crew(16, 3)],
    ['2,500 jobs, durations badly known', { jobs: 2500, spread: 0.7 }, crew(16)],
  ];
  const all = new Map<string, number[]>();
  for (const [name, shape, builders] of shapes) {
    const ratios = new Map<string, number[]>();
    for (let seed = 1; seed <= (shape.jobs > 5000 ? 5 : seeds); seed += 1) {
      const seeded = seededPlan({ ...shape, seed });
      for (const policy of policyNames) {
        const ratio = ratioOf(seeded, builders, policy);
        ratios.set(policy, [...(ratios.get(policy) ?? []), ratio]);
        all.set(policy, [...(all.get(policy) ?? []), ratio]);
      }
    }
    const figures = [...ratios].map(([policy, values]) => `${policy} ${median(values).toFixed(3)}`);
    print(`makespan / bound, ${name}`, figures.join(', '));
  }
  ageRule();
  const [ours] = policyNames;
  print('median of all graphs', `${median(all.get(ours) ?? []).toFixed(3)}  aim: <= 1.10`);
}

/** What it costs that jobs which are ready for longer than a day go by age: of plans that take a week. */
function ageRule(): void {
  const builders = crew(16);
  const ratios = (longestWaitMs: number): readonly number[] =>
    Array.from({ length: 5 }, (_, at) => {
      const seeded = seededPlan({ jobs: 3000, seed: at + 1, middleMs: 15 * 60_000 });
      const simulation = runPlan(seeded, builders, 'critical-path', longestWaitMs);
      return (simulation.endMs - startMs) / boundOf(simulation, seeded, builders);
    });
  const dayMs = 24 * 60 * 60 * 1000;
  print(
    'makespan / bound, a plan of days',
    `by age after a day ${median(ratios(dayMs)).toFixed(3)}, never by age ${median(ratios(Number.MAX_SAFE_INTEGER)).toFixed(3)}`,
  );
}

function crew(count: number, classes = 1): readonly VirtualBuilder[] {
  return Array.from({ length: count }, (_, at) => ({
    name: builderName(`builder-${at}`),
    builderClass: 1 + (at % classes),
    labels: [],
    arches: ['x86_64'],
    slots: 1,
    speed: 1,
  }));
}

const runPlan = (
  { plan, durations }: SeededPlan,
  builders: readonly VirtualBuilder[],
  policy: PolicyName,
  longestWaitMs?: number,
) =>
  simulate({
    startMs,
    builders,
    arrivals: [{ atMs: startMs, plan: withPolicy(plan, policy) }],
    usualArch: 'x86_64',
    decide: () => true,
    fate: ({ position }) => ({ durationMs: durations[position] ?? 0, outcome: 'succeeded' }),
    ...(longestWaitMs === undefined ? {} : { longestWaitMs }),
  });

function ratioOf(seeded: SeededPlan, builders: readonly VirtualBuilder[], policy: PolicyName): number {
  const simulation = runPlan(seeded, builders, policy);
  return (simulation.endMs - startMs) / boundOf(simulation, seeded, builders);
}

const boundOf = (
  simulation: Simulation,
  { durations }: SeededPlan,
  builders: readonly VirtualBuilder[],
): number =>
  lowerBound(simulation, {
    startMs,
    builders,
    usualArch: 'x86_64',
    durationMs: ({ job }: SimulatedJob) => durations[job.position] ?? 0,
    releaseMs: () => startMs,
  }).boundMs;

function speed(): void {
  const seeded = seededPlan({ jobs: 10_000, seed: 1, classes: 3 });
  const builders = crew(16, 3);
  const times: number[] = [];
  const peers: number[] = [];
  let first = 0;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    runPlan(seeded, builders, 'critical-path');
    const between = performance.now();
    listSchedule(seeded, 16);
    if (round === 0) first = between - start;
    times.push(between - start);
    peers.push(performance.now() - between);
  }
  const ours = median(times);
  print(
    '10,000 jobs on 16 builders',
    `${ours.toFixed(0)} ms, the first time ${first.toFixed(0)} ms  aim: < 2000 ms`,
  );
  const peer = median(peers);
  print(
    'a bare list scheduler (no states, no classes)',
    `${peer.toFixed(0)} ms, ratio ${(ours / peer).toFixed(1)}`,
  );
}

/** What textbooks have: the ready job with the longest path goes to the slot that is free first; a search for each. */
function listSchedule({ plan, durations }: SeededPlan, slots: number): number {
  const place = new Map(plan.jobs.map(({ id }, at) => [id, at]));
  const pending = plan.jobs.map(({ waitsFor }) => waitsFor.length);
  const behind = plan.jobs.map((): number[] => []);
  for (const [at, { waitsFor }] of plan.jobs.entries())
    for (const { job } of waitsFor) behind[place.get(job) ?? -1]?.push(at);
  const ready = plan.jobs.flatMap((_, at) => (pending[at] === 0 ? [at] : []));
  const running: { at: number; endMs: number }[] = [];
  let nowMs = 0;
  while (ready.length > 0 || running.length > 0) {
    while (ready.length > 0 && running.length < slots) {
      let best = 0;
      for (let n = 1; n < ready.length; n += 1)
        if (
          (plan.jobs[ready[n] ?? -1]?.criticalPathMs ?? 0) >
          (plan.jobs[ready[best] ?? -1]?.criticalPathMs ?? 0)
        )
          best = n;
      const [at = 0] = ready.splice(best, 1);
      running.push({ at, endMs: nowMs + (durations[at] ?? 0) });
    }
    running.sort((a, b) => a.endMs - b.endMs);
    const ended = running.shift();
    if (!ended) break;
    nowMs = ended.endMs;
    for (const next of behind[ended.at] ?? []) {
      pending[next] = (pending[next] ?? 0) - 1;
      if (pending[next] === 0) ready.push(next);
    }
  }
  return nowMs;
}
