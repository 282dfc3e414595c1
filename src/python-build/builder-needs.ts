/** What a builder reads, each by the name of the option that names it for one builder alone. */
export type BuilderNeed =
  /** Valid graphs of distributions. */
  | 'graphs'
  /** A manifest with symbol graphs. */
  | 'graph'
  /** A manifest with what stubs add to them, laid over. */
  | 'added'
  /** The index of top-levels. */
  | 'distidx'
  /** The table of former nodes. */
  | 'compat'
  /** A manifest with signatures. */
  | 'argspecs'
  /** The version of Python that stubs are read for. */
  | 'pyversion'
  /** A folder with stubs. */
  | 'typeshed'
  /** Stubs as they were parsed. */
  | 'stubs'
  /** Folders with sources. */
  | 'sources'
  /** Sources of distributions as they were parsed. */
  | 'analyzed'
  /** What documentation says of return types. */
  | 'returns'
  /** A manifest with documentation and counts. */
  | 'manifest';
