export type { Manifest, ManifestEntry, ManifestMerge, ManifestType, ProducedEntry } from './manifest.ts';
export {
  manifestHashes,
  mergeManifest,
  parseManifest,
  printEntry,
  printManifest,
  sameFile,
  thinManifest,
  usualManifestHashes,
} from './manifest.ts';
export {
  isCategoryName,
  isDistfileName,
  isEapiName,
  isEclassName,
  isKeyword,
  isLicenseName,
  isPackageName,
  isRepositoryName,
  isSlotName,
  isUseFlagName,
} from './names.ts';
export type { EbuildName, NamedVersion, PackageId } from './package-id.ts';
export {
  comparePackageIds,
  ebuildFileName,
  formatPackageId,
  parseEbuildFileName,
  parseNamedVersion,
  parsePackageId,
  revisionFor,
} from './package-id.ts';
export type { Version, VersionSuffix, VersionSuffixKind } from './version.ts';
export {
  compareVersions,
  formatVersion,
  isVersion,
  newestVersion,
  parseVersion,
  requireVersion,
  versionFlaw,
  withoutRevision,
} from './version.ts';
