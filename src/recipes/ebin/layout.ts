/** Where things are inside the sandbox of a job of ebins. */
export const layout = {
  /** Folders of binary packages by number, read-only. */
  packages: '/build/pkgdirs',
  /** Repository and store of this package alone; outlives the job. */
  workspace: '/build/workspace',
  settings: '/build/ebins.json',
  keys: '/build/keys',
  report: '/build/report',
  temporary: '/build/tmp',
  /** packmill itself, read-only. */
  program: '/build/packmill',
} as const;
