export { type Admitted, admitPlan } from './admission.ts';
export type { Decide, DecisionInput, DecisionResult } from './decision.ts';
export {
  type BegunAttempt,
  Dispatcher,
  type DispatcherOptions,
  type DispatcherPolicy,
  type FailedDependency,
  type ServiceTerms,
} from './dispatcher.ts';
export { type AttemptFacts, type Effects, Motion, type MotionPolicy } from './motion.ts';
export type { DispatchRecord } from './record.ts';
export type { RecoveryReport } from './recovery.ts';
export { type OpenWork, VirtualRecord } from './virtual-record.ts';
