import type { AbiToRecord } from '../../database/index.ts';
import { isFault, type Problem } from '../../diagnostics/index.ts';
import { nextTurn } from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { Attribution } from './attribution.ts';
import { abiReader, readAbi } from './reading.ts';

/** A package of the store whose binary interface is to be known. */
export interface PackageToScan {
  readonly fileName: string;
  readonly object: Digest;
  readonly sizeBytes?: number | undefined;
}

export interface ScanReport {
  /** Packages that were read, and those that were known. */
  readonly read: number;
  readonly known: number;
  /** Bytes of the files that were read. */
  readonly bytes: number;
  /** Packages that could not be read: their dependants are judged by sonames of the recipes alone. */
  readonly problems: readonly Problem[];
}

type AbiFarm = Pick<Farm, 'database' | 'store' | 'repositories'>;

/** So many packages are written down at once. */
const batchSize = 64;

export interface ScanOptions {
  /** Read what is known, too. */
  readonly again?: boolean | undefined;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads packages that are not known yet and records what they provide and need. Those that cannot be read are
 * reported and left out.
 */
export async function scanPackages(
  farm: AbiFarm,
  of: TargetRef,
  packages: readonly PackageToScan[],
  options: ScanOptions = {},
): Promise<ScanReport> {
  const { abi } = farm.database;
  const isKnown = knownObjects(farm, packages.length);
  const wanted = packages.filter(({ object }) => options.again || !isKnown(object));
  const problems: Problem[] = [];
  const fresh: Digest[] = [];
  let batch: AbiToRecord[] = [];
  let bytes = 0;
  const write = (): void => {
    abi.record(batch);
    fresh.push(...batch.map(({ object }) => object));
    batch = [];
  };
  for (const [index, { object, fileName, sizeBytes = 0 }] of wanted.entries()) {
    if (options.signal?.aborted) break;
    try {
      batch.push(await readAbi({ path: await farm.store.path(object), fileName, object }));
      bytes += sizeBytes;
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(error.problem);
    }
    options.onProgress?.(index + 1, wanted.length);
    if (batch.length >= batchSize) write();
  }
  write();
  await attributeFresh(farm, of, { fresh, beside: packages });
  return { read: fresh.length, known: packages.length - wanted.length, bytes, problems };
}

/** Whether this reader has read an object; few are looked up one by one. */
function knownObjects({ database }: AbiFarm, count: number): (object: Digest) => boolean {
  if (count < 500) return (object) => (database.abi.package(object)?.reader ?? 0) >= abiReader;
  const known = database.abi.known(abiReader);
  return (object) => known.has(object);
}

/** Says for new packages where their references lead: into what is published, and into what comes with them. */
async function attributeFresh(
  farm: AbiFarm,
  of: TargetRef,
  { fresh, beside }: { readonly fresh: readonly Digest[]; readonly beside: readonly PackageToScan[] },
): Promise<void> {
  const { abi } = farm.database;
  const idOf = (object: Digest): number | readonly number[] => abi.package(object)?.id ?? [];
  const ids = fresh.flatMap(idOf).filter((id) => abi.loose(id).length > 0);
  if (ids.length === 0) return;
  const stands = new Set([...beside.flatMap(({ object }) => idOf(object)), ...publishedIds(farm, of).keys()]);
  const attribution = new Attribution(abi, (id) => stands.has(id));
  for (const [index, id] of ids.entries()) {
    attribution.attribute(id);
    if (index % batchSize === batchSize - 1) await nextTurn();
  }
}

/** Names of the packages that stand published and are recorded, by their numbers in the record. */
export function publishedIds(
  farm: Pick<Farm, 'database' | 'repositories'>,
  { target, arch }: TargetRef,
): ReadonlyMap<number, string> {
  const known = farm.database.abi.known(0);
  const ids = new Map<number, string>();
  for (const { name, object } of farm.repositories.members(target, arch)) {
    const id = object && known.get(object);
    if (id !== undefined) ids.set(id, name);
  }
  return ids;
}

/** Reads what is published of a target and not known, and looks again for what references lead to. */
export async function scanTarget(
  farm: AbiFarm,
  of: TargetRef,
  options: ScanOptions = {},
): Promise<ScanReport> {
  const members = farm.repositories.members(of.target, of.arch);
  const packages = members.flatMap(({ fileName, object }): PackageToScan[] =>
    object ? [{ fileName, object, sizeBytes: undefined }] : [],
  );
  const report = await scanPackages(farm, of, packages, options);
  const ids = publishedIds(farm, of);
  const attribution = new Attribution(farm.database.abi, (id) => ids.has(id));
  let turn = 0;
  for (const id of ids.keys()) {
    attribution.attribute(id);
    turn += 1;
    if (turn % batchSize === 0) await nextTurn();
  }
  return report;
}
