export { applyDiff } from './apply-diff.ts';
export { type ClonedRecipe, cloneRecipe, RecipeClones } from './clone-recipe.ts';
export type { CloneOptions } from './download-recipe.ts';
export { exportCommit, resolveCommit } from './export-commit.ts';
export { FollowedClone, type FollowedCloneOptions } from './followed-clone.ts';
export type { CommittedFolder } from './mirror.ts';
export { openWorkingCopy, type WorkingCopyOptions } from './open-working-copy.ts';
export {
  ensureOwnedCheckout,
  type LayOutWish,
  layOutCommit,
  type OwnedCheckout,
  pushMirror,
} from './owned-checkout.ts';
export { serverOf, shownAddress } from './remote-address.ts';
export { type RemoteHeadOptions, type RemoteHeads, remoteHeads } from './remote-heads.ts';
export type { Credentials } from './remote-link.ts';
export { type ResolvedCommit, type SourceOptions, SourceRepository } from './source-repository.ts';
export type {
  Author,
  CommitFacts,
  FileChange,
  FileKind,
  NewCommit,
  RefMove,
  TreeChange,
  TreeEntry,
  WorkingCopy,
} from './working-copy.ts';
