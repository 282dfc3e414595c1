export { type Clock, systemClock, VirtualClock } from './clock.ts';
export { digestBytes, digestFile } from './digest.ts';
export { fsyncDirectory, replaceFile, replaceSymlink, writeDurably } from './files.ts';
export { type Random, systemRandom } from './random.ts';
export { writeZstdFile } from './compress.ts';
export {
  copyTree,
  type FolderEntry,
  listFolder,
  makeFolderTree,
  readPieces,
  readTextIfThere,
  removeTree,
} from './tree.ts';
