export {
  archiveCompression,
  finalNameOf,
} from './archives/final-name.ts';
export { archiveMembers, type Member as ArchiveMember } from './archives/members.ts';
export { blobPathIn } from './blos.ts';
export {
  answerCdnPath,
  type CdnAnswer,
  type CdnTarget,
  folderTarget,
  layoutConf,
  type PushReport,
  pushObjects,
} from './cdn.ts';
export type * from './contract.ts';
export { type ImportReport, importStores } from './foreign-stores.ts';
export { type FastpullOptions, type FastpullParts, openFastpull } from './open-fastpull.ts';
export {
  type CheckOptions,
  checkStores,
  quarantineObject,
  type StoreReport,
  type StoreTrouble,
  scopesOf,
} from './store-check.ts';
export { type CollectOptions, collectBlos, type StoreCollection, storedDigests } from './store-collection.ts';
