export { type ExplorationRecord, explorationKey, readRecord } from './exploration-record.ts';
export {
  type Exploration,
  type ExplorationInput,
  type ExplorationLimits,
  type ExplorationOptions,
  explore,
  standardLibrary,
  troubleProblem,
} from './explore.ts';
export { type GraphSummary, type ValidationReport, validateGraph } from './graph-file.ts';
export {
  distributionAt,
  type Installed,
  type InstallInput,
  type InstallSource,
  installDistribution,
} from './install.ts';
export type { PythonCage, PythonEnvironment } from './python-environment.ts';
