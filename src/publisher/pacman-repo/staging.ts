import { fault } from '../../diagnostics/index.ts';
import { type DatabaseEntry, entryFromPackage } from '../../formats/pacman/index.ts';
import {
  bytesIfThere,
  ensureFolder,
  entryFacts,
  linkNew,
  removeTree,
  writeDurably,
} from '../../host/index.ts';
import type { Signer } from '../../signer/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { generationName } from '../generation-name.ts';
import type { Admitted } from './admission.ts';
import type { Places } from './places.ts';
import type { PublishedFile } from './record.ts';

/** New packages with their signatures in a folder of their own, before anything else is touched. */
export interface Staged {
  readonly folder: string;
  /** By package name. */
  readonly entries: ReadonlyMap<string, DatabaseEntry>;
  /** By file name, for the record. */
  readonly files: ReadonlyMap<string, PublishedFile>;
  /** Names of the files beside them. */
  readonly companions: readonly string[];
}

export const stagingPrefix = '.staging-';

export const stagingFolder = (places: Places, number: number): string =>
  `${places.generations}/${stagingPrefix}${generationName(number)}`;

/**
 * Links the packages out of the store and signs them; a package that was published before keeps its signature, so
 * that a file name has one signature for ever. Throws STO001, STO002, PUB002 and what the signer throws.
 */
export async function stagePackages(
  places: Places,
  number: number,
  add: Iterable<Admitted>,
  services: { readonly store: ObjectStore; readonly signer: Signer },
): Promise<Staged> {
  const folder = stagingFolder(places, number);
  await removeTree(folder);
  ensureFolder(folder);
  const items = [...add];
  const unsigned: string[] = [];
  const companions: string[] = [];
  for (const { source, before } of items) {
    const path = `${folder}/${source.fileName}`;
    linkNew(await services.store.path(source.object), path);
    const sizeBytes = entryFacts(path)?.sizeBytes;
    if (sizeBytes !== source.sizeBytes) {
      const what = `'${source.fileName}' has ${sizeBytes} bytes in the store, ${source.sizeBytes} were announced`;
      throw fault('PUB002', { what });
    }
    for (const { suffix, object } of source.companions ?? []) {
      companions.push(`${source.fileName}${suffix}`);
      linkNew(await services.store.path(object), `${path}${suffix}`);
    }
    if (before) writeDurably(`${path}.sig`, before.signature);
    else unsigned.push(path);
  }
  await services.signer.signFiles(unsigned);
  const entries = new Map<string, DatabaseEntry>();
  const files = new Map<string, PublishedFile>();
  for (const { source, pkginfo } of items) {
    const signature = bytesIfThere(`${folder}/${source.fileName}.sig`);
    if (!signature) throw fault('PUB021', { what: `there is no signature of '${source.fileName}'` });
    files.set(source.fileName, { sha256: source.object, signature });
    entries.set(pkginfo.pkgname, entryFromPackage({ ...source, pkginfo, sha256: source.object, signature }));
  }
  return { folder, entries, files, companions };
}
