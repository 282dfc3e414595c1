import { fault, messageOf } from '../diagnostics/index.ts';
import { gunzipBytes, gzipBytes } from '../host/index.ts';
import type { StubModule, StubPart } from '../python-symbols/index.ts';

/** Keys of stubs (specification, 6.4). Others are those of distributions: `name==version`. */
export const stubKeys = ['stub_builtin3', 'stub_thirdparty3', 'stub_thirdparty2'] as const;
export type StubKey = (typeof stubKeys)[number];

/** Parsed files by where they come from; of one key several collections, of which the first counts. */
export type Analysis = ReadonlyMap<string, readonly StubPart[]>;

const mostBytes = 2 ** 31;

/** Parsed files as gzip of JSON: key to collections, each a list of modules (specification, 6.6). Equal ones give equal bytes. */
export function encodeAnalysis(analysis: Analysis): Uint8Array {
  const rows = [...analysis].map(([key, parts]) => [key, parts.map(({ modules }) => modules)] as const);
  return gzipBytes(Buffer.from(JSON.stringify(Object.fromEntries(rows))));
}

/** Throws MPY412. */
export function decodeAnalysis(bytes: Uint8Array, file: string): Analysis {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(gunzipBytes(bytes, mostBytes)).toString('utf8'));
  } catch (cause) {
    throw fault('MPY412', { what: `it is no packed JSON: ${messageOf(cause)}`, place: { file }, cause });
  }
  if (typeof value !== 'object' || value === null || !Object.values(value).every(Array.isArray))
    throw fault('MPY412', { what: 'it is no object with lists', place: { file } });
  return new Map(
    Object.entries(value as Record<string, readonly (readonly StubModule[])[]>).map(([key, parts]) => [
      key,
      parts.map((modules) => ({ isStandard: key === 'stub_builtin3', modules })),
    ]),
  );
}
