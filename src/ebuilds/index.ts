export {
  type EbuildFile,
  type EbuildTree,
  type Eclass,
  openTree,
  readEclasses,
} from './ebuild-tree.ts';
export { cacheFiles, type FilesMetadataInput, filesMetadata, type NamedFiles } from './files-metadata.ts';
export {
  type CacheChanges,
  type MetadataRow,
  type ReadsMetadata,
  type TreeMetadata,
  type TreeMetadataInput,
  treeMetadata,
  type WriteCacheOptions,
  writeCache,
} from './metadata-cache.ts';
export type { MetadataCage, MetadataLimits } from './metadata-run.ts';
export { type PortageInput, readByPortage } from './read-by-portage.ts';
export { type EbuildMetadata, type ReadMetadataInput, readMetadata } from './read-metadata.ts';
