export type { AttemptLog } from './attempt-log.ts';
export { type LogOptions, openAttemptLog, ownLineMarker } from './attempt-log-file.ts';
export { type ErrorExcerpt, findErrorExcerpt } from './error-excerpt.ts';
export { type LogSubject, logPath } from './log-path.ts';
export { type FollowOptions, followLog, type LogPhase, readLog, readPhases, tailText } from './reading.ts';
export { type Pruned, pruneLogs, type RetentionOptions } from './retention.ts';
