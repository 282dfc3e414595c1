/** Sizes between which the lines lie that quickpkg writes in place of a file; others need not be read. */
export const standInBytes = { least: 40, most: 160 } as const;

/**
 * Whether a file's text is the line of comment that quickpkg puts where it leaves a protected file out (specification 2.10).
 */
export function isStandIn(bytes: Uint8Array): boolean {
  if (bytes[0] !== 35 || bytes.byteLength > standInBytes.most) return false;
  const text = Buffer.from(bytes).toString('latin1').trimEnd();
  return !text.includes('\n') && text.includes('--include-config=n') && text.includes('quickpkg');
}
