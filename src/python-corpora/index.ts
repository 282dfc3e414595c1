export { CorpusRow } from './corpus-row.ts';
export { FormerGraph, type FormerNode, readFormerNode } from './former-graph.ts';
export {
  decodeFormerSymbols,
  encodeFormerSymbols,
  type FormerFound,
  type FormerSymbols,
  findFormerSymbols,
} from './former-symbols.ts';
export { plausibleKeywords, readSeenKeywords, type SeenKeywords } from './keyword-names.ts';
export { PlacedRows, type PlacedTable } from './placed-rows.ts';
export { type FindSymbol, poolCalls } from './pooled-calls.ts';
export { popularSignatures, signatureStats } from './popular-signatures.ts';
export { readSeenCalls, type SeenCall, type SeenCalls } from './seen-calls.ts';
export { readSeenReturns, type SeenReturns, seenReturnSources } from './seen-returns.ts';
export { readCountedPath, SymbolCounting } from './symbol-counts.ts';
export { type OldOrNew, readOldOrNew } from './symbol-places.ts';
