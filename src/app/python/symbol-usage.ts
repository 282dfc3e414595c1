import type { ParameterExample, SymbolManager } from '../../python-resources/index.ts';

/** How code uses a symbol, as far as corpora told it. */
export interface SymbolUsage {
  /** How often it was seen in expressions; null: nobody counted. */
  readonly uses: number | null;
  /** Ways in which it is called, such as `(url, timeout=10)`, with their share of all calls from 0 to 1. */
  readonly calls: readonly { readonly text: string; readonly share: number }[];
  /** Names that are passed through its `**kwargs`. */
  readonly keywords: readonly string[];
}

/** Throws what `SymbolManager.pathSymbol` throws. */
export async function usageOf(manager: SymbolManager, path: string): Promise<SymbolUsage> {
  const symbol = await manager.pathSymbol(path);
  const [counts, signatures, kwargs] = await Promise.all([
    manager.symbolCounts(symbol),
    manager.popularSignatures(symbol),
    manager.kwargs(symbol),
  ]);
  return {
    uses: counts?.expressions ?? null,
    calls: signatures.map(({ args, languageDetails: { python }, frequency }) => ({
      text: `(${[...args.map((one) => one?.name), ...(python?.kwargs ?? []).map(keyword)].filter(Boolean).join(', ')})`,
      share: frequency,
    })),
    keywords: (kwargs?.kwargs ?? []).map(({ name }) => name),
  };
}

const keyword = (one: ParameterExample | null): string =>
  one === null ? '' : `${one.name}=${one.types[0]?.examples[0] ?? '...'}`;
