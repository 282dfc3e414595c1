export type { PackageFileName } from './binhost-paths.ts';
export {
  instanceKey,
  instancePath,
  isInnerPath,
  isPackageFileName,
  packageAddress,
  packagePath,
  parseInstanceName,
  parsePackageFileName,
} from './binhost-paths.ts';
export type { BuildFacts } from './build-facts.ts';
export { judgeBuild } from './build-facts.ts';
export type { CanonicalMember, CanonicalOptions } from './canonical-part.ts';
export {
  byteCodeHeadBytes,
  canonicalMembers,
  embedsTime,
  sourceOfByteCode,
  usualMtime,
} from './canonical-part.ts';
export type { Compression } from './compression.ts';
export { compressionHeadBytes, compressionOf, compressionSuffixes } from './compression.ts';
export type { MirrorStructure } from './content-layout.ts';
export { contentLayoutText, contentPath, mirrorPath, parseMirrorLayout } from './content-layout.ts';
export type { GpkgLayout, GpkgMember } from './gpkg-layout.ts';
export { layOutGpkg } from './gpkg-layout.ts';
export type { GpkgListing, GpkgManifest } from './gpkg-manifest.ts';
export { checkListing, gpkgHashes, parseGpkgManifest, printGpkgManifest } from './gpkg-manifest.ts';
export { gpkgEnd, gpkgMemberHeader, metadataTar } from './gpkg-writer.ts';
export type { ImageEntry, ImageShape } from './image.ts';
export { readImage } from './image.ts';
export type { ImageParts, PartRule } from './image-parts.ts';
export { builtInParts, emptyFolders, pathPattern, splitImage } from './image-parts.ts';
export type { PackagesIndex, Stanza } from './packages-index.ts';
export { indexValue, isKnownIndex, parsePackagesIndex, printPackagesIndex } from './packages-index.ts';
export { isStandIn, standInBytes } from './stand-in.ts';
export type { XpakPlace, XpakRecords } from './xpak.ts';
export { findXpak, printXpak, readXpak, xpakTailBytes } from './xpak.ts';
