export { IncrementalBuild } from './build.ts';
export { type Reason, reasonWords } from './reasons.ts';
export type { Memory } from './remember.ts';
export type { BuildEvent, BuildFailure, BuildOptions, BuildReport, IncrementalInput } from './report.ts';
export type { Input, MakeContext, Target } from './target.ts';
