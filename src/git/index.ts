export { type RemoteAnswer, type RemoteHeadOptions, type RemoteRef, remoteHead } from './remote-heads.ts';
export { type ResolvedCommit, type SourceOptions, SourceRepository } from './source-repository.ts';
