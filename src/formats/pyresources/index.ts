export * from './codec.ts';
export {
  datafileHead,
  decodeDatafile,
  decodeEntries,
  decodeMessage,
  decodeUnpacked,
  encodeDatafile,
  encodeEntries,
  encodeMessage,
  type ReadOptions,
  type UnpackedDatafile,
  unpackDatafile,
} from './datafile.ts';
export * from './entities.ts';
export { resourceCodecs, resourceFolders, symbolNode, toplevelCodec } from './entity-codecs.ts';
export { InternTable, MessageReader } from './message-reader.ts';
export { MessageWriter } from './message-writer.ts';
export { dottedPath, hashPath, hashSymbol, noPath, spookyHash64 } from './spooky-hash.ts';
