// The door of ebins: what a command needs is loaded when it runs.
import type {
  GenerateRequest,
  GenerateResult,
  Scan,
  ScanRequest,
  UseTable,
  Verification,
  VerifyOptions,
} from '../../ebin-repository/index.ts';
import type { OpenOptions } from '../../ebins/index.ts';
import { type BinhostOptions, isBinhost } from './binhost-address.ts';
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
  strangeWords,
} from '../../ebin-repository/index.ts';
export { type BinhostOptions, isBinhost, usualBinhostCache } from './binhost-address.ts';
export {
  answerDistfile,
  type DistfileAnswer,
  type ServedEbins,
  servedName,
  snapshotTree,
  type TreeFileAnswer,
  type TreeSnapshot,
  treeFile,
  treeVersion,
} from './ebin-files.ts';
export { type EbinLook, EbinRepositories, lookAtEbins, type ShownRepository } from './ebin-look.ts';
export type { Inspection } from './inspect-package.ts';

/**
 * `packmill ebin generate`: see `generate` of the room. Addresses of binhosts among the folders are fetched into `cache` first:
 * see `mirrorBinhost`.
 */
export async function generateEbins(
  request: GenerateRequest,
  binhosts: BinhostOptions = {},
): Promise<GenerateResult> {
  const { generate } = await import('../../ebin-repository/index.ts');
  if (!request.pkgdirs.some(isBinhost)) return await generate(request);
  return await generate(await (await import('./binhosts.ts')).withFetched(request, binhosts));
}

/** `packmill ebin scan`: see `scan` of the room. Of binhosts only the index is read. */
export async function scanBuilds(request: ScanRequest, binhosts: BinhostOptions = {}): Promise<Scan> {
  const { scan } = await import('../../ebin-repository/index.ts');
  if (!request.pkgdirs.some(isBinhost)) return await scan(request);
  return await scan(await (await import('./binhosts.ts')).withOffered(request, binhosts));
}

/** Flags of the ebins that atoms ask for, as the Portage of this system has them set: see `askPortage`. Throws EBN084, EBN091. */
export async function flagsOfSystem(repository: string, atoms: readonly string[]): Promise<UseTable> {
  const { name, cpvs } = (await import('../../ebin-repository/index.ts')).listEbins(repository, atoms);
  return await (await import('./ask-portage.ts')).askPortage(name, cpvs);
}

/** `packmill ebin verify`: see `verify` of the room. */
export async function verifyEbins(repository: string, options: VerifyOptions): Promise<Verification> {
  return await (await import('../../ebin-repository/index.ts')).verify(repository, options);
}

/** `packmill ebin inspect`: see `inspectPackage`. */
export async function inspectPackage(file: string, options: OpenOptions): Promise<Inspection> {
  return await (await import('./inspect-package.ts')).inspectPackage(file, options);
}
