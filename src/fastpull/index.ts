export {
  archiveCompression,
  type Compression,
  checkFinalName,
  finalNameOf,
} from './archives/final-name.ts';
export type * from './contract.ts';
export { type FastpullOptions, type FastpullParts, openFastpull } from './open-fastpull.ts';
