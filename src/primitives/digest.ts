declare const digestBrand: unique symbol;

/** The SHA-256 of some bytes: 64 lower-case hexadecimal digits. Objects of the store are named by it. */
export type Digest = string & { readonly [digestBrand]: 'Digest' };

/** The digest, or undefined when the text is not 64 lower-case hexadecimal digits. */
export function parseDigest(text: string): Digest | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined;
}
