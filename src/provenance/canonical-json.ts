import type { Json } from '../model/index.ts';

/**
 * The one spelling of a JSON value (RFC 8785): no spaces, members in the order of their names by UTF-16 code units,
 * numbers and strings as ECMAScript writes them; members that are undefined are left out. The same value gives the
 * same bytes on any machine. Throws a TypeError for numbers that JSON does not have.
 */
export function canonicalJson(value: Json | undefined): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`JSON has no ${value}`);
  if (value === undefined) return 'null';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** A value as it is after a journey through JSON. */
export const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
