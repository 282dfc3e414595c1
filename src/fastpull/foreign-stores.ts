import { isFault } from '../diagnostics/index.ts';
import { copyHashingThrice, namesIn, removeEntry } from '../host/index.ts';
import { differenceOf, readHashes } from './blos.ts';
import type { FastpullParts } from './open-fastpull.ts';
import { FileBackend, shelvedPath } from './record-backend.ts';
import { collectionKeys, type KeySpecification, RecordStore } from './record-store.ts';

export interface ImportReport {
  readonly objects: number;
  readonly records: number;
  /** Names of records and objects that could not be taken, and why. */
  readonly refused: readonly { readonly name: string; readonly words: string }[];
}

/**
 * Takes over what a folder `stores` of another program or workspace holds. Objects are copied, never linked (their owner may
 * write to them), and only when all their hashes agree; records only when their index is right. What is here already stays.
 */
export async function importStores(
  parts: FastpullParts,
  folder: string,
  incoming: string,
): Promise<ImportReport> {
  const refused: { name: string; words: string }[] = [];
  const report = { objects: 0, records: 0, refused };
  const open = (name: string, key: KeySpecification): RecordStore =>
    new RecordStore({
      name,
      key,
      backend: new FileBackend(`${folder}/${name}`, parts.random),
      onProblem: ({ what }) => refused.push({ name, words: what }),
    });
  for (const { index, record } of open('blos', collectionKeys.blos).records()) {
    const hashes = readHashes(record);
    const source = `${folder}/blos/${shelvedPath(index)}.blob`;
    if (parts.blos.find(index)) continue;
    const temporary = `${incoming}/${parts.random.hex(12)}`;
    try {
      const found = await copyHashingThrice(source, temporary, 0o444);
      const difference = hashes ? differenceOf(found, hashes) : 'its record is incomplete';
      if (difference) refused.push({ name: index, words: difference });
      else {
        await parts.blos.admit(temporary, found);
        report.objects += 1;
      }
    } catch (error) {
      if (!isFault(error, 'SYS004')) throw error;
      refused.push({ name: index, words: error.problem.what });
    } finally {
      removeEntry(temporary);
    }
  }
  const collections = [
    ...scopes(folder, 'integrity').map((name) => ({ name, key: collectionKeys.integrity })),
    ...scopes(folder, 'dynamic').map((name) => ({ name, key: collectionKeys.dynamic })),
    { name: 'fetch_cache', key: collectionKeys.pages },
  ];
  for (const { name, key } of collections) {
    const own = parts.records(name, key);
    for (const { index, record } of open(name, key).records()) {
      if (own.read(index)) continue;
      await own.write(record);
      report.records += 1;
    }
  }
  return report;
}

const scopes = (folder: string, kind: string): string[] =>
  namesIn(`${folder}/${kind}`)
    .filter((name) => /^\w/.test(name))
    .map((name) => `${kind}/${name}`)
    .sort();
