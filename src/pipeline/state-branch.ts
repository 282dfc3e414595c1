import type { NewCommit, RefMove, WorkingCopy } from '../git/index.ts';

/** Branch `state`: one commit without parents, written anew by each run that changes it (specification 7.3). */
export const stateRef = 'refs/heads/state';
export const stateMessage = 'chore(state): update state\n';

/** Remote refs as a run found them; they are what its pushes expect. */
export interface RemoteRefs {
  readonly state: string | undefined;
  readonly scheduled: string | undefined;
  /** Tip of the followed branch. */
  readonly main: string | undefined;
}

/** Asks the remote once and fetches what is not here yet. Throws GIT001, GIT003, GIT004. */
export async function fetchRemoteRefs(copy: WorkingCopy): Promise<RemoteRefs> {
  const main = `refs/heads/${copy.branch}`;
  const wanted = [stateRef, 'refs/tags/scheduled', main];
  const found = await copy.remoteRefs(wanted);
  const localName = (ref: string): string =>
    ref.startsWith('refs/tags/') ? ref : `refs/remotes/${copy.remote}/${ref.slice('refs/heads/'.length)}`;
  const here = await copy.resolve(wanted.map(localName));
  const missing = wanted.filter((ref) => {
    const there = found.get(ref);
    return there !== undefined && here.get(localName(ref)) !== there;
  });
  if (missing.length > 0) await copy.fetch(missing);
  return { state: found.get(stateRef), scheduled: found.get('refs/tags/scheduled'), main: found.get(main) };
}

/** The new commit of branch `state`: the old one's files with some changed (null removes). */
export function stateCommit(
  before: string | undefined,
  changes: ReadonlyMap<string, Uint8Array | null>,
): NewCommit {
  return {
    base: before,
    parents: [],
    changes: [...changes].map(([path, bytes]) =>
      bytes === null ? { path, removed: true } : { path, bytes, mode: '100644' },
    ),
    message: stateMessage,
  };
}

/** How branch `state` moves: by force, and only from where it was found. */
export function stateMove(before: string | undefined, to: string): RefMove {
  return { ref: stateRef, to, force: true, expected: before ?? null };
}

/** How tag `scheduled` moves. */
export function tagMove(before: string | undefined, to: string): RefMove {
  return { ref: 'refs/tags/scheduled', to, force: true, expected: before ?? null };
}
