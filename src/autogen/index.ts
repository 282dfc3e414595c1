export type { Archive, ArchiveKey, StoreOptions } from './archive.ts';
export type { ArchiveClass, FindOptions, FromGitOptions, GetOrCreateOptions } from './archive-class.ts';
export type { Artifact, ArtifactOptions } from './artifact.ts';
export type { ArtifactLike, BreezyBuild, BreezyBuildOptions } from './breezy-build.ts';
export { BreezyError } from './breezy-error.ts';
export type { DistFile, FileHashes } from './dist-file.ts';
export { purgeDistdir } from './distdir-copies.ts';
export type { GeneratorModule } from './generator-module.ts';
export type { Hub } from './hub.ts';
export type { CapturedCommand, CommandOptions, HubCommand } from './hub-command.ts';
export type { HubCore, HubLog } from './hub-core.ts';
export type { HubPages, PageOptions } from './hub-pages.ts';
export type { HubServices } from './hub-services.ts';
export type { HubVersions } from './hub-versions.ts';
export { MirrorList } from './mirror-list.ts';
export { findOverlay, nearestWith, type Overlay } from './overlay.ts';
export type { PkgInfo, PkgSettings, PkgValue } from './pkg-info.ts';
export {
  failureLines,
  type PackageReport,
  type RunEvent,
  type RunProgress,
  type RunReport,
  summaryLine,
} from './report.ts';
export { type RunOptions, runAutogens } from './run-autogens.ts';
export type { RunSettings } from './run-context.ts';
export { readUpstreams } from './upstream-addresses.ts';
export type { MadeFile, MadePackage } from './write-package.ts';
