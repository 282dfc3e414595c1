import { isFinal, type JobStateName } from '../model/index.ts';
import type { JobId } from '../primitives/index.ts';
import type { Simulation } from './simulate.ts';

/** Spans of time in ms. */
export interface Spans {
  readonly meanMs: number;
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly mostMs: number;
}

export interface SimulationSummary {
  readonly makespanMs: number;
  /** From being ready to being given to a builder, of jobs that ran. */
  readonly waiting: Spans;
  /** Share of all slots that was used until the end, 0 to 1. */
  readonly utilisation: number;
  readonly ran: number;
  readonly states: Readonly<Partial<Record<JobStateName, number>>>;
  /** Jobs that no builder may take, and what waits for them. */
  readonly stuck: readonly JobId[];
  readonly builders: readonly {
    readonly name: string;
    readonly slots: number;
    readonly utilisation: number;
  }[];
}

/** What a simulation came to. */
export function summarize(simulation: Simulation, startMs: number): SimulationSummary {
  const makespanMs = simulation.endMs - startMs;
  const waits: number[] = [];
  const states: Partial<Record<JobStateName, number>> = {};
  const stuck: JobId[] = [];
  let ran = 0;
  for (const { job, readyMs, startedMs, state } of simulation.jobs.values()) {
    states[state] = (states[state] ?? 0) + 1;
    if (!isFinal(state)) stuck.push(job.id);
    if (startedMs === undefined) continue;
    ran += 1;
    if (startedMs >= startMs) waits.push(startedMs - (readyMs ?? startedMs));
  }
  const slots = simulation.seats.reduce((sum, { builder }) => sum + builder.slots, 0);
  const used = simulation.seats.reduce((sum, { usedMs }) => sum + usedMs, 0);
  const share = (usedMs: number, of: number): number =>
    makespanMs * of > 0 ? usedMs / (makespanMs * of) : 0;
  return {
    makespanMs,
    waiting: spansOf(waits),
    utilisation: share(used, slots),
    ran,
    states,
    stuck,
    builders: simulation.seats.map(({ builder, usedMs }) => ({
      name: builder.name,
      slots: builder.slots,
      utilisation: share(usedMs, builder.slots),
    })),
  };
}

/** The value below which a share of the sorted values lies; undefined for none. */
export function quantile(sorted: ArrayLike<number>, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] as number;
  const high = sorted[Math.ceil(place)] as number;
  return low + (high - low) * (place - Math.floor(place));
}

function spansOf(values: number[]): Spans {
  values.sort((a, b) => a - b);
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    meanMs: values.length === 0 ? 0 : total / values.length,
    medianMs: quantile(values, 0.5) ?? 0,
    p90Ms: quantile(values, 0.9) ?? 0,
    mostMs: values.at(-1) ?? 0,
  };
}
