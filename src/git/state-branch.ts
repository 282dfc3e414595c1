import type { NewCommit, RefMove, WorkingCopy } from './working-copy.ts';

/**
 * Branch `state` (specification 1.3, 7.3): an orphan of one commit that is written anew by each run that changes
 * it. What its files say is up to the reader.
 */
export class StateBranch {
  /** Whole name on the remote. */
  readonly ref: string;
  /** The commit that was read; undefined where there is no such branch yet. */
  readonly commit: string | undefined;
  /** Bytes by path; links and submodules that somebody put there are left out. */
  readonly files: ReadonlyMap<string, Uint8Array>;

  private constructor(ref: string, commit: string | undefined, files: ReadonlyMap<string, Uint8Array>) {
    this.ref = ref;
    this.commit = commit;
    this.files = files;
  }

  /** Reads the branch as it was fetched last (`fetch(['refs/heads/state'])` asks the remote). */
  static async read(copy: WorkingCopy, branch = 'state'): Promise<StateBranch> {
    const ref = `refs/heads/${branch}`;
    const tracking = `refs/remotes/${copy.remote}/${branch}`;
    const commit = (await copy.resolve([tracking])).get(tracking);
    if (commit === undefined) return new StateBranch(ref, undefined, new Map());
    const entries = await copy.entries(commit, '');
    const plain = [...entries].filter(([, { mode }]) => mode === '100644' || mode === '100755');
    const files = await copy.readFiles(
      commit,
      plain.map(([path]) => path),
    );
    return new StateBranch(ref, commit, files);
  }

  /** The text of a file, or undefined. */
  text(path: string): string | undefined {
    const bytes = this.files.get(path);
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  /** Whether the branch has these files and no others, so that nothing needs to be written. */
  equals(contents: ReadonlyMap<string, string | Uint8Array>): boolean {
    if (this.commit === undefined || contents.size !== this.files.size) return false;
    return [...contents].every(([path, content]) => {
      const bytes = this.files.get(path);
      return bytes !== undefined && Buffer.from(content).equals(bytes);
    });
  }

  /** The commit that takes the place of the branch: an orphan with these files, for `writeCommits`. */
  next(
    contents: ReadonlyMap<string, string | Uint8Array>,
    message = 'chore(state): update state',
  ): NewCommit {
    const changes = [...contents]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, content]) => ({ path, bytes: Buffer.from(content), mode: '100644' as const }));
    return { base: undefined, parents: [], changes, message };
  }

  /** The move of the branch to such a commit; it fails when somebody else moved it since it was read. */
  move(to: string): RefMove {
    return { ref: this.ref, to, force: true, expected: this.commit ?? null };
  }
}
