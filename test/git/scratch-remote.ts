import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openWorkingCopy, type WorkingCopy, type WorkingCopyOptions } from '../../src/git/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { newestCommit, nobodysGit } from './nobodys-git.ts';

export const robot = { name: 'Robot <x>', email: 'robot@localhost' };

/** What a rejected promise brings, as far as its code. */
export const code = (name: string): object => ({ problem: { code: name } });

/** A bare repository that is pushed to, and checkouts of it, in a folder of their own. */
export class ScratchRemote {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-remote-'));
  readonly bare = join(this.folder, 'remote.git');
  readonly clock = new VirtualClock();
  readonly #opened: WorkingCopy[] = [];

  constructor() {
    this.git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.bare);
    this.git(this.bare, 'config', 'receive.advertisePushOptions', 'true');
  }

  /** Runs git with nobody's settings; returns what it printed. */
  git(cwd: string, ...args: string[]): string {
    return this.gitWithInput(cwd, '', ...args);
  }

  gitWithInput(cwd: string, input: string | Uint8Array, ...args: string[]): string {
    return nobodysGit({ cwd, settings: ['protocol.file.allow=always'], input }, ...args);
  }

  /** Clones the remote; returns the folder. */
  clone(name: string, ...options: string[]): string {
    const folder = join(this.folder, name);
    this.git(this.folder, 'clone', '--quiet', ...options, `file://${this.bare}`, folder);
    return folder;
  }

  /** Writes files in a checkout (null removes one) and commits everything; returns the id. */
  commit(folder: string, files: Readonly<Record<string, string | null>>, message = 'x'): string {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      if (text === null) rmSync(path, { recursive: true });
      else writeFileSync(path, text);
    }
    this.git(folder, 'add', '--all');
    this.git(folder, 'commit', '--quiet', '--allow-empty', '--message', message);
    return newestCommit(folder);
  }

  /** A commit on top of another one that only this copy has; returns its id. */
  async ahead(copy: WorkingCopy, base: string, text = 'pkgver=2\n'): Promise<string> {
    const changes = [file('foo/PKGBUILD', text)];
    const [commit = ''] = await copy.writeCommits([{ base, parents: [base], changes, message: 'x' }], robot);
    return commit;
  }

  /** A hook of the remote, as a shell script. */
  hook(name: string, script: string): void {
    const path = join(this.bare, 'hooks', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** What a ref of the remote is, or an empty text. */
  tip(ref: string): string {
    return this.git(this.bare, 'for-each-ref', '--format=%(objectname)', ref);
  }

  async open(folder: string, options: Partial<WorkingCopyOptions> = {}): Promise<WorkingCopy> {
    const copy = await openWorkingCopy({ folder, clock: this.clock, ...options });
    this.#opened.push(copy);
    return copy;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#opened.map((copy) => copy.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A file of a new commit. */
export function file(
  path: string,
  text: string,
  mode: '100644' | '100755' | '120000' = '100644',
): { readonly path: string; readonly bytes: Uint8Array; readonly mode: typeof mode } {
  return { path, bytes: Buffer.from(text), mode };
}

/** A remote and a checkout `one` of it with one commit that is pushed. */
export function scratchWithCommit(
  files: Readonly<Record<string, string>> = { 'foo/PKGBUILD': 'pkgver=1\n' },
): {
  readonly scratch: ScratchRemote;
  readonly folder: string;
  readonly base: string;
} {
  const scratch = new ScratchRemote();
  const folder = scratch.clone('one');
  const base = scratch.commit(folder, files);
  scratch.git(folder, 'push', '--quiet', 'origin', 'main');
  return { scratch, folder, base };
}
