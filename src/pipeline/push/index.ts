// The door of runs that are over in a moment: nothing of timers, upstreams and forges is loaded behind it.
export type { UploadToAur } from '../awaited-uploads.ts';
export { type ByHandReport, scheduleByHand, triggerRun } from '../by-hand.ts';
export { ciFacts } from '../ci-facts.ts';
export { type DeliveryReport, deliverWaiting, discardWaiting } from '../deliver.ts';
export { type Delivery, type HandOverPort, isOutOfReach } from '../hand-over.ts';
export { type OnCommitReport, onCommit } from '../on-commit.ts';
export type { PipelineContext } from '../pipeline-context.ts';
export { readRecipeRepository } from '../recipe-repository.ts';
export { fetchRemoteRefs } from '../state-branch.ts';
