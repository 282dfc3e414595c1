export { encodeCanonicalHeader } from './canonical-tar.ts';
export { type CpioMember, encodeCpio } from './cpio.ts';
export {
  comparePlainTarMembers,
  encodePlainTarHeader,
  type PlainTarMember,
  plainTarEnd,
} from './gnu-tar-writer.ts';
export { mtreeEntries, parseMtree, printMtree } from './mtree.ts';
export { SingleZstdFrame } from './single-zstd-frame.ts';
export { TarRecordSorter } from './sort-tar-records.ts';
export type { TarEntry, TarEntryType } from './tar-header.ts';
export { splitPath } from './tar-header.ts';
export type { TarFile, TarStreamEntry } from './tar-reader.ts';
export { readTar, readTarBytes } from './tar-reader.ts';
export type { TarBytes, WalkedTarEntry } from './tar-walk.ts';
export { walkTar } from './tar-walk.ts';
export type { NewTarEntry } from './tar-writer.ts';
export { encodeTarEntry, encodeTarHeader, resizeTarHeader, tarEnd, tarPadding } from './tar-writer.ts';
export {
  findZipDirectory,
  readZipDirectory,
  type ZipMember,
  zipBodyOffset,
  zipHeaderBytes,
  zipTailBytes,
} from './zip-reader.ts';
export { zstdFrames } from './zstd-frames.ts';
