export type { Binhost, OfferedPackage } from './binhost.ts';
export { indexedFacts, readBinhost } from './binhost.ts';
export type { CanonicalParts } from './canonical-parts.ts';
export { canonicalParts } from './canonical-parts.ts';
export { objectEnding } from './codecs.ts';
export type { ContentCollection, ContentStoreOptions } from './content-store.ts';
export { ContentStore, isAliasLength, isAliasName } from './content-store.ts';
export type {
  CanonicalPart,
  Codec,
  ContainerFacts,
  ContentObject,
  ListedFile,
  OpenedBuild,
  OpenedImage,
  OpenOptions,
  PartOptions,
  SignaturePolicy,
} from './contract.ts';
export { withDebugTarball } from './debug-tarball.ts';
export type { IndexedFolder } from './index-folder.ts';
export { indexFolder } from './index-folder.ts';
export type { MirroredBinhost, MirrorRequest } from './mirror-binhost.ts';
export { mirrorBinhost } from './mirror-binhost.ts';
export { openBuild } from './open-build.ts';
export type { FoundPackage, PackageFolder } from './package-folder.ts';
export { foundValue, openFound, presumedVersion, readPackageFolder } from './package-folder.ts';
export { SignatureChecker } from './signatures.ts';
export type { NewGpkg, NewPackage } from './write-container.ts';
export { writeGpkg, writeXpak } from './write-container.ts';
