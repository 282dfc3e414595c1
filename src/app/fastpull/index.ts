// The door of the commands that work on downloads and archives: they need nothing of a farm but its folder.
export {
  answerCdnPath,
  type Blos,
  blobPathIn,
  type CdnTarget,
  checkStores,
  collectBlos,
  type DynamicRecord,
  folderTarget,
  importStores,
  layoutConf,
  pushObjects,
  quarantineObject,
  type StoreTrouble,
  scopesOf,
} from '../../fastpull/index.ts';
export { printExtendedJson } from '../../formats/extended-json/index.ts';
export { isFarm } from '../is-farm.ts';
export {
  distfilesHostOf,
  openWorkspace,
  ownSettings,
  rootBelow,
  type Workspace,
  type WorkspaceOptions,
  workspaceRoot,
} from './open-workspace.ts';
export { sftpTarget } from './sftp-target.ts';
