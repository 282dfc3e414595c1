import { fault, type ProblemError } from '../diagnostics/index.ts';
import {
  BrokenBody,
  type Clock,
  type GrowingFile,
  type HttpConnections,
  type HttpReply,
  type HttpStream,
  openGrowingFile,
} from '../host/index.ts';
import type { DownloadedFile, DownloadOptions } from './fetch-request.ts';
import type { HostLane } from './host-lane.ts';
import { type Circumstances, judge } from './judge-reply.ts';
import { followHops, lowerNames } from './next-hop.ts';
import { readAddress, shownAddress } from './shown-address.ts';

/** What of a fetcher a download needs. */
export interface Exchanges {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly maxPauseMs: number;
  laneOf(host: string): HostLane;
  readonly connections: HttpConnections;
}

interface Wanted {
  readonly url: string;
  readonly path: string;
  readonly options: DownloadOptions;
}

/** In a row, without one more byte. */
const mostFruitless = 5;
const resumePauseMs = 1_000;

/** What the first answer said of the file, so that the next one can be held against it. */
interface Known {
  readonly totalBytes: number | undefined;
  /** For `If-Range`: a strong ETag, or a date. */
  readonly validator: string | undefined;
}

/** Downloads a file; see `Fetcher.download`. */
export async function downloadFile(exchanges: Exchanges, wanted: Wanted): Promise<DownloadedFile> {
  const file = await openGrowingFile(wanted.path);
  try {
    await file.empty();
    return await new FileDownload(exchanges, wanted, file).run();
  } finally {
    await file.close();
  }
}

/** Ends an attempt that another one may get past. */
class Interrupted extends Error {
  readonly problem: ProblemError;
  constructor(problem: ProblemError) {
    super(problem.message);
    this.problem = problem;
  }
}

class FileDownload {
  readonly #exchanges: Exchanges;
  readonly #wanted: Wanted;
  readonly #file: GrowingFile;
  #known: Known | undefined;

  constructor(exchanges: Exchanges, wanted: Wanted, file: GrowingFile) {
    this.#exchanges = exchanges;
    this.#wanted = wanted;
    this.#file = file;
  }

  async run(): Promise<DownloadedFile> {
    const { signal } = this.#wanted.options;
    for (let fruitless = 0; ; ) {
      const before = this.#file.sizeBytes;
      try {
        return await this.#attempt();
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        const hasMore = this.#file.sizeBytes > before;
        fruitless = hasMore ? 0 : fruitless + 1;
        if (fruitless >= mostFruitless) throw error.problem;
        // a server that sends something is no server with trouble: its lane does not slow down
        if (hasMore) await this.#exchanges.clock.sleep(resumePauseMs, signal);
      }
    }
  }

  async #attempt(): Promise<DownloadedFile> {
    const { url, options } = this.#wanted;
    return await followHops(readAddress(url), options.headers ?? {}, (hop, own) => this.#ask(hop, own));
  }

  /** One exchange: the file when it is whole now, or where a redirect leads. */
  async #ask(url: URL, own: Readonly<Record<string, string>>): Promise<DownloadedFile | string> {
    const { clock, connections } = this.#exchanges;
    const { signal, headTimeoutMs = 30_000, idleMs = 60_000 } = this.#wanted.options;
    const lane = this.#exchanges.laneOf(url.host);
    const done = await lane.turn(signal);
    try {
      const startedMs = clock.monotonicMs();
      const headers = { ...lowerNames(own), ...this.#ownHeaders() };
      const outcome = await connections.stream({ url: url.href, headers, headTimeoutMs, idleMs, signal });
      const reply = outcome.kind === 'stream' ? replyOf(outcome) : outcome;
      if (reply.kind === 'reply' && reply.status === 416) return await this.#startAnew(url);
      const verdict = judge(reply, this.#circumstances(url));
      if (verdict.kind === 'later') {
        lane.noteFailure(startedMs, verdict.error.problem, verdict.pauseMs);
        if (lane.leftAlone) throw verdict.error;
        throw new Interrupted(verdict.error);
      }
      if (verdict.kind === 'refused') throw verdict.error;
      lane.noteAnswer();
      if (verdict.kind === 'redirect') return verdict.location;
      if (verdict.kind === 'unchanged' || outcome.kind !== 'stream') {
        throw fault('FET005', {
          what: `'${shownAddress(url)}' answers 304 to a question without conditions`,
        });
      }
      try {
        return await this.#receive(url, outcome);
      } finally {
        outcome.drop();
      }
    } finally {
      done();
    }
  }

  #circumstances(url: URL): Circumstances {
    const { clock, maxPauseMs } = this.#exchanges;
    return { shown: shownAddress(url), nowMs: clock.nowMs(), maxPauseMs };
  }

  #ownHeaders(): Record<string, string> {
    const from = this.#file.sizeBytes;
    const validator = this.#known?.validator;
    return {
      accept: '*/*',
      // whoever packs a file on its way changes what is hashed
      'accept-encoding': 'identity',
      'user-agent': this.#exchanges.userAgent,
      ...(from === 0 ? {} : { range: `bytes=${from}-` }),
      ...(from === 0 || validator === undefined ? {} : { 'if-range': validator }),
    };
  }

  /** The server has no bytes behind ours: it has another file by now. */
  async #startAnew(url: URL): Promise<never> {
    const hadSome = this.#file.sizeBytes > 0;
    await this.#file.empty();
    this.#known = undefined;
    const error = fault('FET016', {
      what: `'${shownAddress(url)}' has nothing at the place where its file broke off`,
    });
    if (!hadSome) throw error;
    throw new Interrupted(error);
  }

  async #receive(url: URL, stream: HttpStream): Promise<DownloadedFile> {
    const { headers } = stream;
    // only who asked for a part can know where it belongs
    if (stream.status === 206 && this.#file.sizeBytes === 0) {
      const what = `'${shownAddress(url)}' sends a part of its file where the whole was asked for`;
      throw fault('FET016', { what });
    }
    if (stream.status === 206) this.#checkRange(url, headers['content-range']);
    else {
      await this.#file.empty();
      this.#known = knownOf(headers);
    }
    const total = this.#known?.totalBytes;
    await this.#write(url, stream, total);
    const { sizeBytes } = this.#file;
    if (total !== undefined && sizeBytes !== total) {
      const what = `'${shownAddress(url)}' breaks off after ${sizeBytes} of ${total} bytes`;
      throw new Interrupted(fault('FET016', { what }));
    }
    return { url: url.href, headers, sizeBytes };
  }

  async #write(url: URL, { pieces }: HttpStream, total: number | undefined): Promise<void> {
    const { maxBytes, onProgress } = this.#wanted.options;
    try {
      for await (const piece of pieces) {
        await this.#file.append(piece);
        onProgress?.(this.#file.sizeBytes, total);
        if (maxBytes !== undefined && this.#file.sizeBytes > maxBytes) {
          throw fault('FET008', { what: `'${shownAddress(url)}' sends more than ${maxBytes} bytes` });
        }
      }
    } catch (error) {
      if (!(error instanceof BrokenBody)) throw error;
      const verdict = judge(error.trouble, this.#circumstances(url));
      if (verdict.kind === 'later') throw new Interrupted(verdict.error);
      throw verdict.kind === 'refused' ? verdict.error : error;
    }
  }

  #checkRange(url: URL, header: string | undefined): void {
    const [, from, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(header ?? '') ?? [];
    const known = this.#known?.totalBytes;
    const fits =
      Number(from) === this.#file.sizeBytes &&
      (known === undefined || total === '*' || Number(total) === known);
    if (fits) return;
    throw fault('FET016', {
      what: `'${shownAddress(url)}' goes on with '${header ?? 'nothing'}' after ${this.#file.sizeBytes} of ${known ?? 'unknown'} bytes`,
    });
  }
}

function knownOf(headers: Readonly<Record<string, string>>): Known {
  const length = headers['content-length'];
  const etag = headers['etag'];
  const isStrong = etag !== undefined && !etag.startsWith('W/');
  return {
    totalBytes: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    validator: isStrong ? etag : headers['last-modified'],
  };
}

function replyOf({ status, headers, text }: HttpStream): HttpReply {
  return { kind: 'reply', status, headers, body: text };
}
