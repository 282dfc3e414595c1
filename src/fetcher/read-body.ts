import { fault, isFault, messageOf } from '../diagnostics/index.ts';
import { type UnpackLimits, UnpackTrouble, unpackBody } from '../host/index.ts';
import type { FetchAnswer } from './fetch-request.ts';
import { shownAddress } from './shown-address.ts';

/**
 * Unpacks a body while it is read. Throws FET002 when that takes too long, FET008 beyond `maxBytes`, FET014 for damage
 * and for codings that are unknown or more than two, FET015 when it is called off.
 */
export async function* unpackedPieces(
  body: Uint8Array,
  codings: string | undefined,
  { shown, ...limits }: UnpackLimits & { readonly shown: string },
): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of unpackBody(body, codings, limits)) {
      size += piece.byteLength;
      if (size > limits.maxBytes) throw tooLarge(shown, limits);
      yield piece;
    }
  } catch (error) {
    if (isFault(error)) throw error;
    if (error instanceof UnpackTrouble) throw givenUp(error, shown, limits);
    const why = `${messageOf(error)}.`;
    throw fault('FET014', { what: `the answer of '${shown}' is damaged`, why, cause: error });
  }
}

const tooLarge = (shown: string, { maxBytes }: UnpackLimits): Error =>
  fault('FET008', {
    what: `the answer of '${shown}' is too large`,
    why: `It unpacks to more than ${maxBytes} bytes.`,
  });

function givenUp({ kind }: UnpackTrouble, shown: string, limits: UnpackLimits): Error {
  switch (kind) {
    case 'too-large':
      return tooLarge(shown, limits);
    case 'slow':
      return fault('FET002', {
        what: `the answer of '${shown}' takes too long to unpack`,
        why: `It is not unpacked after ${limits.timeoutMs} ms.`,
      });
    case 'stopped':
      return fault('FET015', { what: `the request to '${shown}' is called off` });
  }
}

/** All pieces in a row. */
export async function collectPieces(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.length === 1 && all[0] ? all[0] : Buffer.concat(all);
}

/** The value of a JSON document. Throws FET009 for a page, FET010 for anything else that is no JSON. */
export function readJson({ bytes, headers, url }: FetchAnswer): unknown {
  const text = Buffer.from(bytes).toString();
  const shown = shownAddress(url);
  if (/^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)/i.test(text)) {
    throw fault('FET009', { what: `'${shown}' answers a page and no data` });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const why = `${messageOf(error)}.`;
    throw fault('FET010', { what: `'${shown}' answers no JSON`, why, cause: error });
  }
}
