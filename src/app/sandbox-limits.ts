import type { FarmConfig } from '../config/index.ts';
import type { SandboxLimits } from '../sandbox/index.ts';

/** What the settings of a farm let one command in a sandbox have; times in milliseconds. */
export const sandboxLimits = ({ sandbox }: Pick<FarmConfig, 'sandbox'>): SandboxLimits => ({
  timeoutMs: sandbox.timeout,
  killGraceMs: sandbox['kill-grace'],
  memoryBytes: sandbox.memory,
  processes: sandbox.processes,
  outputBytes: sandbox['log-limit'],
});
