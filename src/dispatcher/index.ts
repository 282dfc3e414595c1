export type { Admitted } from './admission.ts';
export type { Decide, DecisionInput, DecisionResult } from './decision.ts';
export {
  type BegunAttempt,
  Dispatcher,
  type DispatcherOptions,
  type DispatcherPolicy,
  type FailedDependency,
  type ServiceTerms,
} from './dispatcher.ts';
export type { AttemptFacts } from './motion.ts';
export type { RecoveryReport } from './recovery.ts';
