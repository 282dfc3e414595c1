export type { ExplorationInput, ExplorationLimits, ExplorationOptions } from './exploration-input.ts';
export {
  contentDigest,
  explorerDigest,
  interpreterFacts,
  minorVersionOf,
  standardFolderOf,
} from './exploration-record.ts';
export { type Exploration, explore, troubleProblem, troubleProblems } from './explore.ts';
export { type GraphSummary, type ValidationReport, validateGraph } from './graph-file.ts';
export { graphHeader } from './graph-header.ts';
export {
  distributionAt,
  type Installed,
  type InstallInput,
  type InstallSource,
  installDistribution,
} from './install.ts';
export { type PythonCage, type PythonEnvironment, probeFolder } from './python-environment.ts';
export { sitesOfRoot } from './sites-of-root.ts';
