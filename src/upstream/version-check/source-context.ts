import { fault } from '../../diagnostics/index.ts';
import type { FetchOptions } from '../../fetcher/index.ts';
import { defaultEndpoints, type EndpointName, endpointSettings } from '../endpoints.ts';
import { asObject, wrongShape } from '../package-trouble.ts';
import type { CheckOptions } from './check-options.ts';
import type { VersionCheckOptions } from './contract.ts';
import type { Findings } from './select-version.ts';

/** How a source asks for versions. It throws what goes wrong; its caller makes a problem of the package of it. */
export type VersionSource = (context: SourceContext) => Promise<Findings> | Findings;

/** Most pages of one list that are asked for. */
const mostPages = 10;

/** What a source works with: the options of its table, and the servers. */
export class SourceContext {
  readonly options: CheckOptions;
  readonly pkgbase: string;
  readonly own: VersionCheckOptions;

  constructor(of: { options: CheckOptions; pkgbase: string; own: VersionCheckOptions }) {
    this.options = of.options;
    this.pkgbase = of.pkgbase;
    this.own = of.own;
  }

  /** Base address of a service. Throws UPS026 for a registry that no setting names. */
  endpoint(name: EndpointName): string {
    const fallback: Readonly<Partial<Record<EndpointName, string>>> = defaultEndpoints;
    const address = this.own.endpoints?.[name] ?? fallback[name];
    if (address !== undefined) return address.replace(/\/+$/, '');
    const settings = endpointSettings[name].map((setting) => `'${setting}'`).join(' or ');
    const next = `Set ${settings} in the environment of the pipeline.`;
    throw fault('UPS026', { what: `the address of '${name}' is not set`, next });
  }

  /** The token for a service of one host: the one in the table, or `SERVICE_HOST`, or `SERVICE` for the service's own host. */
  token(service: string, host: string | undefined): string | undefined {
    const key = host === undefined ? service : `${service}_${host.toLowerCase()}`;
    return this.options.text('token') ?? this.own.tokens?.[key];
  }

  /** The value of a JSON document. */
  async json(url: string, headers: Readonly<Record<string, string>> = {}, accept?: string): Promise<unknown> {
    const { signal } = this.own;
    const options: FetchOptions = { headers, signal, ...(accept === undefined ? {} : { accept }) };
    return (await this.own.fetcher.getJson(url, options)).value;
  }

  /** A JSON object. Throws FET010 for another value. */
  async jsonObject(
    url: string,
    headers?: Readonly<Record<string, string>>,
    accept?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const value = asObject(await this.json(url, headers, accept));
    if (!value) throw wrongShape(url, 'an object');
    return value;
  }

  /** All elements of a list that comes in pages, as `Link: <...>; rel="next"` says (RFC 8288); ten pages at most. */
  async jsonPages(url: string, headers: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> {
    const all: unknown[] = [];
    let next: string | undefined = url;
    for (let page = 0; next !== undefined && page < mostPages; page += 1) {
      const answer = await this.own.fetcher.getJson(next, { headers, signal: this.own.signal });
      if (!Array.isArray(answer.value)) throw wrongShape(next, 'a list');
      all.push(...(answer.value as unknown[]));
      const link = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(answer.headers['link'] ?? '')?.[1];
      const following: URL | undefined =
        link === undefined ? undefined : (URL.parse(link, next) ?? undefined);
      // a token goes nowhere else because a server says so
      next = following && following.origin === new URL(next).origin ? following.href : undefined;
    }
    return all;
  }
}

/** `YYYYMMDD` of a time as services write it, with `.HHMMSS` where that is wanted; in UTC. */
export function dateVersion(text: string, withTime: boolean): string | undefined {
  const time = Date.parse(text);
  if (Number.isNaN(time)) return undefined;
  const digits = new Date(time).toISOString().replaceAll(/[-:]/g, '');
  return withTime ? `${digits.slice(0, 8)}.${digits.slice(9, 15)}` : digits.slice(0, 8);
}
