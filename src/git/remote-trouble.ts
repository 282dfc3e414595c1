import { fault, type ProblemError } from '../diagnostics/index.ts';
import { freeDiskBytes, type ProcessResult } from '../host/index.ts';

/** How git says that there is no repository, or that it does not show it to strangers. */
const notARepository =
  /does not appear to be a git repository|repository '[^']*' not found|not found: did you run git|[Rr]epository not found|project you were looking for could not be found/;
const wantsCredentials =
  /could not read (?:Username|Password)|Authentication failed|Permission denied \(|requested URL returned error: 40[13]|Host key verification failed|terminal prompts disabled/;
/** How git says that it cannot use its own copy: a crash of the machine may have torn it. */
const damagedMirror =
  /not a git repository|bad object|corrupt|loose object|missing (?:blob|tree|commit|object)|bad tree|object file|packfile|bad config|did not send all necessary objects|unable to (?:parse|read) |not find [0-9a-f]{40}|does not point to a valid object|inflate:/i;

/** Whether git stumbled over its own copy and not over the server. */
export function isDamage(result: ProcessResult): boolean {
  const ours = result.stderr.replaceAll(/^(?:remote: |fatal: remote error: ).*$/gm, '');
  return result.why === 'ended' && result.code !== 0 && damagedMirror.test(ours);
}

/** Whether the server has no such object, or gives away none but the tips of branches. */
export function isNotOffered(result: ProcessResult): boolean {
  return /not our ref|unadvertised object|no such remote ref|couldn't find remote ref/i.test(result.stderr);
}

/** The problem of a failed talk with a server: GIT003, GIT004, or GIT001 for everything that may pass. */
export function remoteTrouble(shown: string, result: ProcessResult): ProblemError {
  if (result.why === 'timed-out') return fault('GIT001', { what: `'${shown}' does not answer in time` });
  if (result.why === 'canceled')
    return fault('GIT001', { what: `'${shown}' is not asked to the end: called off` });
  const why = lastWords(result.stderr);
  if (wantsCredentials.test(result.stderr))
    return fault('GIT004', { what: `'${shown}' does not let us in`, why });
  if (notARepository.test(result.stderr)) {
    return fault('GIT003', { what: `'${shown}' is no git repository`, why });
  }
  return fault('GIT001', { what: `'${shown}' cannot be reached`, why });
}

/**
 * Why git could not write files below a folder: SYS004 while its disk has no room, which passes when somebody makes
 * some, else GIT006. What git prints of a full disk is often no more than that it is unable to write.
 */
export function layingTrouble(what: string, stderr: string, folder: string): ProblemError {
  const isFull = noRoom.test(stderr) || (freeDiskBytes(folder) ?? leastFreeBytes) < leastFreeBytes;
  return fault(isFull ? 'SYS004' : 'GIT006', { what, why: lastWords(stderr) });
}

const noRoom = /No space left on device|Disk quota exceeded/;
/** Git has removed what it could not finish by the time it is looked at. */
const leastFreeBytes = 8 * 2 ** 20;

/** The end of what git printed, without what would be a password in a URL. */
export function lastWords(stderr: string): string | undefined {
  const lines = stderr
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s']*@/gi, '$1')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.length === 0 ? undefined : lines.slice(-4).join('\n');
}
