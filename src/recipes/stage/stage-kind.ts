import type { JobContext, JobRun, Outcome, RecipeKind } from '../../model/index.ts';
import { compareText } from '../../primitives/index.ts';
import type { StageDetails } from './stage-recipe.ts';

/** Makes what a recipe of stages says. */
export type StageMaker = (context: JobContext<StageDetails>, run: JobRun) => Promise<Outcome>;

/** Stages as a kind of the engine: a job is a target, and needs the target that it begins with. */
export function createStageKind(make: StageMaker): RecipeKind<StageDetails> {
  return {
    name: 'stage',
    satisfies: () => true,
    compareVersions: compareText,
    parseNeed: (text) => ({ phase: 'build', name: text, text }),
    parseOffer: (text) => ({ name: text, version: undefined }),
    timeoutFactor: () => 1,
    keepsSources: () => false,
    stage: () => Promise.reject(new Error('stages are made as a whole')),
    perform: make,
  };
}
