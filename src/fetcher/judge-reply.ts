import { fault, type ProblemError } from '../diagnostics/index.ts';
import type { HttpReply, HttpTrouble } from '../host/index.ts';
import { formatDuration } from '../primitives/index.ts';

/** What to do with what came back: take it, go where it points, ask again, or give up. */
export type Verdict =
  | { readonly kind: 'good'; readonly reply: HttpReply }
  | { readonly kind: 'unchanged'; readonly reply: HttpReply }
  | { readonly kind: 'redirect'; readonly reply: HttpReply; readonly location: string }
  | { readonly kind: 'later'; readonly error: ProblemError; readonly pauseMs?: number | undefined }
  | { readonly kind: 'refused'; readonly error: ProblemError };

/** Statuses that may be others a moment later. */
const passing: readonly number[] = [408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524];

export interface Circumstances {
  /** The address, for messages. */
  readonly shown: string;
  /** Wall-clock time, for pauses that servers give as a date. */
  readonly nowMs: number;
  /** The longest pause that is waited for. */
  readonly maxPauseMs: number;
}

/** Judges an answer or its absence. */
export function judge(
  outcome: HttpReply | HttpTrouble,
  { shown, nowMs, maxPauseMs }: Circumstances,
): Verdict {
  if (outcome.kind !== 'reply') return judgeTrouble(outcome, shown);
  const { status, headers } = outcome;
  if (status >= 200 && status < 300) return { kind: 'good', reply: outcome };
  if (status === 304) return { kind: 'unchanged', reply: outcome };
  if (status >= 300 && status < 400) return judgeRedirect(outcome, shown);
  const pauseMs = pauseOf(headers, nowMs);
  const why = [wordsOf(outcome), longPauseWords(pauseMs, maxPauseMs)].filter(Boolean).join(' ') || undefined;
  const hasNoQuota = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined;
  if (status === 429 || (status === 403 && hasNoQuota)) {
    const error = fault('FET006', { what: `'${shown}' answers ${status}: too many requests`, why });
    return { kind: 'later', error, pauseMs };
  }
  const what = `'${shown}' answers ${status}`;
  if (passing.includes(status)) {
    return { kind: 'later', error: fault('FET007', { what, why }), pauseMs };
  }
  const code = status === 404 || status === 410 ? 'FET004' : status >= 500 ? 'FET007' : 'FET005';
  return { kind: 'refused', error: fault(code, { what, why }) };
}

function judgeTrouble({ kind, reason }: HttpTrouble, shown: string): Verdict {
  const why = `${reason}.`;
  switch (kind) {
    case 'unreachable':
      return { kind: 'later', error: fault('FET001', { what: `'${shown}' is out of reach`, why }) };
    case 'slow':
      return { kind: 'later', error: fault('FET002', { what: `'${shown}' is too slow`, why }) };
    case 'tls':
      return {
        kind: 'refused',
        error: fault('FET003', { what: `there is no secure connection to '${shown}'`, why }),
      };
    case 'too-large':
      return {
        kind: 'refused',
        error: fault('FET008', { what: `the answer of '${shown}' is too large`, why }),
      };
    case 'unusable':
      return { kind: 'refused', error: fault('FET013', { what: `'${shown}' cannot be asked`, why }) };
    case 'stopped':
      return {
        kind: 'refused',
        error: fault('FET015', { what: `the request to '${shown}' is called off` }),
      };
  }
}

function judgeRedirect(reply: HttpReply, shown: string): Verdict {
  const location = reply.headers['location'];
  if (location !== undefined) return { kind: 'redirect', reply, location };
  const what = `'${shown}' answers ${reply.status} without saying where to go`;
  return { kind: 'refused', error: fault('FET012', { what }) };
}

/** ms that a server asks us to wait: `Retry-After` in seconds or as a date (RFC 9110), or the reset of a used-up quota. */
function pauseOf(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const after = headers['retry-after']?.trim();
  if (after !== undefined && /^\d+$/.test(after)) return Number(after) * 1000;
  const date = after === undefined ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - nowMs);
  const reset = headers['x-ratelimit-reset'] ?? '';
  if (headers['x-ratelimit-remaining'] !== '0' || !/^\d+$/.test(reset)) return undefined;
  return Math.max(0, Number(reset) * 1000 - nowMs);
}

function longPauseWords(pauseMs: number | undefined, maxPauseMs: number): string | undefined {
  if (pauseMs === undefined || pauseMs <= maxPauseMs) return undefined;
  return `It asks for a pause of ${formatDuration(pauseMs)}, and at most ${formatDuration(maxPauseMs)} are waited for.`;
}

/** What the server says of it, when it says something short; nothing for pages. */
function wordsOf({ headers, body }: HttpReply): string | undefined {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity' || body.byteLength > 65_536)
    return undefined;
  const text = Buffer.from(body).toString().trim();
  if (text === '' || text.startsWith('<')) return undefined;
  let words: unknown = text;
  try {
    const value = JSON.parse(text) as { message?: unknown; error?: unknown };
    words = value?.message ?? value?.error ?? text;
  } catch {}
  const line = (typeof words === 'string' ? words : JSON.stringify(words)).replaceAll(/\s+/g, ' ');
  return `It says: ${line.slice(0, 300)}`;
}
