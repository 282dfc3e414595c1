export { machineArch, nativeArches } from './architecture.ts';
export { formatBytes } from './byte-count.ts';
export { type Conceal, concealing, secretsOfAddress } from './conceal.ts';
export { type Digest, parseDigest } from './digest.ts';
export { formatDuration } from './duration.ts';
export type { AttemptId, BuilderName, JobId, JobIdParts, PlanId, RunId } from './ids.ts';
export { attemptId, builderName, jobId, parseJobId } from './ids.ts';
export { nearestNames, nearestWords } from './nearest-names.ts';
export { buildClassOf, type RequestedName, readRequestedName } from './requested-name.ts';
