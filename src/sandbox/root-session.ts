import type { SandboxLimits, SandboxMount, SandboxResult, SandboxRun } from './sandbox-driver.ts';

/** A tree to work in: folders that are only read, one over the other, and one that takes all changes. */
export interface RootRequest {
  /** The topmost first, the root file system last; never written to. */
  readonly layers: readonly string[];
  /** Folder of this one tree, for changes and mount points; the caller makes and removes it. */
  readonly folder: string;
  /** Whether `/tmp` belongs to the tree; otherwise it lies in memory and ends with the session. */
  readonly keepTmp: boolean;
}

/** One command in a tree or beside it; data only. */
export interface RootCommand {
  /**
   * `tree`: the tree is the whole file system, and the command its root. `host`: programs of this machine, read-only, with
   * nothing to write to but what is mounted.
   */
  readonly inside: 'tree' | 'host';
  readonly network: boolean;
  /** Paths of the host; `{ tree: true }` is the merged tree itself. */
  readonly mounts: readonly (SandboxMount | { readonly tree: true; readonly target: string })[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly command: readonly string[];
  readonly limits: SandboxLimits;
}

/** A tree in which commands run one after the other, and which can be read meanwhile. Nothing is mounted outside of it. */
export interface RootSession {
  /** The tree as commands have left it, without what is mounted on it; a path that is good until `close`. */
  readonly tree: string;
  /** Words in front of a program that lead to where `path` is the tree, as this machine's programs see it. */
  readonly within: readonly string[];
  readonly path: string;
  /** Runs a command. Throws SBX problems when it cannot be set up, never for what the command does. */
  run(command: RootCommand, run: SandboxRun): Promise<SandboxResult>;
  /** Ends everything in it; what has changed stays in the folder. */
  close(): Promise<void>;
}

/** Makes trees to work in. */
export interface RootSessions {
  /** Throws SBX problems when this machine cannot make one. */
  openRoot(request: RootRequest): Promise<RootSession>;
}
