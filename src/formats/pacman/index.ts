export type {
  Codec,
  DatabaseCodecs,
  DatabaseCompression,
  DatabaseKind,
  ReadDatabase,
  WriteDatabaseOptions,
} from './database.ts';
export {
  compressDatabase,
  databaseTarEnd,
  databaseTarEntry,
  readDatabase,
  sniffCompression,
  writeDatabase,
} from './database.ts';
export type { DatabaseEntry, DescFields, PackageFileFacts } from './database-entry.ts';
export {
  entryFromPackage,
  parseDesc,
  parseFiles,
  printDesc,
  printFiles,
  sortPaths,
} from './database-entry.ts';
export type { Dependency, DependencyOperator } from './dependency.ts';
export { formatDependency, parseDependency, satisfies } from './dependency.ts';
export type { LibraryName, NeededLibrary, PackageAbi, ProvidedLibrary } from './package-abi.ts';
export type { PackageContents, ReadPackageOptions } from './package-file.ts';
export { readPackage } from './package-file.ts';
export type { Buildinfo, InfoLine, Pkginfo } from './package-info.ts';
export { infoValues, parseBuildinfo, parsePkginfo, printInfo } from './package-info.ts';
export type { PackageFileName } from './package-name.ts';
export { formatPackageFileName, isValidPkgname, parsePackageFileName } from './package-name.ts';
export type { PackageView } from './package-view.ts';
export { packageView } from './package-view.ts';
export type { RewriteOptions, RewriteReport, RewrittenPackage } from './rewrite-package.ts';
export { rewritePackage } from './rewrite-package.ts';
export type { Srcinfo, SrcinfoField, SrcinfoSection } from './srcinfo.ts';
export { parseSrcinfo, placeOfField, sectionValues, srcinfoVersion } from './srcinfo.ts';
export { checksumFields, printSrcinfo } from './srcinfo-print.ts';
export type { PackageVersion } from './version.ts';
export { compareVersions, formatVersion, parseVersion } from './version.ts';
