import type { Clock, Random } from '../host/index.ts';
import type { FetchAnswer, FetchOptions, FetchStream, HostBudget } from './fetch-request.ts';

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
  /** Variables `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`; default: those of our own environment. */
  readonly proxyVariables?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Asks the servers of others politely: a budget for each host, patience with a bound, and never twice for the same bytes. */
export class Fetcher {
  constructor(_options: FetcherOptions) {}

  /**
   * Asks for a URL. Throws FET001 out of reach, FET002 too slow, FET003 TLS, FET004 not there, FET005 refused,
   * FET006 too many requests, FET007 server error, FET008 too large, FET011 host left alone, FET012 redirects,
   * FET013 address of a kind that is not asked, FET014 damaged body, FET015 called off.
   */
  async get(_url: string, _options: FetchOptions = {}): Promise<FetchAnswer> {
    throw new Error('not there yet');
  }

  /** As `get`, with the body unpacked while it is read. */
  async open(_url: string, _options: FetchOptions = {}): Promise<FetchStream> {
    throw new Error('not there yet');
  }

  /** As `get`, for a JSON document. Throws also FET009 for an HTML page and FET010 for anything else that is no JSON. */
  async getJson(_url: string, _options: FetchOptions = {}): Promise<FetchAnswer & { readonly value: unknown }> {
    throw new Error('not there yet');
  }
}
