/** Something to feed with hostile bytes. */
export interface FuzzTarget {
  /** Folder below fuzz/corpus with its seeds. */
  readonly name: string;
  /** Throws when the input makes the parser crash or breaks a law; returning is fine, whatever was in the input. */
  check(input: Uint8Array): Promise<void> | void;
}

/** A law that must hold; the message names it. */
export function must(holds: boolean, law: string): void {
  if (!holds) throw new Error(law);
}

/** Strict reading of bytes as text, the way files of recipes are read. */
export function asText(input: Uint8Array): string {
  return new TextDecoder('utf-8').decode(input);
}

/** The input in pieces whose sizes depend on it alone. */
export async function* inPieces(input: Uint8Array): AsyncGenerator<Uint8Array> {
  const size = 1 + (((input[3] ?? 0) * 7 + input.byteLength) % 1500);
  for (let at = 0; at < input.byteLength; at += size) yield input.subarray(at, at + size);
}
