export {
  type BuildEvent,
  type BuildFailure,
  type BuildOptions,
  type BuildReport,
  IncrementalBuild,
  type IncrementalInput,
} from './build.ts';
export { type Reason, reasonWords } from './reasons.ts';
export type { Input, MakeContext, Target } from './target.ts';
