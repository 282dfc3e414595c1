import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What tells a process from every other one, also from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Machine, its start, and the namespace in which the number counts. */
  readonly realm: string;
  /** When it began, in ticks of its realm; undefined where the system does not say. */
  readonly began: string | undefined;
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return otherwise;
  }
}

function ownRealm(): string {
  const boot = readOr('/proc/sys/kernel/random/boot_id', '');
  try {
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return `${hostname()} ${boot}`;
  }
}

/** Fields of proc(5) `stat` from the third on; the name in the second may hold blanks and brackets. */
function fieldsOf(pid: number): readonly string[] {
  const text = readOr(`/proc/${pid}/stat`, '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

const beginning = (pid: number): string | undefined => fieldsOf(pid)[19];

/** Identity of this process. */
export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, realm: ownRealm(), began: beginning(process.pid) };
  return own;
}

/** Never changes while the process runs. */
let own: ProcessIdentity | undefined;

/** Whether a process is still there; `unknown` for one of another machine or namespace. */
export function processState({ pid, realm, began }: ProcessIdentity): 'running' | 'gone' | 'unknown' {
  if (realm !== ownIdentity().realm) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: string }).code === 'ESRCH') return 'gone';
  }
  const [state, ...rest] = fieldsOf(pid);
  const isOther = began !== undefined && rest[18] !== began;
  // one that has ended and was not waited for is gone as well
  return isOther || state === 'Z' ? 'gone' : 'running';
}
