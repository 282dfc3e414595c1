import { fault } from '../diagnostics/index.ts';
import type { DistFile } from './dist-file.ts';
import type { RunContext } from './run-context.ts';

export interface PageOptions {
  /** Label of an encoding, such as `latin1`; default: what the answer says. */
  readonly encoding?: string | undefined;
  /** How old a kept page may be: milliseconds, or an ISO 8601 duration such as `PT1H`. Default 15 minutes. */
  readonly refreshInterval?: number | string | undefined;
  readonly refresh_interval?: number | string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Pages of servers (specification 5.2, 5.3): kept between runs, asked again politely, old ones used when a server fails. */
export interface HubPages {
  /** The text of a page. Throws FET problems. */
  getPage(address: string | DistFile, options?: PageOptions): Promise<string>;
  /** The value of a JSON document. Throws FET problems, FET009 and FET010 for what is no JSON. */
  getJson<Value = unknown>(address: string | DistFile, options?: PageOptions): Promise<Value>;
  /** Where a redirect leads, absolute. Throws FPL020 when there is none. */
  getRedirect(url: string): Promise<string>;
  /** By lower-case name, of the last answer after redirects. */
  getResponseHeaders(url: string): Promise<Readonly<Record<string, string>>>;
  /** The name that a server gives its answer, or null. */
  getResponseFilename(url: string): Promise<string | null>;
}

/** The pages of a run. */
export function hubPages({ fastpull }: RunContext): HubPages {
  const ask = (address: string | DistFile, options: PageOptions, isJson: boolean) =>
    fastpull.pages.get({
      url: typeof address === 'string' ? address : address.url,
      isJson,
      encoding: options.encoding,
      headers: options.headers,
      refreshMs: millisecondsOf(options.refreshInterval ?? options.refresh_interval),
    });
  return {
    getPage: async (address, options = {}) => (await ask(address, options, false)).text,
    getJson: async <Value>(address: string | DistFile, options: PageOptions = {}) =>
      (await ask(address, options, true)).value as Value,
    getRedirect: (url) => fastpull.pages.redirect(url),
    getResponseHeaders: (url) => fastpull.pages.headers(url),
    getResponseFilename: async (url) => (await fastpull.pages.filename(url)) ?? null,
  };
}

const durationParts = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const secondsOfParts = [604_800, 86_400, 3_600, 60, 1] as const;

/** Milliseconds of a number of them or of an ISO 8601 duration. Throws AGN035. */
export function millisecondsOf(interval: number | string | undefined): number | undefined {
  if (interval === undefined) return undefined;
  if (typeof interval === 'number' && interval >= 0) return interval;
  const parts = typeof interval === 'string' && interval.length > 2 ? durationParts.exec(interval) : null;
  if (!parts) throw fault('AGN035', { what: `'${String(interval)}' is no interval` });
  return secondsOfParts.reduce((sum, seconds, at) => sum + Number(parts[at + 1] ?? 0) * seconds * 1000, 0);
}
