export { type RemoteHeadOptions, type RemoteRef, remoteHead } from './remote-heads.ts';
