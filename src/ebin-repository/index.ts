export type {
  Diagnostic,
  FileChange,
  GenerateEvent,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  ObjectChange,
  PackageReport,
} from './contract.ts';
export { generate } from './generate.ts';
