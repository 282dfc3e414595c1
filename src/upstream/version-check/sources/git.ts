import { fault } from '../../../diagnostics/index.ts';
import { remoteHeads, shownAddress } from '../../../git/index.ts';
import type { Candidate } from '../select-version.ts';
import type { VersionSource } from '../source-context.ts';

const timeoutMs = 60_000;
const peeled = '^{}';

/** Tags of any git repository, or the newest commit of a branch with `use_commit`. */
export const git: VersionSource = async ({ options, own }) => {
  const url = options.required('git');
  const branch = options.text('branch');
  const usesCommit = options.flag('use_commit');
  const head = branch === undefined ? 'HEAD' : `refs/heads/${branch}`;
  const heads = await remoteHeads(url, [usesCommit ? head : 'refs/tags/*'], {
    configFile: own.gitConfig,
    timeoutMs,
    signal: own.signal,
  });
  if (heads.kind !== 'commits') {
    const shown = shownAddress(url);
    const code = heads.kind === 'nothing' ? 'UPS040' : 'UPS041';
    throw fault(code, {
      what: `'${shown}' does not tell its tags and branches`,
      why: heads.why,
      severity: 'error',
    });
  }
  if (usesCommit) {
    const commit = heads.commits.get(head);
    return {
      kind: 'one',
      candidate: commit === undefined ? undefined : { version: commit, revision: commit },
    };
  }
  const candidates = new Map<string, Candidate>();
  for (const [ref, commit] of heads.commits) {
    // the commit of an annotated tag comes in a line of its own, behind the tag
    const version = ref.slice('refs/tags/'.length, ref.endsWith(peeled) ? -peeled.length : undefined);
    candidates.set(version, { version, revision: commit });
  }
  return { kind: 'list', candidates: [...candidates.values()] };
};
