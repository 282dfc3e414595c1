/** Where everything of a farm is; all paths are absolute. */
export interface FarmPaths {
  readonly root: string;
  readonly config: string;
  readonly database: string;
  readonly queue: string;
  readonly lock: string;
  readonly store: string;
  readonly logs: string;
  readonly work: string;
  readonly sandbox: string;
  readonly roots: string;
  readonly sourceCache: string;
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
    store: `${root}/store`,
    logs: `${root}/logs`,
    work: `${root}/work`,
    sandbox: `${root}/state/sandbox`,
    roots: `${root}/roots`,
    sourceCache: `${root}/cache/sources`,
    keys: `${root}/keys/gnupg`,
    public: `${root}/public`,
    gitConfig: `${root}/state/gitconfig`,
  };
}
