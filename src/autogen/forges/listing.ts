import { newestUpstream } from '../../formats/python/index.ts';
import type { HubCore } from '../hub-core.ts';
import type { PageOptions } from '../hub-pages.ts';
import { isMapping } from '../merge-settings.ts';
import { findInTime } from './bounded-pattern.ts';
import { newestFirst } from './tag-versions.ts';

export interface LinkOptions<Found> extends PageOptions {
  readonly url: string;
  /**
   * Which links count: a regular expression that is looked for anywhere, or a function whose value, unless null, undefined or
   * false, is what is found.
   */
  readonly match: RegExp | ((href: string) => Found | null | undefined | false);
  /** Changes each thing that was found. */
  readonly fixup?: ((found: Found) => Found) | undefined;
}

/** What a regular expression finds in a link. */
export interface FoundLink {
  /** As it stands in the page. */
  readonly href: string;
  /** Absolute. */
  readonly url: string;
  /** What the groups found; the first is everything that matched. */
  readonly groups: readonly string[];
}

/** `hub.pages`: links of pages and listings of folders (specification 5.3). */
export interface Pages {
  /** All links of a page that count, each once, in the order of the page. */
  links(options: LinkOptions<FoundLink> & { readonly match: RegExp }): Promise<readonly FoundLink[]>;
  links<Found>(options: LinkOptions<Found>): Promise<readonly Found[]>;
  /** The first of them, or undefined. */
  firstLink<Found = FoundLink>(options: LinkOptions<Found>): Promise<Found | undefined>;
  /** `links` by the name of the original. */
  iter_links: Pages['links'];
  /** The item with the newest version; `by` names a member of it or says where its version is. Undefined for none. */
  latest<Item>(items: Iterable<Item>, by?: string | ((item: Item) => string)): Item | undefined;
}

export function pagesOf(hub: HubCore): Pages {
  const links = async <Found>(options: LinkOptions<Found>): Promise<readonly Found[]> => {
    const { url, match, fixup = (found: Found) => found, ...page } = options;
    const find = match instanceof RegExp ? finderOf(match, url) : match;
    const found = hrefsOf(await hub.getPage(url, page))
      .map((href) => find(href) as Found | null | undefined | false)
      .filter((one): one is Found => one !== null && one !== undefined && one !== false);
    return found.map(fixup);
  };
  return {
    links: links as Pages['links'],
    firstLink: async (options) => (await links(options))[0],
    iter_links: links as Pages['links'],
    latest: (items, by = String) =>
      newestUpstream(items, typeof by === 'function' ? by : (item) => memberText(item, by)),
  };
}

function memberText(item: unknown, name: string): string {
  const value: unknown =
    isMapping(item) || typeof item === 'object' ? (item as Record<string, unknown>)[name] : undefined;
  return String(value ?? '');
}

function finderOf(pattern: RegExp, base: string): (href: string) => FoundLink | undefined {
  const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return (href) => {
    const found = findInTime(once, href);
    const url = found ? URL.parse(href, base) : null;
    return found && url ? { href, url: url.href, groups: found.map((group) => group ?? '') } : undefined;
  };
}

const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', lt: '<', gt: '>', apos: "'" };

/** The addresses of all links of a page, as they stand there, each once. */
export function hrefsOf(html: string): readonly string[] {
  // a tag ends where the next one begins: looking further from each of many that never end takes hours
  const links = /<a\b[^<>]*?\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi;
  const hrefs = [...html.matchAll(links)].map(([, double, single, bare]) =>
    (double ?? single ?? bare ?? '').trim().replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, decodeEntity),
  );
  return [...new Set(hrefs)];
}

function decodeEntity(whole: string, name: string): string {
  if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
}

/** A file of a listing. */
export interface ListedFile {
  readonly version: string;
  /** Absolute. */
  readonly url: string;
  readonly fileName: string;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export interface ListingWish {
  readonly url: string;
  /** In front of the version, with the hyphen. */
  readonly stem: string;
  /** Endings that count, without the dot in front. */
  readonly formats: readonly string[];
  /** How a version looks; default: digits, dots and what follows them. */
  readonly version?: string | undefined;
}

/** Files `STEM VERSION . FORMAT` of a listing, newest first. */
export async function listedFiles(hub: HubCore, wish: ListingWish): Promise<readonly ListedFile[]> {
  const { url, stem, formats, version = String.raw`\d[A-Za-z0-9._+]*?(?:-[0-9][A-Za-z0-9._+]*?)?` } = wish;
  const pattern = new RegExp(`^${literal(stem)}(${version})\\.(?:${formats.map(literal).join('|')})$`);
  // a listing is relative to its folder
  const base = /\/$|[?#]|\.html?$/.test(url) ? url : `${url}/`;
  const found = hrefsOf(await hub.getPage(url)).flatMap((href): ListedFile[] => {
    const target = URL.parse(href, base);
    const fileName =
      target?.pathname
        .split('/')
        .filter((part) => part !== 'download')
        .at(-1) ?? '';
    const match = findInTime(pattern, fileName);
    return target && match?.[1] !== undefined ? [{ version: match[1], url: target.href, fileName }] : [];
  });
  return newestFirst(found);
}
