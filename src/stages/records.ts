import { namesIn, replaceFile, textIfThere } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
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
  return readRecord(state.record(key), key);
}

function readRecord(path: string, key: string): StageRecord | undefined {
  const record = read(path) as StageRecord | null;
  return record?.key === key && typeof record.digest === 'string' ? record : undefined;
}

/** Writes down what was built; durable when it returns. */
export function keepRecord(state: StageState, record: StageRecord): void {
  replaceFile(state.record(record.key), JSON.stringify(record, undefined, 1));
}

/** Key of what was built last for a result of a mirror. */
export function lastKeyOf(state: StageState, result: string): string | undefined {
  return textIfThere(state.result(result))?.trim();
}

export function keepLastKey(state: StageState, result: string, key: string): void {
  if (lastKeyOf(state, result) !== key) replaceFile(state.result(result), `${key}\n`);
}

/** Objects of the newest build of every result that was made with this state; nothing where there is none. */
export function* stageObjects(root: string): Generator<Digest> {
  for (const name of namesIn(`${root}/results`)) {
    const key = textIfThere(`${root}/results/${name}`)?.trim() ?? '';
    const record = /^[0-9a-f]{64}$/.test(key) ? readRecord(`${root}/records/${key}.json`, key) : undefined;
    if (!record) continue;
    yield record.digest;
    for (const { digest } of record.extras) yield digest;
  }
}
