import { dirname } from 'node:path';
import { ensureFolders, replaceFile, textIfThere } from '../host/index.ts';
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
