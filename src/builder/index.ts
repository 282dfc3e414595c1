export { type AttemptEnd, type BuilderOptions, runBuilder, type Workplace } from './builder.ts';
export {
  type ArtifactIndex,
  type DependencyPolicy,
  type ResolvedDependencies,
  resolveDependencies,
} from './resolve-dependencies.ts';
export {
  type AttemptInput,
  type AttemptResult,
  remarkDependencies,
  runAttempt,
  type SandboxPolicy,
} from './run-attempt.ts';
