// The door of commands that build stages.

export {
  cleanMirror,
  type ImportReport,
  type LatestState,
  latestStates,
  type Mirror,
  type MirrorCheck,
  type MirrorSubarch,
  type NextBuild,
  type Removal,
  type RetentionRules,
  readMirror,
  rollBackLatest,
  visibleState,
} from '../../stage-mirror/index.ts';
export {
  plansFor,
  type RunEnd,
  type RunRequest,
  runTargets,
  type StageEvent,
  type StageHands,
  type StageOutcome,
  type StagePlan,
  type StageRecord,
  type SubarchStatus,
  snapshotFor,
  statusOf,
  type TargetEnd,
  type TargetView,
  type Tidied,
  tidyState,
  type Verification,
  verifyTarget,
  viewTargets,
} from '../../stages/index.ts';
export {
  checkMirror,
  nextOf,
  type SeedRequest,
  takeMirror,
  takeSeed,
  toRemove,
} from './mirror.ts';
export { openStages, runRequest, type StagesRequest } from './open-stages.ts';
