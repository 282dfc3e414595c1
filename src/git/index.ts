export {
  type RemoteAnswer,
  type RemoteHeadOptions,
  type RemoteHeads,
  type RemoteRef,
  remoteHead,
  remoteHeads,
} from './remote-heads.ts';
export { type ResolvedCommit, type SourceOptions, SourceRepository } from './source-repository.ts';
export type {
  Author,
  CommitFacts,
  FileChange,
  NewCommit,
  RefMove,
  TreeChange,
  WorkingCopy,
} from './working-copy.ts';
