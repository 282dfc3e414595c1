import { fault, type Problem } from '../diagnostics/index.ts';
import {
  acceptedCodings,
  type Clock,
  HttpConnections,
  type HttpReply,
  type HttpTrouble,
  machine,
  type ProxyVariables,
  type Random,
} from '../host/index.ts';
import { AnswerCache, type KeptAnswer } from './answer-cache.ts';
import { downloadFile } from './download-file.ts';
import type {
  DownloadedFile,
  DownloadOptions,
  FetchAnswer,
  FetchOptions,
  FetchStream,
  HostBudget,
} from './fetch-request.ts';
import { HostLane, type HostPause, usualMaxPauseMs } from './host-lane.ts';
import { judge } from './judge-reply.ts';
import { followHops, lowerNames } from './next-hop.ts';
import { collectPieces, readJson, unpackedPieces } from './read-body.ts';
import { readAddress, readProxy, shownAddress } from './shown-address.ts';

export interface FetcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Folder of kept answers; undefined: nothing is kept and each answer costs its bytes. */
  readonly cacheFolder?: string | undefined;
  /** Bytes that the cache may take; default 256 MiB. */
  readonly cacheBytes?: number | undefined;
  /** For hosts that `budgets` does not name; default 4 at once, 50 ms apart. */
  readonly budget?: HostBudget | undefined;
  /** By host name, with the port where the URL has one. */
  readonly budgets?: Readonly<Record<string, HostBudget>> | undefined;
  /** Default: the proxies of our own environment. */
  readonly proxies?: ProxyVariables | undefined;
  /** The longest pause that a server may ask for and gets, in milliseconds; one that wants more is left alone. Default 60,000. */
  readonly maxPauseMs?: number | undefined;
  /** What servers see as `User-Agent`; default `packmill`. */
  readonly userAgent?: string | undefined;
}

const defaultBudget: HostBudget = { atOnce: 4, gapMs: 50 };
const defaultMaxBytes = 32 * 1024 * 1024;
const defaultTimeoutMs = 30_000;
const mostTries = 4;
/** Of a server that keeps us waiting, as each try costs the whole time limit. */
const mostSlowTries = 2;

/** One request to one address, redirects followed or not. */
interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly options: FetchOptions;
}

/** An answer, and where its bytes come from. */
interface Got {
  readonly reply: HttpReply;
  readonly url: URL;
  readonly fromCache: boolean;
}

/**
 * Asks the servers of others politely: a budget for each host, patience with a bound after which a host is left alone
 * for the life of this object, and never twice for the same bytes. One object serves a whole run.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #cache: AnswerCache | undefined;
  readonly #lanes = new Map<string, HostLane>();
  readonly #connections = new Map<string, HttpConnections>();
  readonly #maxPauseMs: number;
  readonly #pauseListeners = new Set<(pause: HostPause) => void>();

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#maxPauseMs = options.maxPauseMs ?? usualMaxPauseMs;
    const { cacheFolder: folder, cacheBytes: maxBytes = 256 * 1024 * 1024 } = options;
    const nowMs = (): number => options.clock.nowMs();
    this.#cache = folder === undefined ? undefined : new AnswerCache({ folder, maxBytes, nowMs });
  }

  /**
   * Asks for a URL. Throws FET001 out of reach, FET002 too slow, FET003 TLS, FET004 not there, FET005 refused,
   * FET006 too many requests, FET007 server error, FET008 too large, FET011 host left alone, FET012 redirects,
   * FET013 address of a kind that is not asked, FET014 damaged body, FET015 called off.
   */
  async get(url: string, options: FetchOptions = {}): Promise<FetchAnswer> {
    const { pieces, ...answer } = await this.open(url, options);
    return { ...answer, bytes: await collectPieces(pieces()) };
  }

  /** As `get`, with the body unpacked while it is read. */
  async open(url: string, options: FetchOptions = {}): Promise<FetchStream> {
    const got = await this.#follow(readAddress(url), options);
    const { status, headers, body } = got.reply;
    const limits = {
      shown: shownAddress(got.url),
      maxBytes: options.maxBytes ?? defaultMaxBytes,
      timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
      signal: options.signal,
    };
    const isGzip = options.unpackGzip === true && body[0] === 0x1f && body[1] === 0x8b;
    const codings = headers['content-encoding'] ?? (isGzip ? 'gzip' : undefined);
    return {
      status,
      headers,
      url: got.url.href,
      fromCache: got.fromCache,
      pieces: () => unpackedPieces(body, codings, limits),
    };
  }

  /** As `get`, for a JSON document. Throws also FET009 for a page and FET010 for anything else that is no JSON. */
  async getJson(url: string, options: FetchOptions = {}): Promise<FetchAnswer & { readonly value: unknown }> {
    const answer = await this.get(url, { accept: 'application/json', ...options });
    return { ...answer, value: readJson(answer) };
  }

  /**
   * Downloads a file, its bytes as they are sent: identity coding, resumed where it broke off, started anew when the server
   * has another file by then. Throws as `get`, and FET016 when the pieces do not fit together; what was written stays there.
   */
  async download(url: string, path: string, options: DownloadOptions = {}): Promise<DownloadedFile> {
    const { clock, userAgent = 'packmill' } = this.#options;
    const exchanges = {
      maxPauseMs: this.#maxPauseMs,
      clock,
      userAgent,
      laneOf: (host: string) => this.#laneOf(host),
      connections: this.#connectionsFor(options.proxy),
    };
    return await downloadFile(exchanges, { url, path, options });
  }

  /**
   * What `keepDerived` was given under this name for the same bytes of the same address; undefined: nothing, or the server
   * has other bytes now. Answers with neither an ETag nor a date are never the same.
   */
  derived({ url, headers }: Pick<FetchStream, 'url' | 'headers'>, name: string): Uint8Array | undefined {
    const kept = this.#cache?.read(url, `derived ${name}`);
    const mark = markOf(headers);
    return kept && mark !== undefined && markOf(kept.headers) === mark ? kept.body : undefined;
  }

  /** Keeps what was made of an answer beside it, so that it need not be made again while the server's bytes stay. */
  async keepDerived(
    { url, headers }: Pick<FetchStream, 'url' | 'headers'>,
    name: string,
    body: Uint8Array,
  ): Promise<void> {
    const { etag, 'last-modified': date } = headers;
    if (markOf(headers) === undefined) return;
    const marks = {
      ...(etag === undefined ? {} : { etag }),
      ...(date === undefined ? {} : { 'last-modified': date }),
    };
    await this.#cache?.write(url, `derived ${name}`, { headers: marks, body });
  }

  /** Told of each pause of more than some seconds that a server asks for; returns what ends that. */
  watchPauses(listener: (pause: HostPause) => void): () => void {
    this.#pauseListeners.add(listener);
    return () => void this.#pauseListeners.delete(listener);
  }

  /** Hosts that are left alone, and the problem that was the last straw. */
  get leftAlone(): ReadonlyMap<string, Problem> {
    const hosts = new Map<string, Problem>();
    for (const [host, { leftAlone }] of this.#lanes) if (leftAlone) hosts.set(host, leftAlone);
    return hosts;
  }

  /** Closes connections that are kept open. */
  close(): void {
    for (const connections of this.#connections.values()) connections.close();
    this.#connections.clear();
  }

  async #follow(first: URL, options: FetchOptions): Promise<Got> {
    return await followHops(first, options.headers ?? {}, (url, own) => {
      const headers = {
        ...lowerNames(own),
        accept: options.accept ?? '*/*',
        'accept-encoding': acceptedCodings,
        'user-agent': this.#options.userAgent ?? 'packmill',
      };
      return this.#ask({ url, headers, options });
    });
  }

  /** The answer, or where a redirect leads. */
  async #ask(hop: Hop): Promise<Got | string> {
    const { url, options } = hop;
    const { clock } = this.#options;
    const maxPauseMs = this.#maxPauseMs;
    const lane = this.#laneOf(url.host);
    const connections = this.#connectionsFor(options.proxy);
    const asked = JSON.stringify(Object.entries(hop.headers).sort());
    const kept = this.#keptFor(hop, asked);
    for (let tries = 1; ; tries += 1) {
      const done = await lane.turn(options.signal);
      const startedMs = clock.monotonicMs();
      const outcome = await exchangeOn(connections, hop, kept).finally(done);
      const verdict = judge(outcome, { shown: shownAddress(url), nowMs: clock.nowMs(), maxPauseMs });
      if (verdict.kind === 'later') {
        lane.noteFailure(startedMs, verdict.error.problem, verdict.pauseMs);
        const { tries: wanted = mostTries } = options;
        const most = verdict.error.problem.code === 'FET002' ? Math.min(wanted, mostSlowTries) : wanted;
        if (tries >= most || lane.leftAlone) throw verdict.error;
        continue;
      }
      if (outcome.kind === 'reply' || outcome.kind === 'too-large') lane.noteAnswer();
      if (verdict.kind === 'refused') throw verdict.error;
      if (verdict.kind === 'redirect' && options.followRedirects !== false) return verdict.location;
      if (verdict.kind !== 'unchanged') {
        await this.#keep(hop, asked, verdict.reply);
        return { reply: verdict.reply, url, fromCache: false };
      }
      if (!kept && options.unchangedIsAnswer === true) return { reply: verdict.reply, url, fromCache: false };
      if (!kept) throw fault('FET005', { what: `'${shownAddress(url)}' answers 304 to a first question` });
      this.#cache?.touch(url.href, asked);
      return { reply: { kind: 'reply', status: 200, ...kept }, url, fromCache: true };
    }
  }

  #keptFor({ url, options }: Hop, asked: string): KeptAnswer | undefined {
    return (options.method ?? 'GET') === 'GET' ? this.#cache?.read(url.href, asked) : undefined;
  }

  async #keep({ url, options }: Hop, asked: string, { status, headers, body }: HttpReply): Promise<void> {
    const isToKeep = headers['etag'] !== undefined || headers['last-modified'] !== undefined;
    const isForbidden = /\bno-store\b/i.test(headers['cache-control'] ?? '');
    if (status !== 200 || (options.method ?? 'GET') !== 'GET' || !isToKeep || isForbidden) return;
    await this.#cache?.write(url.href, asked, { headers, body });
  }

  #laneOf(host: string): HostLane {
    let lane = this.#lanes.get(host);
    if (!lane) {
      const { clock, random, budgets, budget } = this.#options;
      const maxPauseMs = this.#maxPauseMs;
      const onPause = (pause: HostPause): void => {
        for (const listener of this.#pauseListeners) listener(pause);
      };
      const own = budgets?.[host] ?? budget ?? defaultBudget;
      lane = new HostLane({ host, budget: own, clock, random, maxPauseMs, onPause });
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  /** Connections through a given proxy, or through those of the environment. */
  #connectionsFor(proxy: string | undefined): HttpConnections {
    const key = proxy ?? '';
    let connections = this.#connections.get(key);
    if (!connections) {
      const own = this.#options.proxies ?? machine.environment();
      const url = proxy === undefined ? undefined : readProxy(proxy);
      connections = new HttpConnections(url === undefined ? own : { HTTP_PROXY: url, HTTPS_PROXY: url });
      this.#connections.set(key, connections);
    }
    return connections;
  }
}

function exchangeOn(
  connections: HttpConnections,
  { url, headers, options }: Hop,
  kept: KeptAnswer | undefined,
): Promise<HttpReply | HttpTrouble> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  return connections.exchange({
    url: url.href,
    method: options.method ?? 'GET',
    body: options.body,
    headers: { ...headers, ...conditionsOf(kept) },
    timeoutMs,
    headTimeoutMs: Math.min(timeoutMs, defaultTimeoutMs),
    maxBytes: options.maxBytes ?? defaultMaxBytes,
    signal: options.signal,
  });
}

function conditionsOf(kept: KeptAnswer | undefined): Record<string, string> {
  const etag = kept?.headers['etag'];
  if (etag !== undefined) return { 'if-none-match': etag };
  const date = kept?.headers['last-modified'];
  return date === undefined ? {} : { 'if-modified-since': date };
}

/** What tells the bytes of one answer from those of the next. */
const markOf = (headers: Readonly<Record<string, string>>): string | undefined =>
  headers['etag'] ?? headers['last-modified'];
