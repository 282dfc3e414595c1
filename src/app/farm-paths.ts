/** Where everything of a farm is; all paths are absolute. */
export interface FarmPaths {
  readonly root: string;
  readonly config: string;
  readonly database: string;
  readonly queue: string;
  readonly lock: string;
  /** Address and token of the manager at work, for commands of this machine. */
  readonly manager: string;
  /** Objects that builders are handing in. */
  readonly incoming: string;
  readonly store: string;
  /** Records of downloads and archives; their objects are in `store`. */
  readonly fastpull: string;
  /** Distfiles of ebins in content-hash layout; the bytes are those of `store`. */
  readonly distfiles: string;
  readonly logs: string;
  readonly work: string;
  /** Builds that are done once more to be compared; nothing in it is needed after their end. */
  readonly verify: string;
  readonly sandbox: string;
  readonly roots: string;
  readonly sourceCache: string;
  /** What makepkg printed for recipes with a stale .SRCINFO, by their content. */
  readonly srcinfoMemory: string;
  /** Seeds that were unpacked, trees that are being built, and what was built from what. */
  readonly stages: string;
  readonly keys: string;
  readonly public: string;
  readonly gitConfig: string;
}

/** The layout of a farm folder (docs/architecture.md, "on disk"). */
export function farmPaths(root: string): FarmPaths {
  return {
    root,
    config: `${root}/packmill.yaml`,
    database: `${root}/state/farm.sqlite`,
    queue: `${root}/state/queue.sqlite`,
    lock: `${root}/state/manager.lock`,
    manager: `${root}/state/manager.json`,
    incoming: `${root}/incoming`,
    store: `${root}/store`,
    fastpull: `${root}/fastpull`,
    distfiles: `${root}/distfiles`,
    logs: `${root}/logs`,
    work: `${root}/work`,
    verify: `${root}/verify`,
    sandbox: `${root}/state/sandbox`,
    roots: `${root}/roots`,
    sourceCache: `${root}/cache/sources`,
    srcinfoMemory: `${root}/cache/srcinfo`,
    stages: `${root}/stages`,
    keys: `${root}/keys/gnupg`,
    public: `${root}/public`,
    gitConfig: `${root}/state/gitconfig`,
  };
}
