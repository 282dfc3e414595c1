export { findKey, initKey, type KeyOwner, type SigningKey } from './gnupg-home.ts';
export { type GnupgSignerOptions, openGnupgSigner } from './gnupg-signer.ts';
