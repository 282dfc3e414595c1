import type { Readable } from 'node:stream';
import { fault } from '../../diagnostics/index.ts';
import { askSocket, type SocketAnswer, type SocketRequest } from '../../host/index.ts';
import { textOf } from './json-fields.ts';

export interface EngineRequest {
  readonly method: SocketRequest['method'];
  /** Without the version, such as `/containers/create`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A tar, instead of a body of JSON. */
  readonly archive?: Uint8Array;
}

export interface EngineAnswer {
  readonly status: number;
  /** The JSON body; undefined when there is none. */
  readonly value: unknown;
  /** The engine's own words when it refused, otherwise empty. */
  readonly message: string;
}

/** An answer whose body is read as it comes. */
export interface EngineStream {
  readonly status: number;
  readonly body: Readable;
}

/** Silence after which an engine that owes a short answer counts as gone; a commit of gigabytes takes minutes. */
const silenceMs = 10 * 60_000;
const answerBytes = 16 * 1024 * 1024;

/** Speaks the HTTP API of Docker, which Podman offers too, over the engine's socket. */
export class EngineClient {
  readonly socketPath: string;
  readonly #prefix: string;

  /** `version`: of the API, such as `1.43`; empty: paths are sent without one. */
  constructor(socketPath: string, version: string) {
    this.socketPath = socketPath;
    this.#prefix = version === '' ? '' : `/v${version}`;
  }

  /** Sends a request and reads the whole answer, whatever its status. Throws SBX032 when none comes. */
  async call(request: EngineRequest): Promise<EngineAnswer> {
    const answer = await this.#ask(request, silenceMs);
    const text = await this.#whole(answer.body);
    const value = parsed(text);
    const refused = answer.status >= 400;
    const message = refused ? (textOf(value, 'message') ?? text.trim()) : '';
    return { status: answer.status, value, message };
  }

  /** Sends a request and hands out the body as it comes. Throws SBX032 when no answer comes. */
  async open(request: EngineRequest): Promise<EngineStream> {
    const { status, body } = await this.#ask(request, undefined);
    return { status, body };
  }

  /** The words of a refusal that came as a stream. */
  async refusal(stream: EngineStream): Promise<string> {
    const text = await this.#whole(stream.body);
    return textOf(parsed(text), 'message') ?? text.trim();
  }

  async #ask(request: EngineRequest, silence: number | undefined): Promise<SocketAnswer> {
    const query = new URLSearchParams(request.query).toString();
    const path = `${this.#prefix}${request.path}${query === '' ? '' : `?${query}`}`;
    try {
      const { method, body: json, archive } = request;
      const body = archive === undefined ? { json } : { bytes: { type: 'application/x-tar', archive } };
      return await askSocket({ socketPath: this.socketPath, method, path, ...body, silenceMs: silence });
    } catch (error) {
      throw this.#gone(error);
    }
  }

  async #whole(body: Readable): Promise<string> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const piece of body) {
        size += (piece as Uint8Array).byteLength;
        if (size > answerBytes) throw new Error('the answer is too long');
        pieces.push(piece as Uint8Array);
      }
    } catch (error) {
      throw this.#gone(error);
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  #gone(cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    return fault('SBX032', {
      what: `the container engine at '${this.socketPath}' does not answer`,
      why: `The connection failed: ${said}.`,
      cause,
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
