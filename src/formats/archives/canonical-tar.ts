import { compareBytes } from '../../primitives/index.ts';
import { encodePax, xattrRecords } from './pax-header.ts';
import { blockSize, encodeHeader, splitPath, type TarEntry } from './tar-header.ts';

const octal = (digits: number): number => 8 ** digits;

/** What has no room in the fields of ustar, by key. */
function recordsOf(entry: TarEntry): Map<string, string> {
  const records: [string, string][] = [...xattrRecords(entry.xattrs ?? new Map())];
  const add = (key: string, value: string | number, fits: boolean): void => {
    if (!fits) records.push([key, String(value)]);
  };
  const { path, linkPath, uname, gname, uid, gid, sizeBytes, mtime } = entry;
  add('path', path, splitPath(Buffer.from(path)) !== undefined);
  add('linkpath', linkPath, Buffer.byteLength(linkPath) <= 100);
  add('uname', uname, Buffer.byteLength(uname) <= 31);
  add('gname', gname, Buffer.byteLength(gname) <= 31);
  add('uid', uid, uid < octal(7));
  add('gid', gid, gid < octal(7));
  add('size', sizeBytes, sizeBytes < octal(11));
  add('mtime', mtime, Number.isInteger(mtime) && mtime >= 0 && mtime < octal(11));
  return new Map(records.sort(([a], [b]) => compareBytes(a, b)));
}

/**
 * Header blocks of an entry in exactly one way: ustar, names as UTF-8 whatever their letters, and in front a pax header that
 * holds, sorted by key, what ustar has no room for and extended attributes, and nothing else.
 */
export function encodeCanonicalHeader(entry: TarEntry): Uint8Array {
  const records = recordsOf(entry);
  const header = encodeHeader(entry);
  if (records.size === 0) return header;
  const body = encodePax(records);
  const rest = (blockSize - (body.byteLength % blockSize)) % blockSize;
  const nothing = { uid: 0, gid: 0, uname: '', gname: '', linkPath: '', mtime: 0 };
  const pax = encodeHeader(
    { ...nothing, path: './PaxHeaders', type: 'file', mode: 0o644, sizeBytes: body.byteLength },
    'x',
  );
  return Buffer.concat([pax, body, new Uint8Array(rest), header]);
}
