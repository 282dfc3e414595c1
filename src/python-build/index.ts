export {
  type BuildEvent,
  type BuildOptions,
  ResourceBuild,
  type ResourceBuildReport,
  type ResourceFailure,
} from './build-resources.ts';
export { readSelection, type Selection, usualBase } from './dockerfile.ts';
export type { BuildItem, Executor, ExecutorWork } from './executor.ts';
export { type ListedPackage, readPackageList } from './package-list.ts';
export { readStubs, type StubReading, stubRoots } from './read-stubs.ts';
export { type SetUpReport, setUp, specialFolder } from './set-up.ts';
export { translateShard } from './symbol-graph.ts';
