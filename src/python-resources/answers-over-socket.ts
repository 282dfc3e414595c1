import {
  type Code,
  catalogue,
  fault,
  isFault,
  messageOf,
  type Problem,
  ProblemError,
} from '../diagnostics/index.ts';
import { connectLines, type LineServer, serveLines } from '../host/index.ts';
import { callManager, type ManagerMethod, managerMethods, managerOf, type SymbolManager } from './symbol.ts';
import { decodeWire, encodeWire } from './wire.ts';

interface Call {
  readonly jsonrpc: '2.0';
  readonly id: number | string;
  readonly method: string;
  readonly params?: readonly unknown[];
}

const isMethod = (method: string): method is ManagerMethod =>
  (managerMethods as readonly string[]).includes(method);

const isId = (id: unknown): id is number | string => typeof id === 'number' || typeof id === 'string';

const isCall = (value: unknown): value is Call =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  isId(value.id) &&
  'method' in value &&
  typeof value.method === 'string' &&
  (!('params' in value) || Array.isArray(value.params));

/**
 * Answers other processes over a unix socket: lines of JSON-RPC 2.0 with the methods of `SymbolManager`; a problem is the
 * `data` of an error. Throws MPY337 when the socket cannot be had.
 */
export async function serveManager(manager: SymbolManager, socketPath: string): Promise<LineServer> {
  try {
    return await serveLines(socketPath, (line) => answerLine(manager, line));
  } catch (cause) {
    throw fault('MPY337', { what: `'${socketPath}' cannot be served: ${messageOf(cause)}`, cause });
  }
}

async function answerLine(manager: SymbolManager, line: string): Promise<string> {
  let id: number | string | null = null;
  const refuse = (code: number, message: string, data?: Problem): string =>
    encodeWire({ jsonrpc: '2.0', id, error: { code, message, ...(data ? { data } : {}) } });
  let call: unknown;
  try {
    call = decodeWire(line);
  } catch {
    return refuse(-32700, 'not JSON');
  }
  if (typeof call === 'object' && call !== null && 'id' in call && isId(call.id)) id = call.id;
  if (!isCall(call)) return refuse(-32600, 'not a call');
  if (!isMethod(call.method)) return refuse(-32601, `no method '${call.method}'`);
  try {
    return encodeWire({
      jsonrpc: '2.0',
      id,
      result: await callManager(manager, call.method, call.params ?? []),
    });
  } catch (error) {
    return isFault(error)
      ? refuse(-32000, error.problem.what, error.problem)
      : refuse(-32602, messageOf(error));
  }
}

/** A manager of another process. */
export interface RemoteManager {
  readonly manager: SymbolManager;
  close(): void;
}

interface Reply {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message?: unknown; readonly data?: Problem };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Connects to a manager that `serveManager` serves. Its problems are thrown as they are; MPY337 when it does not answer. */
export async function connectManager(socketPath: string): Promise<RemoteManager> {
  const waiting = new Map<number, Waiting>();
  const silent = (what: string, cause?: unknown): Error =>
    fault('MPY337', { what: `'${socketPath}' ${what}`, cause });
  let isOpen = true;
  const end = (): void => {
    isOpen = false;
    for (const { reject } of waiting.values()) reject(silent('ended before it answered'));
    waiting.clear();
  };
  const connection = await connectLines(socketPath, { line: (line) => takeReply(waiting, line), end }).catch(
    (cause: unknown) => {
      throw silent(`does not answer: ${messageOf(cause)}`, cause);
    },
  );
  let last = 0;
  const call = (method: ManagerMethod, params: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (!isOpen) return reject(silent('is not there any more'));
      last += 1;
      waiting.set(last, { resolve, reject });
      connection.send(encodeWire({ jsonrpc: '2.0', id: last, method, params } satisfies Call));
    });
  return { manager: managerOf(call), close: () => connection.close() };
}

function takeReply(waiting: Map<number, Waiting>, line: string): void {
  let reply: Reply;
  try {
    reply = decodeWire(line) as Reply;
  } catch {
    return;
  }
  const one = typeof reply?.id === 'number' ? waiting.get(reply.id) : undefined;
  if (one === undefined) return;
  waiting.delete(reply.id as number);
  if (reply.error === undefined) one.resolve(reply.result);
  else one.reject(errorOf(reply.error));
}

function errorOf({ message, data }: NonNullable<Reply['error']>): Error {
  if (data !== undefined && Object.hasOwn(catalogue, data.code as Code)) return new ProblemError(data);
  return fault('MPY337', { what: `the other manager answers '${String(message)}'` });
}
