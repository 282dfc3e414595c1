import type { BuilderView, JobForecastView, UpkeepRun } from '../../../api/index.ts';
import type { FarmDatabase, JobRecord, PlanHead } from '../../../database/index.ts';
import type { Plan, PlannedJob } from '../../../model/index.ts';
import { type AttemptId, type JobId, parseJobId } from '../../../primitives/index.ts';

/** What a target shows now. */
export interface VisibleTarget {
  readonly generation: number;
  /** Versions by package name; undefined where the target keeps none. */
  readonly versions: ReadonlyMap<string, string> | undefined;
}

/** The class of a failure, the line that shows it, and what to do. */
export interface FailureWords {
  readonly title: string;
  readonly line: string | undefined;
  readonly advice: string;
}

/** Everything that an answer to "why" is put together from. */
export interface WhyScene {
  readonly database: FarmDatabase;
  readonly nowMs: number;
  /** Whether anybody gives jobs to builders now. */
  readonly isManaged: boolean;
  readonly builders: readonly BuilderView[];
  readonly isOwn: (name: string) => boolean;
  readonly usualArch: string;
  /** What is foreseen of a job by the key of its row. */
  readonly forecastOf: (key: number) => JobForecastView | undefined;
  /** Lines about what is the matter with the farm: `publishing: ...`. */
  readonly troubles: readonly string[];
  readonly visible: (target: string, arch: string) => VisibleTarget | undefined;
  /** The newest runs of a source's upkeep, and whether it is paused. */
  readonly upkeepOf: (
    source: string,
  ) => { readonly paused: boolean; readonly runs: readonly UpkeepRun[] } | undefined;
  /** What the log of an attempt says of its failure. */
  readonly failureOf: (attempt: AttemptId) => FailureWords | undefined;
  /** How this job is called on a command line. */
  readonly nameOf: (job: JobId) => string;
}

/** The job that is asked about. */
export interface WhySubject {
  readonly job: JobRecord;
  readonly planned: PlannedJob;
  readonly plan: Plan;
  readonly head: PlanHead;
}

export const shortName = (id: string): string => parseJobId(id)?.name ?? id;

/** `2026-11-27 18:03 UTC`. */
export const timeText = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
