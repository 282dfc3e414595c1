export { AppendFile } from './append-file.ts';
export {
  type ControlGroup,
  type ControlGroupLimits,
  type ControlGroups,
  ownGroupName,
} from './cgroup.ts';
export { findControlGroupsV1 } from './cgroup-v1.ts';
export { findControlGroupsV2 } from './cgroup-v2.ts';
export { type Clock, systemClock, VirtualClock } from './clock.ts';
export { unpackZstd, writeZstdFile } from './compress.ts';
export { type Console, onCrash, onInterrupt, systemConsole, tolerateClosedPipes } from './console.ts';
export { digestBytes, digestFileTwice } from './digest.ts';
export {
  bytesIfThere,
  type EntryFacts,
  ensureFolder,
  entryFacts,
  linkDestination,
  linkNew,
  makeSymlink,
  namesIn,
  removeEntry,
  renameEntry,
  setMode,
  setModifiedTime,
  syncPaths,
  writePieces,
} from './file-entry.ts';
export { type FileWatch, readBytes, watchFile } from './file-watch.ts';
export { fsyncDirectory, replaceFile, replaceSymlink, writeDurably } from './files.ts';
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
  listRoot,
  pathExists,
  privateEntries,
  type RootEntry,
  realPath,
} from './folder-facts.ts';
export { giveTree, makeOwnedFolder, moveFolder, ownUser, removeTree } from './folder-ownership.ts';
export {
  copyHashing,
  crc32,
  type HashedBytes,
  hashBytesWithTail,
  hashFile,
  hashFileWithTail,
} from './hashed-copy.ts';
export { machine } from './machine.ts';
export { type Mount, readMounts } from './mounts.ts';
export { makeNamedPipe, type OpenedPipe, openPipe, sweepNamedPipes } from './named-pipe.ts';
export { writeNewFile } from './new-file.ts';
export {
  type ProcessOptions,
  type ProcessResult,
  runOrThrow,
  runProcess,
  type StartedProcess,
  type StartOptions,
  startProcess,
} from './process.ts';
export { descendants, leakyDescriptors } from './process-tree.ts';
export { findProgram, type ProbeAnswer, probeProgram } from './program-probe.ts';
export { type Random, systemRandom } from './random.ts';
export { sendSignal, signalName } from './signals.ts';
export { readSystemFacts, type SystemFacts } from './system-facts.ts';
export { makeTemporaryFolder } from './temporary-folder.ts';
export {
  copyTree,
  type FolderEntry,
  listFolder,
  readPieces,
  writeFileWithMode,
} from './tree.ts';
export { xzCodec } from './xz.ts';
