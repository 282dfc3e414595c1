export {
  type EbuildFile,
  type EbuildTree,
  type Eclass,
  openTree,
  readEbuilds,
  readEclasses,
} from './ebuild-tree.ts';
export {
  type CacheChanges,
  cacheFolder,
  type MetadataRow,
  type ReadsMetadata,
  type TreeMetadata,
  type TreeMetadataInput,
  treeMetadata,
  type WriteCacheOptions,
  writeCache,
} from './metadata-cache.ts';
export type { MetadataCage, MetadataLimits } from './metadata-run.ts';
export { type EbuildMetadata, type ReadMetadataInput, readMetadata } from './read-metadata.ts';
