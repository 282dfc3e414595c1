import { readJsonPath } from '../json-path.ts';
import { findAll } from '../python-regex.ts';
import type { Findings } from '../select-version.ts';
import type { SourceContext, VersionSource } from '../source-context.ts';

/** The largest page that is searched. */
const maxBytes = 16 * 1024 * 1024;

const listOf = (versions: readonly string[]): Findings => ({
  kind: 'list',
  candidates: versions.map((version) => ({ version })),
});

/** What a regular expression finds in a page. */
export const regex: VersionSource = async (context) => {
  const { options, own } = context;
  const pattern = options.required('regex');
  const url = options.required('url');
  if (options.has('post_data')) throw options.wrong("'post_data' is not supported: pages are only read");
  const { bytes } = await own.fetcher.get(url, { maxBytes, signal: own.signal });
  return listOf(findAll(decode(bytes, context), pattern));
};

/** What a regular expression finds in a header of an answer, by default in where it leads to. */
export const httpheader: VersionSource = async ({ options, own }) => {
  const pattern = options.required('regex');
  const url = options.required('url');
  const method = (options.text('method') ?? 'HEAD').toUpperCase();
  if (method !== 'HEAD' && method !== 'GET')
    throw options.wrong(`'method' is neither HEAD nor GET: '${method}'`);
  const followRedirects = options.flag('follow_redirects');
  const { headers } = await own.fetcher.get(url, { method, followRedirects, maxBytes, signal: own.signal });
  return listOf(findAll(headers[(options.text('header') ?? 'Location').toLowerCase()] ?? '', pattern));
};

/** What a path finds in a JSON document; of the language of jq(1) the paths alone. */
export const jq: VersionSource = async ({ options, own }) => {
  const filter = options.text('filter') ?? '.';
  const url = options.required('url');
  const found = readJsonPath(
    (await own.fetcher.getJson(url, { maxBytes, signal: own.signal })).value,
    filter,
  );
  if (found === undefined) {
    throw options.wrong(`'filter' is no path of names, indices and '[]': '${filter}'`);
  }
  const scalars = found.filter((value) => typeof value === 'string' || typeof value === 'number');
  return listOf(scalars.map(String));
};

/** The text of a page; in Latin 1, where every byte is a character, unless `encoding` says more. */
function decode(bytes: Uint8Array, { options }: SourceContext): string {
  const encoding = options.text('encoding') ?? 'latin1';
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    throw options.wrong(`'encoding' is not known: '${encoding}'`);
  }
}
