export {
  type AurCollection,
  type AurOptions,
  collectAur,
  type WantedPackage,
} from './aur.ts';
export type { AurPackage } from './aur-extract.ts';
export {
  type BranchAnswer,
  type BranchOptions,
  branchHeads,
} from './branches.ts';
export { type EndpointName, type Endpoints, readEndpoints } from './endpoints.ts';
export { type GitlabOptions, type GitlabTag, newestGitlabTag } from './gitlab-tags.ts';
export {
  nextVersionRows,
  type PackageDatabase,
  type PackageDatabases,
  type PublishedPackage,
  readPackageDatabases,
} from './package-databases.ts';
export type { RecipeTexts, Rewrite } from './recipe-texts.ts';
export { rewriteForTag } from './tag-rewrite.ts';
export { applyVersion, type NewVersion } from './version-check/apply-version.ts';
export type {
  FoundVersion,
  VersionAnswer,
  VersionCheck,
  VersionCheckOptions,
} from './version-check/contract.ts';
export { checkVersion, readVersionCheck, versionCheckFiles } from './version-check/version-check.ts';
