import type { Selection } from './dockerfile.ts';
import type { SourceTree } from './read-stubs.ts';

/** A distribution that is to be explored, with its Dockerfile. */
export interface BuildItem extends Selection {
  /** Path of the Dockerfile. */
  readonly dockerfile: string;
  /** What `Executor.sources` says of it. */
  readonly sources: readonly string[];
}

export interface ExecutorWork {
  /** Appends a line to the log. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Where distributions are installed and explored. */
export interface Executor {
  /** Tells apart executors, interpreters and versions of the explorer: another one explores anew. */
  readonly mark: string;
  /** Files and folders that an installation is made of, by their content: archives, or the distribution's own files. */
  sources(item: Selection): Promise<readonly string[]>;
  /** Makes what all installations share, and fails when nothing can be explored at all. */
  prepare(work: ExecutorWork): Promise<void>;
  /** Installs a distribution, or finds it. Throws when it cannot. */
  install(item: BuildItem, work: ExecutorWork): Promise<void>;
  /**
   * Where the sources of an installed distribution are: folders, and the names below them that are its own (all, when none are
   * named). An executor without this has none to show.
   */
  trees?(item: BuildItem): Promise<readonly SourceTree[]>;
  /** Writes the raw graph to `output` and the explorer's log to `log`. Throws when nothing was explored. */
  explore(
    item: BuildItem,
    files: { readonly output: string; readonly log: string },
    work: ExecutorWork,
  ): Promise<void>;
}
