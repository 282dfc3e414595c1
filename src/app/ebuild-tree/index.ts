// The door of commands that read ebuild repositories.
export { type CacheOptions, type CacheReport, cacheTree } from './cache-tree.ts';
export { type CheckTreeOptions, type CheckTreeReport, checkTreeFolder } from './check-tree-folder.ts';
