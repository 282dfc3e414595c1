export type { Signer } from './signer.ts';
