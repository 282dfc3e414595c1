export { type ChangedFolders, changedFolders } from './changed-folders.ts';
export { type CommitWork, isOverwritable, overwrittenSubject, packagesMessage } from './commit-subjects.ts';
export {
  formatDependencyTree,
  legacyEdges,
  legacyTreeEntry,
  type TreeEdge,
  type TreeEntry,
  treeEntry,
} from './dependency-tree.ts';
export { type DeployMarker, deployMarkers } from './deploy-markers.ts';
export { endHookNames, interfereNames, updateHookName } from './hook-names.ts';
export { readMaintainers, untrustedAccounts } from './maintainers.ts';
export { mirrorUrl } from './mirror-url.ts';
export { nextBump } from './next-bump.ts';
export type { PackageBump, RecipeVersion } from './package-bump.ts';
export { bumpedPkgrel, formatBump, fullVersion, parseBump } from './package-bump.ts';
export type { PackageSettings } from './package-settings.ts';
export { readPackageSettings } from './package-settings.ts';
export {
  commitKey,
  emptyPackageState,
  type PackageState,
  readPackageState,
  writePackageState,
} from './package-state.ts';
export { type RepositoryKey, repositoryDefaults } from './repository-keys.ts';
export {
  type RedisAccess,
  type RepositorySettings,
  readRepositorySettings,
  type TemplateSettings,
} from './repository-settings.ts';
export {
  formatRequested,
  type RequestedPackage,
  type RequestedPackages,
  requestedPackages,
} from './requested-packages.ts';
export type { SettingsFile, StrayLine } from './settings-file.ts';
export { parseSettings, removeSetting, writeSetting } from './settings-file.ts';
export {
  type ChangedLibrary,
  changedLibraries,
  readVersionRows,
  type VersionRows,
  writeVersionRows,
} from './version-rows.ts';
export { branchKey, followedBranch, type WatchedBranch, watchedBranches } from './watched-branches.ts';
