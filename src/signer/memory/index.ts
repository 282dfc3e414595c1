import { bytesIfThere, digestBytes, writeDurably } from '../../host/index.ts';
import type { Signer } from '../signer.ts';

const keyName = 'A'.repeat(40);
const signatureOf = (bytes: Uint8Array): Uint8Array => Buffer.from(`twin:${digestBytes(bytes)}`);

/** The twin for tests: a signature is the hash of the bytes. No OpenPGP program can read it. */
export function memorySigner(): Signer {
  return {
    fingerprint: keyName,
    signFiles: async (paths) => {
      for (const path of paths)
        writeDurably(`${path}.sig`, signatureOf(bytesIfThere(path) ?? Buffer.alloc(0)));
    },
    signBytes: async (bytes) => signatureOf(bytes),
    verifyFile: async (path, signaturePath) => {
      const bytes = bytesIfThere(path);
      const signature = bytesIfThere(signaturePath);
      return (
        bytes !== undefined && signature !== undefined && Buffer.from(signature).equals(signatureOf(bytes))
      );
    },
    publicKey: async () => Buffer.from(keyName),
    close: async () => {},
  };
}
