export * from './build-history.ts';
export * from './builder-protocol.ts';
export * from './ebin-requests.ts';
export * from './ebin-views.ts';
export * from './farm-events.ts';
export * from './farm-views.ts';
export * from './hand-over.ts';
export * from './health.ts';
export * from './job-commands.ts';
export * from './json-schema.ts';
export * from './log-requests.ts';
export * from './object-transfer.ts';
export * from './package-checks.ts';
export * from './problem-body.ts';
export * from './python-symbols.ts';
export * from './read-message.ts';
export * from './schedule.ts';
export {
  type StageResultView,
  type StageSourceView,
  type StageSubarchView,
  stageSourcesSchema,
} from './stage-views.ts';
export * from './upkeep-views.ts';
