import { isFault, type Problem, ProblemError } from '../diagnostics/index.ts';
import {
  type FoundPackage,
  foundValue,
  openFound,
  type PackageFolder,
  presumedVersion,
  readPackageFolder,
} from '../ebins/index.ts';
import { packageNameOf, parsePackageId } from '../formats/gentoo/index.ts';
import { entryFacts, hashStream, isDiskFull, readPieces } from '../host/index.ts';
import { atOnce, compareBytes } from '../primitives/index.ts';
import type { GenerateRequest } from './contract.ts';
import type { GeneratorState, KnownFile } from './state.ts';

/** A package file that can be used, and where it was found. */
export interface GatheredBuild {
  readonly folder: PackageFolder;
  readonly found: FoundPackage;
  readonly known: KnownFile;
  /** The tarball with its debug data and sources, when there is one (specification 5.2). */
  readonly debug?: DebugTarball | undefined;
}

/** A tarball that FEATURES=packdebug made. */
export interface DebugTarball {
  readonly file: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** All packages of some folders. */
export interface Gathered {
  /** By version. */
  readonly versions: ReadonlyMap<string, readonly GatheredBuild[]>;
  /** Versions of which a file cannot be used, with why. */
  readonly refused: ReadonlyMap<string, readonly Problem[]>;
  /** Sonames of all packages, as their metadata spells them; gathered with `sonameCheck` only. */
  readonly provided: readonly string[];
  /** Those that belong to no version. */
  readonly problems: readonly Problem[];
  /** Whether no folder has any package, asked for or not. */
  readonly isEmpty: boolean;
}

/** Whether atoms ask for a version: there are none, or one of them is it or its package (specification 10.7). */
export function isWanted(cpv: string, atoms: readonly string[]): boolean {
  const name = packageNameOf(cpv);
  return atoms.length === 0 || atoms.includes(cpv) || (name !== undefined && atoms.includes(name));
}

async function readFacts(build: Omit<GatheredBuild, 'known'>, request: GenerateRequest): Promise<KnownFile> {
  const { folder, found } = build;
  const { hashes } = await hashStream(readPieces(found.file), ['sha512']);
  const opened = await openFound(folder, found, { ...request.options.open, check: 'metadata' });
  return {
    sizeBytes: found.sizeBytes,
    modifiedMs: found.modifiedMs,
    sha512: hashes['sha512'] ?? '',
    cpv: opened.cpv,
    buildId: opened.buildId,
    repository: opened.metadata['repository'] ?? '',
    requires: opened.metadata['REQUIRES'] ?? '',
    provides: opened.metadata['PROVIDES'] ?? '',
  };
}

/** The tarball of a build: `category/name/PF-BUILD_ID-debug.tar.xz` below the folder. Throws SYS004. */
function debugTarball(folder: string | undefined, { cpv, buildId }: KnownFile): DebugTarball | undefined {
  const id = parsePackageId(cpv);
  if (folder === undefined || buildId === undefined || !id) return undefined;
  const pf = cpv.slice(cpv.indexOf('/') + 1);
  const file = `${folder}/${id.category}/${id.name}/${pf}-${buildId}-debug.tar.xz`;
  const facts = entryFacts(file);
  if (facts?.kind !== 'file') return undefined;
  return { file, sizeBytes: facts.sizeBytes, modifiedMs: facts.modifiedMs };
}

/** What a package that is not asked for provides: others may need it. One that cannot be read provides nothing. */
async function providesOf({ folder, found }: Omit<GatheredBuild, 'known'>): Promise<string> {
  if (found.stanza) return foundValue(folder, found, 'PROVIDES');
  try {
    return (await openFound(folder, found, { check: 'metadata' })).metadata['PROVIDES'] ?? '';
  } catch (error) {
    if (!(error instanceof ProblemError) || isOfTheMachine(error)) throw error;
    return '';
  }
}

/** Whether everything is at stake, and not only one package: on a full disk the next one fares no better. */
export const isOfTheMachine = (error: unknown): boolean =>
  isDiskFull(error) || isFault(error, 'SYS001', 'SYS002', 'SYS003');

/**
 * Finds the packages of all folders (specification 2.1). Files that are as a run before has left them are not read again.
 * Throws EBN001 for a damaged index, EBN012, SYS001 to SYS004.
 */
export async function gather(request: GenerateRequest, state: GeneratorState): Promise<Gathered> {
  const versions = new Map<string, GatheredBuild[]>();
  const lacking = [...(request.lacking ?? [])].filter(([cpv]) => isWanted(cpv, request.atoms));
  const refused = new Map(lacking.map(([cpv, why]) => [cpv, [...why]]));
  const folders = [...new Set(request.pkgdirs)].sort(compareBytes).map(readPackageFolder);
  // what an index says of a package that is not asked for stops nothing
  const problems: Problem[] = folders
    .flatMap((folder) => folder.problems)
    .filter(({ cpv }) => cpv === undefined || isWanted(cpv, request.atoms));
  const all = folders.flatMap((folder) => folder.packages.map((found) => ({ folder, found })));
  const seen = new Set<string>();
  const { sonameCheck, packdebugDir } = request.options;
  const provided = [...(request.provided ?? [])];
  await atOnce(all, { most: 2, signal: request.signal }, async (one) => {
    const { file, sizeBytes, modifiedMs } = one.found;
    const presumed = presumedVersion(one.found);
    if (presumed !== undefined && !isWanted(presumed, request.atoms)) {
      if (sonameCheck) provided.push(await providesOf(one));
      return;
    }
    seen.add(file);
    let known = state.files.get(file);
    try {
      if (known?.sizeBytes !== sizeBytes || known.modifiedMs !== modifiedMs) {
        known = await readFacts(one, request);
        state.files.set(file, known);
      }
      const list = versions.get(known.cpv) ?? [];
      versions.set(known.cpv, list);
      provided.push(known.provides);
      if (isWanted(known.cpv, request.atoms))
        list.push({ ...one, known, debug: debugTarball(packdebugDir, known) });
    } catch (error) {
      if (!(error instanceof ProblemError) || isOfTheMachine(error)) throw error;
      state.files.delete(file);
      if (presumed === undefined) problems.push(error.problem);
      else refused.set(presumed, [...(refused.get(presumed) ?? []), error.problem]);
    }
  });
  request.signal?.throwIfAborted();
  const gone = [...state.files.keys()].filter((file) => !seen.has(file) && isBelow(file, folders));
  if (request.atoms.length === 0) for (const file of gone) state.files.delete(file);
  const isEmpty = all.length === 0 && refused.size === 0;
  return { versions: sorted(versions), refused, provided, problems, isEmpty };
}

const isBelow = (file: string, folders: readonly PackageFolder[]): boolean =>
  folders.some(({ folder }) => file.startsWith(`${folder}/`));

function sorted(versions: ReadonlyMap<string, GatheredBuild[]>): Map<string, GatheredBuild[]> {
  const entries = [...versions].filter(([, builds]) => builds.length > 0);
  for (const [, builds] of entries) builds.sort((a, b) => compareBytes(a.found.file, b.found.file));
  return new Map(entries.sort(([a], [b]) => compareBytes(a, b)));
}
