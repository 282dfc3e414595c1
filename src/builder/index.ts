export { type AttemptEnd, type BuilderOptions, type Room, runBuilder, type Workplace } from './builder.ts';
export { passingTrouble } from './passing-trouble.ts';
export { HttpTransport } from './remote/http-transport.ts';
export { type LandedFile, ManagerLink, type ManagerLinkOptions } from './remote/order-line.ts';
export { keepPresent, type PresenceOptions } from './remote/presence.ts';
export type {
  AttemptPass,
  ResultsTransport,
  TransportScene,
  TravellingObject,
} from './remote/results-transport.ts';
export { SftpTransport } from './remote/sftp-transport.ts';
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
