import { gzipSync } from 'node:zlib';
import { unpack } from './blocks.ts';
import type { Infer } from './codec.ts';
import { decodeMessage, encodeMessage } from './datafile.ts';
import { toplevelCodec } from './entity-codecs.ts';

/** What is known of top-levels without loading their distributions: by `distributionKey`, then by top-level. */
export type AllToplevelFacts = Infer<typeof toplevelCodec>;

const maxBytes = 2 ** 30;

/** The facts as one file. Equal facts give equal bytes. */
export function encodeToplevelFacts(facts: AllToplevelFacts): Uint8Array {
  return gzipSync(encodeMessage(toplevelCodec, facts), { level: 6 });
}

/** The facts of such a file. Throws MPY300 to MPY305 and MPY308. */
export function decodeToplevelFacts(file: Uint8Array): AllToplevelFacts {
  return decodeMessage(toplevelCodec, unpack(file, 'the facts of top-levels', maxBytes), {
    name: 'toplevels',
  });
}
