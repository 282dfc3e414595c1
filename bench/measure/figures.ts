/** Milliseconds that work takes. */
export async function timed(what: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await what();
  return performance.now() - start;
}

/** The middle of some figures; of an even number of them, the upper one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Middle, 99 of 100 and worst of some milliseconds, as words. */
export function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${(sorted.at(-1) ?? 0).toFixed(1)} ms`;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
export const rate = (count: number, ms: number): string => `${Math.round((count / ms) * 1000)} jobs/s`;
export const print = (what: string, figure: string): void => console.log(`${what.padEnd(52)} ${figure}`);
