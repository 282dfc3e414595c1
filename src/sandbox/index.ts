export type {
  SandboxCommand,
  SandboxDriver,
  SandboxEnd,
  SandboxLimits,
  SandboxMount,
  SandboxResult,
  SandboxRoot,
  SandboxRun,
} from './sandbox-driver.ts';
