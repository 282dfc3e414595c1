/**
 * A signal that aborts with the first of several. Unlike `AbortSignal.any` it leaves nothing behind on signals that
 * live as long as the process: `release` has to be called when the work is over.
 */
export function joinSignals(signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  release(): void;
} {
  const joined = new AbortController();
  const abort = (): void => joined.abort();
  for (const signal of signals) {
    if (signal?.aborted) joined.abort();
    signal?.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: joined.signal,
    release: () => {
      for (const signal of signals) signal?.removeEventListener('abort', abort);
    },
  };
}
