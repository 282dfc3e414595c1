/** Where the root file system of a sandbox comes from. Whatever it is, the sandbox never writes to it. */
export type SandboxRoot =
  /** The host's own /usr, /etc and the like, read-only. */
  | { readonly kind: 'host' }
  /** A complete root file system in a folder (an unpacked tarball included). */
  | { readonly kind: 'folder'; readonly path: string }
  /** An image of a container engine by its name (`archlinux:base-devel`); only `container/` has images. */
  | { readonly kind: 'image'; readonly name: string };

export interface SandboxMount {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path in the sandbox. */
  readonly target: string;
  readonly writable: boolean;
}

export interface SandboxLimits {
  /** Wall time; on reaching it every process gets TERM, and KILL after `killGraceMs`. */
  readonly timeoutMs: number;
  readonly killGraceMs: number;
  readonly memoryBytes: number | undefined;
  /** Processes and threads at one time. */
  readonly processes: number | undefined;
  /** Bytes the command may print before it is ended. */
  readonly outputBytes: number | undefined;
}

/** A right beyond those of an ordinary package build; a recipe has to ask for it. */
export type SandboxCapability = 'SYS_ADMIN';

/** One command to run; data only, so that it can be recorded and shown. */
export interface SandboxCommand {
  readonly root: SandboxRoot;
  /**
   * Folder with changes on top of the root (installed dependencies); made by earlier commands with
   * `layerWritable`. Undefined: the bare root.
   */
  readonly layer: string | undefined;
  /** Whether the command sees the root as writable; its changes go to `layer`. Needs `layer`. */
  readonly layerWritable: boolean;
  /** `root`: may install packages into the layer; `builder`: an unprivileged user who owns nothing of the root. */
  readonly user: 'root' | 'builder';
  readonly network: boolean;
  readonly mounts: readonly SandboxMount[];
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly command: readonly string[];
  /** Granted to `root` on top of what pacman needs; undefined: nothing. A driver that cannot refuses with SBX038. */
  readonly capabilities?: readonly SandboxCapability[];
  readonly limits: SandboxLimits;
}

/** How a command ended; the driver says why, not just a number. */
export type SandboxEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out'; readonly limitMs: number; readonly killed: boolean }
  | { readonly kind: 'out-of-memory'; readonly limitBytes: number }
  | { readonly kind: 'too-much-output'; readonly limitBytes: number }
  | { readonly kind: 'canceled' };

export interface SandboxResult {
  readonly end: SandboxEnd;
  readonly durationMs: number;
  /** Highest memory use seen, where the platform tells. */
  readonly peakMemoryBytes: number | undefined;
  /** Processes that were still running when the command ended and had to be killed. */
  readonly leftovers: number;
}

export interface SandboxRun {
  /** Called with the command's output (stdout and stderr in the order written). */
  readonly onOutput: (bytes: Uint8Array) => void;
  /** Aborting ends the command as on time-out, with `canceled`. */
  readonly signal: AbortSignal | undefined;
}

/** What a layer has to have before commands run on it; paths relative to the root, such as `usr/share/doc`. */
export interface LayerContents {
  /** Folders made in the layer, whatever the root holds. */
  readonly present: readonly string[];
  /** Small files, each made in one of those folders where the root has none. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What commands will write to; the driver makes of them what its `root` user could not write to otherwise. */
  readonly writable: readonly string[];
}

/** Isolated execution: namespaces of our own (`bubblewrap/`) or a container engine (`container/`). */
export interface SandboxDriver {
  /** Throws a SBX problem when the sandbox itself cannot be set up (never for what the command does). */
  run(command: SandboxCommand, run: SandboxRun): Promise<SandboxResult>;
  /**
   * Makes a folder that the sandboxed `builder` user owns (layers, build directories).
   * The farm can always remove it again with `removeFolder`.
   */
  makeFolder(path: string): Promise<void>;
  /** Fills a layer (a folder that exists) ahead of the first command; links in the root are followed. */
  prepareLayer(layer: string, root: SandboxRoot, contents: LayerContents): Promise<void>;
  /** Gives files and folders below `path` to the sandboxed `builder` user. */
  giveToBuilder(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
}
