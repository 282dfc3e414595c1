export { type RemoteAnswer, type RemoteHeadOptions, type RemoteRef, remoteHead } from './remote-heads.ts';
