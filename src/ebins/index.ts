export type { Binhost, OfferedPackage } from './binhost.ts';
export { fetchPackage, readBinhost } from './binhost.ts';
export type { CanonicalParts } from './canonical-parts.ts';
export { canonicalParts } from './canonical-parts.ts';
export { objectFileName } from './codecs.ts';
export type { ContentCollection, ContentStoreOptions } from './content-store.ts';
export { ContentStore } from './content-store.ts';
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
export type { IndexedFolder } from './index-folder.ts';
export { indexFolder } from './index-folder.ts';
export { openBuild } from './open-build.ts';
export type { FoundPackage, PackageFolder } from './package-folder.ts';
export { foundValue, openFound, readPackageFolder } from './package-folder.ts';
export { SignatureChecker } from './signatures.ts';
export type { NewGpkg, NewPackage } from './write-container.ts';
export { writeGpkg, writeXpak } from './write-container.ts';
