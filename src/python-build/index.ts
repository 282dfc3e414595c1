export {
  type BuildEvent,
  type BuildOptions,
  type Explanation,
  ResourceBuild,
  type ResourceBuildReport,
  type ResourceFailure,
} from './build-resources.ts';
export type { BuilderNeed } from './builder-needs.ts';
export { allBuilders, builderOf, runAlone } from './builders.ts';
export { type CollectedCorpora, type CorpusCollecting, collectCorpora } from './collect-corpora.ts';
export { readSelection, type Selection, usualBase } from './dockerfile.ts';
export type { BuildItem, Executor, ExecutorWork } from './executor.ts';
export { type ListedPackage, readPackageList } from './package-list.ts';
export { readSources, readStubs, type SourceTree, type StubReading, stubRoots } from './read-stubs.ts';
export type { BuilderOrder, ResourceBuilder } from './resource-builder.ts';
export { type SetUpReport, setUp, specialFolder } from './set-up.ts';
export { translateShard } from './symbol-graph.ts';
export type { LeftOut } from './whole-targets.ts';
