// The door of ebins: what a command needs is loaded when it runs.
import type {
  GenerateRequest,
  GenerateResult,
  Scan,
  ScanRequest,
  Verification,
  VerifyOptions,
} from '../../ebin-repository/index.ts';
import type { OpenOptions } from '../../ebins/index.ts';
import type { Inspection } from './inspect-package.ts';

export type {
  EbinsSettings,
  FeaturesChange,
  GenerateEvent,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  MaskChange,
  PackageReport,
  Scan,
  Selected,
  Verification,
} from '../../ebin-repository/index.ts';
export {
  collectObjects,
  keepMask,
  mapFeatures,
  readRequest,
  readSettings,
  selectNearest,
} from '../../ebin-repository/index.ts';
export {
  answerDistfile,
  type DistfileAnswer,
  repositoryName,
  type ServedEbins,
  snapshotTree,
  type TreeFileAnswer,
  type TreeSnapshot,
  treeFile,
  treeVersion,
} from './ebin-files.ts';
export { type EbinLook, EbinRepositories, lookAtEbins, type ShownRepository } from './ebin-look.ts';
export type { Inspection } from './inspect-package.ts';

/** `packmill ebin generate`: see `generate` of the room. */
export async function generateEbins(request: GenerateRequest): Promise<GenerateResult> {
  return await (await import('../../ebin-repository/index.ts')).generate(request);
}

/** `packmill ebin scan`: see `scan` of the room. */
export async function scanBuilds(request: ScanRequest): Promise<Scan> {
  return await (await import('../../ebin-repository/index.ts')).scan(request);
}

/** `packmill ebin verify`: see `verify` of the room. */
export async function verifyEbins(repository: string, options: VerifyOptions): Promise<Verification> {
  return await (await import('../../ebin-repository/index.ts')).verify(repository, options);
}

/** `packmill ebin inspect`: see `inspectPackage`. */
export async function inspectPackage(file: string, options: OpenOptions): Promise<Inspection> {
  return await (await import('./inspect-package.ts')).inspectPackage(file, options);
}
