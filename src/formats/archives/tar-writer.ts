import { encodePax } from './pax-header.ts';
import { blockSize, encodeHeader, sealHeader, splitPath, type TarEntry } from './tar-header.ts';

/** The fields of an entry to write; what is left out is a file of root with mode 644 (755 for folders) from 1970. */
export type NewTarEntry = Pick<TarEntry, 'path'> & Partial<Omit<TarEntry, 'path' | 'sizeBytes'>>;

/** The two zero blocks that end an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * blockSize);

const octalLimit = (digits: number): number => 8 ** digits;

/** What a ustar header cannot say of this entry. */
function paxRecords(entry: TarEntry): Map<string, string> {
  const records = new Map<string, string>();
  const path = Buffer.from(entry.path);
  // Names outside ASCII are UTF-8 by the standard only in a pax header.
  const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;
  if (splitPath(path) === undefined || !isAscii(entry.path)) records.set('path', entry.path);
  if (Buffer.byteLength(entry.linkPath) > 100 || !isAscii(entry.linkPath))
    records.set('linkpath', entry.linkPath);
  if (entry.sizeBytes >= octalLimit(11)) records.set('size', String(entry.sizeBytes));
  if (!Number.isInteger(entry.mtime) || entry.mtime < 0 || entry.mtime >= octalLimit(11)) {
    records.set('mtime', String(entry.mtime));
  }
  if (entry.uid >= octalLimit(7)) records.set('uid', String(entry.uid));
  if (entry.gid >= octalLimit(7)) records.set('gid', String(entry.gid));
  if (Buffer.byteLength(entry.uname) > 31 || !isAscii(entry.uname)) records.set('uname', entry.uname);
  if (Buffer.byteLength(entry.gname) > 31 || !isAscii(entry.gname)) records.set('gname', entry.gname);
  return records;
}

const padding = (size: number): Uint8Array => new Uint8Array((blockSize - (size % blockSize)) % blockSize);

/**
 * The header blocks of an entry: ustar, with a pax header in front when ustar cannot say it. The same entry always
 * gives the same bytes.
 */
export function encodeTarHeader(entry: NewTarEntry, sizeBytes: number): Uint8Array {
  const type = entry.type ?? 'file';
  const full: TarEntry = {
    type,
    mode: type === 'folder' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    uname: 'root',
    gname: 'root',
    mtime: 0,
    linkPath: '',
    ...entry,
    sizeBytes: type === 'file' ? sizeBytes : 0,
  };
  const records = paxRecords(full);
  const header = encodeHeader(full);
  if (records.size === 0) return header;
  const body = encodePax(records);
  const name = `PaxHeader/${full.path.split('/').filter(Boolean).at(-1) ?? ''}`;
  const ascii = name.replace(/[^ -~]/g, '_').slice(0, 100);
  const pax = encodeHeader(
    { ...full, path: ascii, type: 'file', linkPath: '', sizeBytes: body.byteLength },
    'x',
  );
  return Buffer.concat([pax, body, padding(body.byteLength), header]);
}

/** An entry with its body and padding. Only files have a body. */
export function encodeTarEntry(entry: NewTarEntry, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const header = encodeTarHeader(entry, body.byteLength);
  if ((entry.type ?? 'file') !== 'file') return header;
  return Buffer.concat([header, body, padding(body.byteLength)]);
}

/** The zero bytes that follow a body of `sizeBytes`. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return padding(sizeBytes);
}

/**
 * Header blocks of an existing entry with another size in its last block, everything else untouched. Meant for small
 * files: an entry whose size stands in an extended header must be written anew.
 */
export function resizeTarHeader(rawHeader: Uint8Array, sizeBytes: number): Uint8Array {
  const copy = Uint8Array.from(rawHeader);
  const block = copy.subarray(copy.byteLength - blockSize);
  block.set(Buffer.from(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 'latin1'), 124);
  sealHeader(block);
  return copy;
}
