import { fault } from '../../diagnostics/index.ts';

export const blockSize = 512;

export type TarEntryType =
  | 'file'
  | 'hardlink'
  | 'symlink'
  | 'character-device'
  | 'block-device'
  | 'folder'
  | 'fifo';

/** What a tar archive says of one entry. */
export interface TarEntry {
  /** As written; folders usually end in a slash. */
  readonly path: string;
  readonly type: TarEntryType;
  /** Bytes that follow; 0 for everything but files. */
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  /** Seconds since the epoch, with a fraction when a pax header gives one. */
  readonly mtime: number;
  /** Destination of a symbolic or hard link; empty for others. */
  readonly linkPath: string;
  /** Extended attributes by name, when an extended header has some. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

/** One header block: the entry as the block alone tells it, and its type flag. */
export interface HeaderBlock {
  readonly flag: string;
  readonly entry: TarEntry;
}

const types: Readonly<Record<string, TarEntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'folder',
  '6': 'fifo',
  '7': 'file',
};

const utf8 = new TextDecoder('utf-8');

/** Text up to the first NUL. */
export function decodeText(bytes: Uint8Array): string {
  let end = 0;
  let isAscii = true;
  for (; end < bytes.length && bytes[end] !== 0; end += 1) if ((bytes[end] ?? 0) > 127) isAscii = false;
  if (end === 0) return '';
  // a decoder costs more than the few letters that most fields have
  if (isAscii) return Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('latin1');
  return utf8.decode(bytes.subarray(0, end));
}

/** Octal digits from the start of a field, NULs and spaces behind them; undefined for every other way to write a number. */
function plainOctal(bytes: Uint8Array): number | undefined {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 32)) end -= 1;
  let value = 0;
  for (let at = 0; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 7) return undefined;
    value = value * 8 + digit;
  }
  return value;
}

/** A number field: octal digits between spaces and NULs, or GNU's base 256 with the first bit set; NaN when neither. */
function decodeNumber(bytes: Uint8Array): number {
  const plain = plainOctal(bytes);
  if (plain !== undefined) return plain;
  const first = bytes[0] ?? 0;
  if (first & 0x80) {
    // Negative values (first byte 0xff) only occur as times before 1970; they count as 0.
    if (first & 0x40) return 0;
    let value = first & 0x3f;
    for (const byte of bytes.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }
  const text = decodeText(bytes).trim();
  if (text === '') return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** The sum of a header's bytes, its checksum field counted as spaces (POSIX, and with signed bytes as old tars did). */
function checksums(block: Uint8Array): readonly [number, number] {
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < blockSize; index += 1) {
    const byte = index >= 148 && index < 156 ? 32 : (block[index] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return [unsigned, signed];
}

export const isZeroBlock = (block: Uint8Array): boolean => {
  for (let index = 0; index < blockSize; index += 1) if (block[index] !== 0) return false;
  return true;
};

/**
 * Reads one header block (POSIX ustar, pax and GNU share it).
 * @throws FMT021 when the checksum or a number is wrong, FMT022 for kinds that are not supported
 */
export function decodeHeader(block: Uint8Array, archive: string): HeaderBlock {
  const place = { file: archive };
  const sum = decodeNumber(block.subarray(148, 156));
  const [unsigned, signed] = checksums(block);
  if (sum !== unsigned && sum !== signed)
    throw fault('FMT021', { what: 'a header has a wrong checksum', place });
  const flag = String.fromCharCode(block[156] ?? 0);
  const known = 'xgLKA'.includes(flag) || flag in types;
  if (!known)
    throw fault('FMT022', { what: `an entry is of the kind '${JSON.stringify(flag).slice(1, -1)}'`, place });
  const magic = decodeText(block.subarray(257, 263));
  const numbers = {
    mode: decodeNumber(block.subarray(100, 108)),
    uid: decodeNumber(block.subarray(108, 116)),
    gid: decodeNumber(block.subarray(116, 124)),
    size: decodeNumber(block.subarray(124, 136)),
    mtime: decodeNumber(block.subarray(136, 148)),
  };
  for (const [key, value] of Object.entries(numbers)) {
    if (Number.isNaN(value)) throw fault('FMT021', { what: `a header has a wrong ${key}`, place });
  }
  const name = decodeText(block.subarray(0, 100));
  // Only POSIX headers have a prefix; GNU keeps other fields there.
  const prefix = magic === 'ustar' ? decodeText(block.subarray(345, 500)) : '';
  const path = prefix ? `${prefix}/${name}` : name;
  const plain = types[flag] ?? 'file';
  const type =
    plain === 'file' && flag !== '0' && path.endsWith('/') && !'xgLK'.includes(flag) ? 'folder' : plain;
  const hasBody = type === 'file';
  const entry: TarEntry = {
    path,
    type,
    sizeBytes: hasBody ? numbers.size : 0,
    mode: numbers.mode & 0o7777,
    uid: numbers.uid,
    gid: numbers.gid,
    uname: magic.startsWith('ustar') ? decodeText(block.subarray(265, 297)) : '',
    gname: magic.startsWith('ustar') ? decodeText(block.subarray(297, 329)) : '',
    mtime: numbers.mtime,
    linkPath: type === 'symlink' || type === 'hardlink' ? decodeText(block.subarray(157, 257)) : '',
  };
  return { flag, entry };
}

/** Writes a number field: octal digits and a zero byte behind them, which must be there already. */
export function encodeOctal(block: Uint8Array, offset: number, length: number, value: number): void {
  const digits = Math.max(0, Math.floor(value))
    .toString(8)
    .padStart(length - 1, '0');
  // What does not fit is said by a pax header; the field then holds as much as it can.
  const text = digits.length > length - 1 ? '7'.repeat(length - 1) : digits;
  block.set(Buffer.from(text, 'latin1'), offset);
}

/** Writes the checksum of a header into it. */
export function sealHeader(block: Uint8Array): void {
  const [sum] = checksums(block);
  block.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `, 'latin1'), 148);
}

const flags: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  folder: '5',
  fifo: '6',
};

/** Where to split a path into prefix and name; undefined when it does not fit into a ustar header. */
export function splitPath(path: Uint8Array): number | undefined {
  if (path.byteLength <= 100) return 0;
  if (path.byteLength > 256) return undefined;
  for (let at = Math.max(1, path.byteLength - 101); at <= 155 && at < path.byteLength - 1; at += 1) {
    if (path[at] === 47) return at;
  }
  return undefined;
}

/** One ustar header block. Values that do not fit are cut; a pax header in front must state them (see `encodeEntry`). */
export function encodeHeader(entry: TarEntry, flag: string = flags[entry.type]): Uint8Array {
  const block = new Uint8Array(blockSize);
  const path = Buffer.from(entry.path);
  const split = splitPath(path);
  if (split) {
    block.set(path.subarray(0, split), 345);
    block.set(path.subarray(split + 1), 0);
  } else block.set(path.subarray(0, 100), 0);
  encodeOctal(block, 100, 8, entry.mode);
  encodeOctal(block, 108, 8, entry.uid);
  encodeOctal(block, 116, 8, entry.gid);
  encodeOctal(block, 124, 12, entry.sizeBytes);
  encodeOctal(block, 136, 12, entry.mtime);
  block[156] = flag.charCodeAt(0);
  block.set(Buffer.from(entry.linkPath).subarray(0, 100), 157);
  block.set(Buffer.from('ustar\u000000', 'latin1'), 257);
  block.set(Buffer.from(entry.uname).subarray(0, 31), 265);
  block.set(Buffer.from(entry.gname).subarray(0, 31), 297);
  encodeOctal(block, 329, 8, 0);
  encodeOctal(block, 337, 8, 0);
  sealHeader(block);
  return block;
}
