import type { Problem } from '../diagnostics/index.ts';
import type { MessageText } from './channel.ts';

/** A call as it travels. */
export interface CallMessage {
  readonly kind: 'call';
  readonly id: string;
  readonly method: string;
  readonly body: unknown;
  /** Name of the caller. */
  readonly from: string;
  /** Mailbox for the answer. */
  readonly reply: string;
  /** How long the caller goes on waiting, counted from the sending. No point in time: clocks of machines differ. */
  readonly ttlMs: number;
}

/** What a server sends to itself: whatever comes after it was sent after `atMs` of its own monotonic clock. */
export interface TickMessage {
  readonly kind: 'tick';
  readonly life: string;
  readonly atMs: number;
}

/** The answer to a call: a value (absent: undefined) or a problem. */
export interface AnswerMessage {
  readonly kind: 'answer';
  readonly id: string;
  readonly value?: unknown;
  readonly problem?: Problem | undefined;
}

/** The server cannot tell how old a call is: whoever still waits for it is to send it again. */
export interface AgainMessage {
  readonly kind: 'again';
  readonly id: string;
}

export type ToServer = CallMessage | TickMessage;
export type ToCaller = AnswerMessage | AgainMessage;

const replyPrefix = 'reply:';

/** Mailbox of one caller; `nonce` tells lives of a caller apart. */
export function replyMailbox(name: string, nonce: string): string {
  return `${replyPrefix}${name}:${nonce}`;
}

export function encode(message: ToServer | ToCaller): MessageText {
  return JSON.stringify(message);
}

/** What a server may find in its mailbox; undefined when the text is none of it. */
export function readToServer(text: MessageText): ToServer | undefined {
  const message = readObject(text);
  if (message === undefined) return undefined;
  if (message['kind'] === 'tick')
    return isText(message['life']) && isFiniteNumber(message['atMs'])
      ? { kind: 'tick', life: message['life'], atMs: message['atMs'] }
      : undefined;
  const { kind, id, method, body, from, reply, ttlMs } = message;
  if (kind !== 'call' || !isText(id) || !isText(method) || !isText(from)) return undefined;
  if (!isText(reply) || !reply.startsWith(replyPrefix) || !isFiniteNumber(ttlMs)) return undefined;
  return { kind, id, method, body, from, reply, ttlMs };
}

/** What a caller may find in its mailbox; undefined when the text is none of it. */
export function readToCaller(text: MessageText): ToCaller | undefined {
  const message = readObject(text);
  if (message === undefined) return undefined;
  const { kind, id, value, problem } = message;
  if (!isText(id)) return undefined;
  if (kind === 'again') return { kind, id };
  if (kind !== 'answer') return undefined;
  if (problem === undefined) return { kind, id, value };
  return isProblem(problem) ? { kind, id, problem } : undefined;
}

function readObject(text: MessageText): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isFiniteNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string';

function isProblem(value: unknown): value is Problem {
  if (!isObject(value)) return false;
  const { code, severity, blame, what, why, next, place } = value;
  return (
    isText(code) &&
    ['error', 'warning', 'note'].includes(String(severity)) &&
    ['recipe', 'usage', 'world', 'bug'].includes(String(blame)) &&
    typeof what === 'string' &&
    isTextOrAbsent(why) &&
    isTextOrAbsent(next) &&
    (place === undefined || (isObject(place) && isText(place['file'])))
  );
}
