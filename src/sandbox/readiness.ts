import { isFault, type Problem, problem } from '../diagnostics/index.ts';
import {
  findControlGroupsV1,
  findControlGroupsV2,
  ownUser,
  type ProcessResult,
  runProcess,
} from '../host/index.ts';

const trialMs = 10_000;

/** Runs a small trial; undefined when a program of it is not installed. */
async function attempt(command: string, args: readonly string[]): Promise<ProcessResult | undefined> {
  try {
    return await runProcess(command, args, { timeoutMs: trialMs });
  } catch (error) {
    if (isFault(error, 'SYS001')) return undefined;
    throw error;
  }
}

const said = (result: ProcessResult): string => {
  const text = result.stderr.trim();
  return text === '' ? 'The system gives no reason.' : `The system says: ${text}`;
};

/**
 * Whether this machine can make sandboxes at all, found out by trying; for 'packmill doctor'. An empty
 * answer is a yes; a warning is a yes with limits.
 */
export async function checkSandbox(): Promise<readonly Problem[]> {
  const asRoot = ownUser().uid === 0;
  const version = await attempt('bwrap', ['--version']);
  if (version === undefined) return [problem('SBX002', { what: "'bwrap' is not installed" })];
  const own = asRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const namespaces = await attempt('unshare', [...own, 'true']);
  if (namespaces === undefined) return [problem('SYS001', { what: "'unshare' is not installed" })];
  if (namespaces.code !== 0) {
    const code = asRoot ? 'SBX001' : 'SBX003';
    return [problem(code, { what: 'no namespaces can be made here', why: said(namespaces) })];
  }
  const problems: Problem[] = [];
  const bubblewrap = await attempt('bwrap', [
    '--ro-bind',
    '/',
    '/',
    '--unshare-pid',
    '--proc',
    '/proc',
    'true',
  ]);
  if (bubblewrap !== undefined && bubblewrap.code !== 0) {
    problems.push(problem('SBX001', { what: "'bwrap' cannot make a sandbox here", why: said(bubblewrap) }));
  }
  const options = `ro,${asRoot ? '' : 'userxattr,'}lowerdir=/etc:/usr`;
  const overlay = await attempt('unshare', [
    ...own,
    'mount',
    '-t',
    'overlay',
    '-o',
    options,
    'overlay',
    '/mnt',
  ]);
  if (overlay !== undefined && overlay.code !== 0) {
    problems.push(problem('SBX004', { what: 'overlay mounts are not possible here', why: said(overlay) }));
  }
  if (findControlGroupsV2() === undefined && findControlGroupsV1() === undefined) {
    problems.push(problem('SBX007', { what: 'no control group can be written here' }));
  }
  return problems;
}
