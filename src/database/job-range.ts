import type { JobId } from '../primitives/index.ts';

/** The ids of all jobs of a target and an architecture: from the first one on, and before the second one. */
export const jobRange = (target: string, arch: string): [from: JobId, before: JobId] =>
  // '0' follows '/' in the order of bytes
  [`${target}/${arch}/` as JobId, `${target}/${arch}0` as JobId];
