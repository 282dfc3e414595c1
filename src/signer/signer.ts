/** Makes detached OpenPGP signatures with the farm's key. */
export interface Signer {
  /** Fingerprint of the signing key, 40 or 64 upper-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Writes binary detached signatures to `<path>.sig` for each file; one process for many files where possible. */
  signFiles(paths: readonly string[]): Promise<void>;
  /** Detached binary signature of bytes in memory. */
  signBytes(bytes: Uint8Array): Promise<Uint8Array>;
  /** Whether `<path>.sig` is a good signature of `path` by the farm's key. */
  verifyFile(path: string, signaturePath: string): Promise<boolean>;
  /** The public key, binary (as `pacman-key --add` takes it). */
  publicKey(): Promise<Uint8Array>;
  /** Ends what the signer keeps running; it can be used again afterwards and starts what it needs anew. */
  close(): Promise<void>;
}
