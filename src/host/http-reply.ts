import type { HttpAnswer } from './http-call.ts';

/** Longest pause that a service may ask for. */
const longestPauseMs = 24 * 3_600_000;

/** ms that the service asks us to wait: `Retry-After` (RFC 9110), GitHub's exhausted quota, or Telegram's body. */
export function pauseAsked({ headers, text }: HttpAnswer, nowMs: number): number | undefined {
  const bounded = (ms: number): number => Math.min(longestPauseMs, Math.max(0, ms));
  const after = headers.get('retry-after')?.trim();
  if (after !== undefined && /^\d+(\.\d+)?$/.test(after)) return bounded(Number(after) * 1000);
  const date = after === undefined ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return bounded(date - nowMs);
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  if (headers.get('x-ratelimit-remaining') === '0' && !Number.isNaN(reset))
    return bounded(reset * 1000 - nowMs);
  const parameters = (parse(text) as { parameters?: { retry_after?: unknown } } | undefined)?.parameters;
  return typeof parameters?.retry_after === 'number' ? bounded(parameters.retry_after * 1000) : undefined;
}

/** What the service says, without its wrapping. */
export function replyWords(text: string): string {
  const body = parse(text) as { message?: unknown; error?: unknown; description?: unknown } | undefined;
  const words = body?.message ?? body?.error ?? body?.description;
  if (words === undefined) return text;
  return typeof words === 'string' ? words : JSON.stringify(words);
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
