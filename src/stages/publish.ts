import { dirname, relative } from 'node:path';
import {
  ensureFolders,
  entryFacts,
  fsyncDirectory,
  linkDestination,
  linkNew,
  removeEntry,
  renameEntry,
  replaceFile,
  replaceSymlink,
  systemRandom,
  textIfThere,
} from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import type { StagePlan, StageRecord } from './contract.ts';
import { compareVersions, isControlValue } from './control.ts';

/** A result that is complete, and where it goes. */
export interface StagePublication {
  readonly plan: StagePlan;
  readonly record: StageRecord;
  /** Path of an object of the store, read-only and checked; its place in the mirror may be another name of the same file. */
  readonly open: (digest: Digest) => Promise<string>;
}

/** Puts results into a mirror. Doing it twice does no harm, and readers never see half of one. */
export interface StagePublisher {
  publish(publication: StagePublication): Promise<void>;
}

/** Gives a file another name, in one step, also in place of an older one. */
function place(file: string, path: string): void {
  const [there, wanted] = [entryFacts(path), entryFacts(file)];
  if (there && wanted && there.inode === wanted.inode && there.device === wanted.device) return;
  const temporary = `${dirname(path)}/.new-${systemRandom.hex(6)}`;
  try {
    linkNew(file, temporary);
    renameEntry(temporary, path);
  } finally {
    removeEntry(temporary);
  }
}

/** The layout of 9.7 without signatures: the file, its checksum, what lies beside it, the link to the newest. */
export class PlainPublisher implements StagePublisher {
  async publish({ plan, record, open }: StagePublication): Promise<void> {
    const stated = `sha256 ${record.digest}\n`;
    const isThere =
      entryFacts(plan.result)?.sizeBytes === record.sizeBytes &&
      textIfThere(`${plan.result}.hash.txt`) === stated;
    if (!isThere) {
      ensureFolders([plan.folder]);
      for (const { name, digest } of record.extras) {
        ensureFolders([dirname(`${plan.folder}/${name}`)]);
        place(await open(digest), `${plan.folder}/${name}`);
      }
      replaceFile(`${plan.result}.hash.txt`, stated);
      place(await open(record.digest), plan.result);
      fsyncDirectory(plan.folder);
    }
    if (plan.latest !== undefined) pointLatest(plan.latest, plan.result, plan.identity.version);
  }
}

/** A link to the newest version never goes back to an older one. */
function pointLatest(link: string, result: string, version: string): void {
  const destination = relative(dirname(link), result);
  const before = linkDestination(link);
  const pointed = before?.split('/').at(-2);
  if (before === destination || (pointed !== undefined && compareVersions(pointed, version) > 0)) return;
  ensureFolders([dirname(link)]);
  replaceSymlink(link, destination);
}

/** Writes what a success says into the control folder; versions only ever grow. Returns the names of the files that changed. */
export function updateControl(plan: StagePlan): readonly string[] {
  const changed: string[] = [];
  for (const { name, value, isVersion } of plan.controlUpdates) {
    const path = `${plan.controlFolder}/${name}`;
    const before = textIfThere(path)?.trim();
    if (before === value) continue;
    const isOlder =
      isVersion && before !== undefined && isControlValue(before) && compareVersions(before, value) > 0;
    if (isOlder) continue;
    ensureFolders([dirname(path)]);
    replaceFile(path, `${value}\n`);
    changed.push(name);
  }
  return changed;
}
