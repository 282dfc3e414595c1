import { removeEntry, replaceFile, textIfThere } from '../host/index.ts';
import type { StageRecord } from './contract.ts';
import type { StageState } from './state.ts';

function read(path: string): unknown {
  try {
    return JSON.parse(textIfThere(path) ?? 'null');
  } catch {
    return null;
  }
}

/** What was built under a key; undefined when nothing was, or the record is damaged. */
export function recordOf(state: StageState, key: string): StageRecord | undefined {
  const record = read(state.record(key)) as StageRecord | null;
  return record?.key === key && typeof record.digest === 'string' ? record : undefined;
}

/** Writes down what was built; durable when it returns. */
export function keepRecord(state: StageState, record: StageRecord): void {
  replaceFile(state.record(record.key), JSON.stringify(record, undefined, 1));
}

export function forgetRecord(state: StageState, key: string): void {
  removeEntry(state.record(key));
}

/** Key of what was built last for a result of a mirror. */
export function lastKeyOf(state: StageState, result: string): string | undefined {
  return textIfThere(state.result(result))?.trim();
}

export function keepLastKey(state: StageState, result: string, key: string): void {
  if (lastKeyOf(state, result) !== key) replaceFile(state.result(result), `${key}\n`);
}
