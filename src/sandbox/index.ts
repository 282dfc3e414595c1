export { checkSandbox } from './readiness.ts';
export { unpackRoot } from './root-archive.ts';
export { describeRoot, type RootFacts } from './root-facts.ts';
export type { RootCommand, RootRequest, RootSession, RootSessions } from './root-session.ts';
export type {
  LayerContents,
  SandboxCapability,
  SandboxCommand,
  SandboxDriver,
  SandboxEnd,
  SandboxLimits,
  SandboxMount,
  SandboxResult,
  SandboxRoot,
  SandboxRun,
} from './sandbox-driver.ts';
