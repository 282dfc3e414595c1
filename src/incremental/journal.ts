import { AppendFile, stampWidth, textIfThere } from '../host/index.ts';
import type { Making, Record } from './record.ts';
import type { Rules } from './rules.ts';

/** One target that was made since the snapshot. */
interface Line {
  readonly target: string;
  readonly making: Making;
  readonly outputs: readonly (readonly [path: string, stamp: readonly number[], digest: string])[];
}

/** Takes over what a build that was killed had made. A last line that was cut off, and lines of targets that are gone, do not count. */
export function replayJournal(path: string, rules: Rules, record: Record): void {
  const text = textIfThere(path) ?? '';
  if (text === '') return;
  const targets = new Map(rules.targets.map(({ name }, at) => [name, at]));
  for (const row of text.split('\n')) {
    const line = parse(row);
    const target = line === undefined ? undefined : targets.get(line.target);
    if (line === undefined || target === undefined) continue;
    record.setMaking(target, line.making);
    record.current[target] = 1;
    for (const [file, stamp, digest] of line.outputs) {
      const number = rules.fileNumber(file);
      if (number === undefined) continue;
      record.stamps.set(stamp, number * stampWidth);
      record.setDigest(number, digest);
      for (const consumer of rules.consumersOf(number)) record.current[consumer] = 0;
    }
  }
}

function parse(row: string): Line | undefined {
  try {
    const line = JSON.parse(row) as Line;
    const isWhole = typeof line.target === 'string' && Array.isArray(line.making?.inputs);
    return isWhole && line.outputs.every(([, stamp]) => stamp.length === stampWidth) ? line : undefined;
  } catch {
    return undefined;
  }
}

/** Where each target is noted as soon as it is made, so that nothing is made twice when the build is killed. */
export class Journal {
  readonly #path: string;
  #file: AppendFile | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  add(rules: Rules, record: Record, target: number): void {
    const making = record.making(target);
    if (making === undefined) return;
    // a line of its own, whatever a kill left
    this.#file ??= new AppendFile(this.#path);
    const outputs = Array.from(rules.outputsOf(target), (file) => [
      rules.files[file],
      Array.from(record.stamps.subarray(file * stampWidth, (file + 1) * stampWidth)),
      record.digest(file),
    ]);
    const name = rules.targets[target]?.name;
    this.#file.append(Buffer.from(`\n${JSON.stringify({ target: name, making, outputs })}`));
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
