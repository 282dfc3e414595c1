export type { Section } from './blocks.ts';
export * from './codec.ts';
export {
  decodeDatafile,
  decodeEntries,
  decodeMessage,
  decodeOpened,
  encodeDatafile,
  encodeEntries,
  encodeMessage,
  type OpenedDatafile,
  openDatafile,
  type ReadOptions,
} from './datafile.ts';
export { compareDistributions, distributionKey, distributionText } from './distribution.ts';
export { type DistributionIndex, decodeIndex, encodeIndex, makeIndex } from './distribution-index.ts';
export { embedRelease } from './embedded.ts';
export * from './entities.ts';
export { resourceCodecs, resourceFolders, symbolNode, toplevelCodec } from './entity-codecs.ts';
export {
  type GraphView,
  isExternal,
  type Lookup,
  lookUp,
  nodeAt,
  viewGraph,
  viewGraphSections,
} from './graph-view.ts';
export { InternTable } from './intern-table.ts';
export {
  decodeManifest,
  encodeManifest,
  extractFromManifest,
  isAddress,
  keepKinds,
  type Manifest,
  type ManifestEntry,
  type ManifestSource,
  makeManifest,
  mergeManifests,
  removeKind,
  rewriteManifest,
  symbolOnly,
} from './manifest.ts';
export { MessageReader } from './message-reader.ts';
export { MessageWriter } from './message-writer.ts';
export { dottedPath, hashPath, hashSymbol, noPath, spookyHash64 } from './spooky-hash.ts';
export { type TableView, viewTableSections } from './table-view.ts';
export { type AllToplevelFacts, decodeToplevelFacts, encodeToplevelFacts } from './toplevel-facts.ts';
