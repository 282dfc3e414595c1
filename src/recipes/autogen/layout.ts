/** Where things are inside the sandbox of an autogen. */
export const layout = {
  /** The repository, with the overlay in it, read-only. */
  tree: '/build/tree',
  /** Where packages are written. */
  made: '/build/made',
  home: '/build/home',
  /** Downloads and archives of this autogen alone; outlives the job. */
  workspace: '/build/workspace',
  /** What the run says about itself. */
  report: '/build/report',
  /** packmill itself, read-only. */
  program: '/build/packmill',
} as const;
