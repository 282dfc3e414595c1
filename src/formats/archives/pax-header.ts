import { fault } from '../../diagnostics/index.ts';
import type { TarEntry } from './tar-header.ts';

/** Records of an extended header (POSIX pax), in order. */
export type PaxRecords = ReadonlyMap<string, string>;

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
    records.set(text.toString('utf8', space + 1, equals), text.toString('utf8', equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** The records as bytes. */
export function encodePax(records: PaxRecords): Uint8Array {
  const parts: Buffer[] = [];
  for (const [key, value] of records) {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    // The length counts its own digits.
    let length = rest + String(rest).length;
    length = rest + String(length).length;
    parts.push(Buffer.from(`${length} ${key}=${value}\n`));
  }
  return Buffer.concat(parts);
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
  };
}
