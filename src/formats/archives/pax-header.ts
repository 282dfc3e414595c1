import { fault } from '../../diagnostics/index.ts';
import { compareBytes } from '../../primitives/index.ts';
import type { TarEntry } from './tar-header.ts';

/** Records of an extended header (POSIX pax), in order; values of extended attributes have one letter for each byte. */
export type PaxRecords = ReadonlyMap<string, string>;

/** What stands in front of the name of an extended attribute in the keys of GNU tar and libarchive; values are raw bytes. */
const xattrPrefix = 'SCHILY.xattr.';

const encodingOf = (key: string): 'latin1' | 'utf8' => (key.startsWith(xattrPrefix) ? 'latin1' : 'utf8');

/**
 * Reads the records `LENGTH KEY=VALUE` of an extended header.
 * @throws FMT023 when lengths do not fit
 */
export function decodePax(bytes: Uint8Array, archive: string): PaxRecords {
  const records = new Map<string, string>();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wrong = () =>
    fault('FMT023', { what: 'a record of a pax header has a wrong length', place: { file: archive } });
  let at = 0;
  while (at < text.length) {
    const space = text.indexOf(32, at);
    const digits = space < 0 || space - at > 10 ? '' : text.toString('latin1', at, space);
    if (!/^[1-9]\d*$/.test(digits)) {
      // Some writers pad with NULs.
      if (text[at] === 0) break;
      throw wrong();
    }
    const end = at + Number(digits);
    const equals = text.indexOf(61, space);
    if (end > text.length || end <= space + 1 || text[end - 1] !== 10 || equals < 0 || equals >= end)
      throw wrong();
    const key = text.toString('utf8', space + 1, equals);
    records.set(key, text.toString(encodingOf(key), equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** The records as bytes. */
export function encodePax(records: PaxRecords): Uint8Array {
  const parts: Buffer[] = [];
  for (const [key, value] of records) {
    const bytes = Buffer.from(value, encodingOf(key));
    const rest = Buffer.byteLength(key) + bytes.byteLength + 3;
    // The length counts its own digits.
    let length = rest + String(rest).length;
    length = rest + String(length).length;
    parts.push(Buffer.from(`${length} ${key}=`), bytes, Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

/** Extended attributes by name as records, in the order of their names. */
export function xattrRecords(xattrs: ReadonlyMap<string, Uint8Array>): PaxRecords {
  const records = [...xattrs].map(([name, value]): [string, string] => [
    `${xattrPrefix}${name}`,
    Buffer.from(value).toString('latin1'),
  ]);
  return new Map(records.sort(([a], [b]) => compareBytes(a, b)));
}

function xattrsOf(records: PaxRecords): ReadonlyMap<string, Uint8Array> | undefined {
  const xattrs = new Map<string, Uint8Array>();
  for (const [key, value] of records) {
    if (key.startsWith(xattrPrefix)) xattrs.set(key.slice(xattrPrefix.length), Buffer.from(value, 'latin1'));
  }
  return xattrs.size === 0 ? undefined : xattrs;
}

const decimal = (text: string | undefined, archive: string, key: string): number | undefined => {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (/^-?\d+(\.\d*)?$/.test(text) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  throw fault('FMT023', { what: `a pax header has a wrong ${key}`, place: { file: archive } });
};

/**
 * The entry with what its extended headers say in place of its own fields.
 * @throws FMT022 for sparse files, FMT023 for numbers that are none
 */
export function applyPax(entry: TarEntry, records: PaxRecords, archive: string): TarEntry {
  for (const key of records.keys()) {
    if (key.startsWith('GNU.sparse.')) {
      throw fault('FMT022', { what: `'${entry.path}' is a sparse file`, place: { file: archive } });
    }
  }
  const number = (key: string): number | undefined => decimal(records.get(key), archive, key);
  const size = number('size');
  if (size !== undefined && (size < 0 || !Number.isInteger(size))) {
    throw fault('FMT023', { what: 'a pax header has a wrong size', place: { file: archive } });
  }
  const path = records.get('path') ?? entry.path;
  const xattrs = xattrsOf(records);
  const isLink = entry.type === 'symlink' || entry.type === 'hardlink';
  return {
    ...entry,
    path,
    sizeBytes: entry.type === 'file' ? (size ?? entry.sizeBytes) : 0,
    uid: number('uid') ?? entry.uid,
    gid: number('gid') ?? entry.gid,
    uname: records.get('uname') ?? entry.uname,
    gname: records.get('gname') ?? entry.gname,
    mtime: number('mtime') ?? entry.mtime,
    linkPath: isLink ? (records.get('linkpath') ?? entry.linkPath) : '',
    ...(xattrs ? { xattrs } : {}),
  };
}
