// The door of commands that build stages.
export {
  buildTarget,
  plansFor,
  type ResolvedTarget,
  type RunEnd,
  type RunRequest,
  runTargets,
  type StageEvent,
  type StageHands,
  type StageOutcome,
  type StagePlan,
  type StageRecord,
  type SubarchStatus,
  statusOf,
  type TargetEnd,
  type TargetView,
  type Verification,
  verifyTarget,
  viewTargets,
} from '../../stages/index.ts';
export { diskControl, openStages, runRequest, type StagesRequest } from './open-stages.ts';
