export { collectObjects } from './collect.ts';
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
export { originIn } from './disk-package.ts';
export { type FeaturesChange, type FeaturesRequest, featureFlags, mapFeatures } from './features.ts';
export { isWanted } from './gather.ts';
export { generate } from './generate.ts';
export {
  type KnownEbin,
  type KnownEbins,
  type MatrixMemory,
  MatrixReader,
  type MemoryPart,
  type MemorySource,
  memoryOf,
  type RefusedVersion,
} from './matrix-reader.ts';
export { readMemoryPart } from './memory-part.ts';
export { type EbinsSettings, readRequest, readSettings } from './request.ts';
export { type Scan, type ScannedVersion, type ScanRequest, scan } from './scan.ts';
export {
  keepMask,
  listEbins,
  type MaskChange,
  repositoryName,
  type Selected,
  selectNearest,
  strangeWords,
  type UseTable,
} from './select.ts';
export { requireRepository, type Verification, type VerifyOptions, verify } from './verify.ts';
