export type { Condition, ConditionedLeaf, SatisfiedOptions } from './algebra.ts';
export {
  conditionedLeaves,
  conditionsOf,
  evaluate,
  flatten,
  group,
  holds,
  leaf,
  leaves,
  mapLeaves,
  printExpression,
  printExpressionLines,
  satisfied,
  when,
} from './algebra.ts';
export type { Atom, AtomOperator, AtomOptions } from './atom.ts';
export { formatAtom, parseAtom, requireAtom } from './atom.ts';
export type { MatchedPackage } from './atom-match.ts';
export { matchesAtom, matchesVersion, settleAtom } from './atom-match.ts';
export {
  autogensAmong,
  isAutogenName,
  isAutogenPart,
  isAutogenPath,
  moduleSuffixes,
} from './autogen-files.ts';
export * from './binpkg/index.ts';
export type { CacheEntry, CacheFacts } from './cache-entry.ts';
export { cacheVariables, parseCacheEntry, printCacheEntry, staleness } from './cache-entry.ts';
export { md5Of } from './check-package.ts';
export type { TreeFiles, TreeSurroundings } from './check-tree.ts';
export { checkTree, noCategories } from './check-tree.ts';
export type { ExpressionOptions, MentionedFlag, SourceUri } from './dependencies.ts';
export {
  checkFlags,
  mentionedFlags,
  ownFlagsOfAtom,
  parseDependencies,
  parseLicense,
  parseRestrict,
  parseSourceUri,
  printDependencies,
  printSourceUri,
  printWords,
} from './dependencies.ts';
export type { Eapi, EapiRules } from './eapi.ts';
export { eapiOfEbuild, eapiRules, knownEapi } from './eapi.ts';
export type { Conditional, Expression, Group, Leaf, ReadExpression } from './expression.ts';
export { placeInText } from './expression.ts';
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
  bareFlag,
  checkDistfileName,
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
  packageNameOf,
  parseEbuildFileName,
  parseNamedVersion,
  parsePackageId,
  revisionFor,
} from './package-id.ts';
export type { PackageList, TakenFrom } from './packages-yaml.ts';
export { parsePackageList } from './packages-yaml.ts';
export type { PythonChoice, PythonPackage } from './python-use.ts';
export { pythonUseText } from './python-use.ts';
export { parseReleaseDefinition } from './release-definition.ts';
export type { KitDefinition, ReleaseDefinition, SourcedKit, SourceRepository } from './release-shape.ts';
export type { Layout, LayoutSettings, NewLayout } from './repository-files.ts';
export {
  layoutOf,
  parseArchitectures,
  parseCategories,
  parseLayout,
  parseMirrors,
  parseRepoName,
  parseUseDescriptions,
  printCategories,
  printLayout,
  printMirrors,
} from './repository-files.ts';
export type { RequiredUseViolation } from './required-use.ts';
export { explainRequiredUse, parseRequiredUse, placeOfViolation, printRequiredUse } from './required-use.ts';
export { sourceUriText } from './source-uri-text.ts';
export type { UseDependency, UseDependencyKind } from './use-dependency.ts';
export { formatUseDependency, parseUseDependency, settleUseDependency } from './use-dependency.ts';
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
