export { type Clock, systemClock, VirtualClock } from './clock.ts';
export { digestBytes, digestFile, digestFileTwice } from './digest.ts';
export { fsyncDirectory, replaceFile, replaceSymlink, writeDurably } from './files.ts';
export { type Random, systemRandom } from './random.ts';
export { writeZstdFile } from './compress.ts';
export {
  copyTree,
  type FolderEntry,
  linkFile,
  listFolder,
  makeFolderTree,
  readPieces,
  readTextIfThere,
  removeTree,
  writeFileWithMode,
} from './tree.ts';
