export type {
  BuildFacts,
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
