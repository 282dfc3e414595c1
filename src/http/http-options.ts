import type { LogReading } from '../app/index.ts';
import type { OpenedSymbols } from '../app/python/index.ts';
import type { Clock } from '../host/index.ts';

/** What the routes of Python symbols ask. */
export type SymbolAnswers = Pick<OpenedSymbols, 'answer' | 'toplevels'>;

/** One request that was answered, for the request log. */
export interface RequestLine {
  readonly request: string;
  readonly address: string;
  readonly method: string;
  /** Path with query, as it came. Tokens come in a header and are never here. */
  readonly url: string;
  readonly status: number;
  readonly ms: number;
}

/** A fault of ours behind a request that was answered with 500. */
export interface RequestFault {
  readonly request: string;
  readonly method: string;
  readonly url: string;
  readonly error: unknown;
}

export interface HttpOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: a free one is taken. */
  readonly port: number;
  /** Also serve `/metrics`, `/healthz` and `/readyz` on this port (0: a free one). */
  readonly metricsPort?: number;
  /** Sites whose pages may read queue and logs, such as `https://example.org`. */
  readonly corsOrigins?: readonly string[];
  /** `TRUST_PROXY`: believe `X-Forwarded-For`, of all proxies or of these addresses. */
  readonly trustProxy?: boolean | readonly string[];
  /** Gets every answered request; without it nothing is written (`NO_HTTP_LOG`). */
  readonly requestLog?: (line: RequestLine) => void;
  /** Gets what stands behind an answer 500. */
  readonly onFault?: (fault: RequestFault) => void;
  /** Folder with `logs.html` and its parts; default the one beside this file. */
  readonly pagesFolder?: string;
  /** Folder with the dashboard; default where the set-up puts it. */
  readonly webFolder?: string;
  /** How revisions are read; default straight from their files. */
  readonly logReading?: LogReading;
  /** Label builds with the package's name: one row per package, so only for small farms. */
  readonly pkgnameLabel?: boolean;
  /** Answers about symbols of Python; without it their routes lead nowhere. */
  readonly symbols?: SymbolAnswers;
  /** Folder of the distfiles of ebins in content-hash layout; without it neither they nor the repositories are served. */
  readonly distfiles?: string;
  readonly limits?: Partial<HttpLimits>;
  readonly clock?: Clock;
}

export interface HttpLimits {
  /** Largest JSON body, default 16 MiB. */
  readonly bodyBytes: number;
  /** Live streams (logs and events) at one time, default 1000. */
  readonly streams: number;
  /** Wrong tokens per address and minute, default 10. */
  readonly wrongTokens: number;
  /** Comments in event streams that keep connections open, default every 15,000. */
  readonly heartbeatMs: number;
  /** How long a body may stand still, default 60,000. */
  readonly bodyIdleMs: number;
  /** How long requests in flight may take when the server closes, default 5,000. */
  readonly closeMs: number;
}

/** The limits with their defaults. */
export function completeLimits(limits: Partial<HttpLimits> = {}): HttpLimits {
  return {
    bodyBytes: 16 * 1024 * 1024,
    streams: 1000,
    wrongTokens: 10,
    heartbeatMs: 15_000,
    bodyIdleMs: 60_000,
    closeMs: 5_000,
    ...limits,
  };
}

export interface HttpServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  readonly metricsPort: number | undefined;
  /** Takes no more requests, ends streams, lets requests in flight finish within a bound. */
  close(): Promise<void>;
}
