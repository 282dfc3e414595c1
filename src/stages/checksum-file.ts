/** Checksum that a `.hash.txt` states; undefined when it states none in the way of this layout (9.7). */
export function statedDigest(text: string | undefined): string | undefined {
  return /^\s*sha256[ \t]+([0-9a-f]{64})\s*$/m.exec(text ?? '')?.[1];
}

/** Text of a `.hash.txt`. */
export const hashText = (digest: string): string => `sha256 ${digest}\n`;
