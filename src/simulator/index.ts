export { type Chance, seededChance } from './chance.ts';
export {
  type DurationBasis,
  type DurationEstimate,
  type DurationHistory,
  DurationModel,
  medianOf,
} from './durations.ts';
export {
  type Forecast,
  type ForecastInput,
  ForecastRuns,
  type JobForecast,
  type PlanForecast,
  type TimeRange,
} from './forecast.ts';
export { type LowerBound, lowerBound } from './lower-bound.ts';
export { type PolicyName, policyNames, withPolicy } from './policy.ts';
export {
  type Arrival,
  type Fate,
  type RunningJob,
  type SimulatedJob,
  type Simulation,
  type SimulationRequest,
  simulate,
} from './simulate.ts';
export { type SimulationSummary, type Spans, summarize } from './summary.ts';
export type { VirtualBuilder } from './virtual-builder.ts';
