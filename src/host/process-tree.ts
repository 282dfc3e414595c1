import { readdirSync, readFileSync } from 'node:fs';

/** One process as `/proc/PID/stat` shows it (proc(5)). */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** `R`, `S`, `D`, `Z`, `T` and so on. */
  readonly state: string;
  readonly memoryBytes: number;
}

const pageBytes = 4096;

/** Reads `/proc/PID/stat`; undefined when the process is gone. */
export function processFacts(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      state: fields[0] ?? '?',
      parent: Number(fields[1]),
      memoryBytes: Number(fields[21]) * pageBytes,
    };
  } catch {
    return undefined;
  }
}

/** All processes below `root`, parents before children; `root` itself is not among them. */
export function descendants(root: number): readonly ProcessFacts[] {
  const children = new Map<number, ProcessFacts[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    const facts = processFacts(Number(name));
    if (facts === undefined) continue;
    const siblings = children.get(facts.parent);
    if (siblings === undefined) children.set(facts.parent, [facts]);
    else siblings.push(facts);
  }
  const found: ProcessFacts[] = [];
  const open = [root];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    for (const child of children.get(next) ?? []) {
      found.push(child);
      open.push(child.pid);
    }
  }
  return found;
}

/** Descriptors above 2 that every program we start would inherit, because whoever started us left them open. */
export function leakyDescriptors(): readonly number[] {
  const closeOnExec = 0o2000000;
  return readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((descriptor) => {
      if (descriptor <= 2) return false;
      try {
        const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
        const flags = /^flags:\s*([0-7]+)$/m.exec(info)?.[1];
        return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
      } catch {
        return false;
      }
    });
}
