export { AppendFile, appendDurably, appendToFile } from './append-file.ts';
export { firstMatchWithin, matchWithin } from './bounded-regex.ts';
export {
  type ControlGroup,
  type ControlGroupLimits,
  type ControlGroups,
  ownGroupName,
} from './cgroup.ts';
export { findControlGroupsV1 } from './cgroup-v1.ts';
export { findControlGroupsV2 } from './cgroup-v2.ts';
export { chainToFile } from './chained-programs.ts';
export { atEndOfMoment, type Clock, nextTurn, systemClock, VirtualClock } from './clock.ts';
export { inflateRaw, unpackZstd, writeZstdFile } from './compress.ts';
export {
  askLine,
  type Console,
  interruptible,
  onCrash,
  onInterrupt,
  onStrayRejection,
  readStandardInput,
  systemConsole,
  tolerateClosedPipes,
  untilAborted,
} from './console.ts';
export { acceptedCodings, type UnpackLimits, UnpackTrouble, unpackBody } from './content-coding.ts';
export {
  createTokenDigest,
  digestBytes,
  digestFileTwice,
  equalDigests,
  gitBlobId,
  keyedDigest,
  sha512Text,
} from './digest.ts';
export { isDiskFull } from './disk-full.ts';
export {
  bytesIfThere,
  type EntryFacts,
  ensureFolder,
  entryFacts,
  kindsIn,
  linkDestination,
  linkNew,
  makeSymlink,
  namesIn,
  removeEmptyFolder,
  removeEntry,
  renameEntry,
  setMode,
  setModifiedTime,
  syncPaths,
  writePieces,
} from './file-entry.ts';
export { copyHashingThrice, type FileHashes, hashFileThrice } from './file-hashes.ts';
export { type FileLock, holdFileLock, isFileLocked } from './file-lock.ts';
export { fileBytes, readFileRange } from './file-range.ts';
export {
  contentDigest,
  readStamp,
  shortDigest,
  shortDigestLength,
  stampKinds,
  stampWidth,
  textDigest,
} from './file-stamps.ts';
export { type FileTree, readFileTree, type TreeFile, writeFileTree } from './file-tree.ts';
export { type FileWatch, readBytes, watchFile } from './file-watch.ts';
export {
  fsyncDirectory,
  replaceFile,
  replaceFileLater,
  replaceSymlink,
  writeDurably,
  writeWhole,
} from './files.ts';
export { type Filter, filterFile, filterPieces, filterToFile, programPieces } from './filter-program.ts';
export { FlushedFile } from './flushed-file.ts';
export {
  absolutePath,
  type FolderSnapshot,
  pathKind,
  type SnapshotEntry,
  type SnapshotOptions,
  snapshotFolder,
  subfolders,
  textIfThere,
} from './folder.ts';
export {
  ensureFolders,
  ensureLink,
  isEmptyFolder,
  isFolderWritable,
  listRoot,
  pathExists,
  privateEntries,
  type RootEntry,
  realPath,
} from './folder-facts.ts';
export { giveTree, makeOwnedFolder, moveFolder, ownUser, removeTree } from './folder-ownership.ts';
export { type GrowingFile, openGrowingFile } from './growing-file.ts';
export { HashedPieces, hashStream, type StreamHashes, writeHashing } from './hash-stream.ts';
export {
  copyHashing,
  crc32,
  crc32After,
  type HashedBytes,
  hashBytesWithTail,
  hashFile,
  hashFileWithTail,
  hashPieces,
} from './hashed-copy.ts';
export { type HttpAnswer, type HttpCall, type HttpSilence, httpCall } from './http-call.ts';
export {
  BrokenBody,
  HttpConnections,
  type HttpExchange,
  type HttpReply,
  type HttpStream,
  type HttpTrouble,
  type ProxyVariables,
} from './http-exchange.ts';
export { pauseAsked, replyWords } from './http-reply.ts';
export { hmacSha256 } from './keyed-digest.ts';
export type { LineHit, LinePattern } from './line-matcher.ts';
export { checkPattern, type LineSearchBounds, type LineSearchNews, searchLines } from './line-search.ts';
export { connectLines, type LineConnection, type LineServer, serveLines } from './line-socket.ts';
export { type LoadedModule, type LoadModuleOptions, loadModule } from './load-module.ts';
export { machine } from './machine.ts';
export { type Mount, readMounts } from './mounts.ts';
export { makeNamedPipe, type OpenedPipe, openPipe, sweepNamedPipes } from './named-pipe.ts';
export { writeNewFile } from './new-file.ts';
export { gunzipBytes, gzipBytes, unpackZstdFrame } from './packed-bytes.ts';
export {
  type ProcessOptions,
  type ProcessResult,
  runOrThrow,
  runProcess,
  type StartedProcess,
  type StartOptions,
  startProcess,
} from './process.ts';
export { ownIdentity, type ProcessIdentity, processState } from './process-identity.ts';
export { descendants, leakyDescriptors } from './process-tree.ts';
export { findProgram, type ProbeAnswer, probeProgram } from './program-probe.ts';
export { type Random, systemRandom } from './random.ts';
export { RandomFile } from './random-file.ts';
export { repeatEvery, runAfter } from './repeat.ts';
export { bytesBelow, freeDiskBytes, machineMemoryBytes } from './room.ts';
export { sendSignal, signalName } from './signals.ts';
export { readStagedFile, readStagedTree, type StagedEntry } from './staged-tree.ts';
export { type SteadyCompression, type SteadyOptions, steadyCompressor } from './steady-compressor.ts';
export { type StreamedAnswer, type StreamedRequest, streamHttp } from './streamed-http.ts';
export { syncTogether } from './sync-together.ts';
export { readSystemFacts, type SystemFacts } from './system-facts.ts';
export { askTcpPort, freeTcpPort, type TcpAnswer } from './tcp-port.ts';
export { makeTemporaryFolder } from './temporary-folder.ts';
export { readTextLines } from './text-lines.ts';
export {
  copyTree,
  type FolderEntry,
  listFolder,
  readPieces,
  writeFileWithMode,
} from './tree.ts';
export { type TreeWatch, watchTree } from './tree-watch.ts';
export { askSocket, type SocketAnswer, type SocketRequest } from './unix-http.ts';
export { linkWithin, type UnpackedFile, writeUnpackedFile } from './unpacked-file.ts';
export { mapSameUsers, userCount } from './user-map.ts';
export { xzCodec } from './xz.ts';
