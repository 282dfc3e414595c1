import type { Problem } from '../diagnostics/index.ts';
import type { WorkingCopy } from '../git/index.ts';
import type { Clock } from '../host/index.ts';
import type { CiFacts } from './ci-facts.ts';

/** What every run of a pipeline works with. */
export interface PipelineContext {
  readonly copy: WorkingCopy;
  readonly ci: CiFacts;
  /** The environment, for settings that the repository does not state. */
  readonly variable: (name: string) => string | undefined;
  readonly clock: Clock;
  /** Told of problems of single packages and of warnings as they are found. */
  readonly report: (problem: Problem) => void;
  /** Told what is going on, in one line. */
  readonly tell: (line: string) => void;
}

/** The tag up to which every commit was looked at (specification 1.3). */
export const scheduledTag = 'refs/tags/scheduled';
