import { filterPieces, type SteadyCompression, steadyCompressor } from '../host/index.ts';

/** Pieces through a compressor, or as they are. */
export function packed(
  pieces: AsyncIterable<Uint8Array>,
  compression: SteadyCompression | 'none',
  options: { readonly level?: number | undefined; readonly signal?: AbortSignal | undefined },
): AsyncIterable<Uint8Array> {
  return compression === 'none' ? pieces : filterPieces(steadyCompressor(compression, options), pieces);
}
