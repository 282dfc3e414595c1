import type { Problem } from '../diagnostics/index.ts';
import type { WorkingCopy } from '../git/index.ts';
import type { Clock } from '../host/index.ts';
import type { CiFacts } from './ci-facts.ts';
import type { RecipeRepository } from './recipe-repository.ts';

/** What every run of a pipeline works with. */
export interface PipelineContext {
  readonly copy: WorkingCopy;
  /** The repository at `HEAD`, the commit that the run is for. */
  readonly repository: RecipeRepository;
  readonly ci: CiFacts;
  readonly clock: Clock;
  /** Told of problems of single packages and of warnings as they are found. */
  readonly report: (problem: Problem) => void;
  /** Told what is going on, in one line. */
  readonly tell: (line: string) => void;
}
