import { blockSize, encodeOctal, sealHeader } from './tar-header.ts';

/** A member of an archive whose bytes depend on nothing but its contents. */
export interface PlainTarMember {
  /** Bytes of the path without a slash at the end; names need not be UTF-8. */
  readonly path: Uint8Array;
  readonly kind: 'file' | 'folder' | 'link';
  /** Of a file. */
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** Destination of a link. */
  readonly destination?: Uint8Array | undefined;
}

const nameBytes = 100;
/** GNU tar writes whole records of twenty blocks. */
const recordBytes = 20 * blockSize;
const largestOctal = 8 ** 11;

function putSize(block: Uint8Array, size: number): void {
  if (size < largestOctal) {
    encodeOctal(block, 124, 12, size);
    return;
  }
  // beyond 8 GiB: binary, marked by the first bit
  const field = Buffer.alloc(12);
  field.writeBigUInt64BE(BigInt(size), 4);
  field[0] = 0x80;
  block.set(field, 124);
}

interface HeaderFields {
  readonly name: Uint8Array;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtime: number;
  readonly flag: string;
  readonly linkName?: Uint8Array | undefined;
}

function header({ name, mode, sizeBytes, mtime, flag, linkName }: HeaderFields): Uint8Array {
  const block = new Uint8Array(blockSize);
  block.set(name.subarray(0, nameBytes), 0);
  encodeOctal(block, 100, 8, mode);
  encodeOctal(block, 108, 8, 0);
  encodeOctal(block, 116, 8, 0);
  putSize(block, sizeBytes);
  encodeOctal(block, 136, 12, mtime);
  block[156] = flag.charCodeAt(0);
  if (linkName) block.set(linkName.subarray(0, nameBytes), 157);
  block.set(Buffer.from('ustar  \0', 'latin1'), 257);
  sealHeader(block);
  return block;
}

const longLink = Buffer.from('././@LongLink');

/** Blocks in front of a header for a name (`L`) or a destination (`K`) that it has no room for. */
function longName(flag: 'L' | 'K', text: Uint8Array): readonly Uint8Array[] {
  if (text.byteLength <= nameBytes) return [];
  const sizeBytes = text.byteLength + 1;
  const body = new Uint8Array(Math.ceil(sizeBytes / blockSize) * blockSize);
  body.set(text);
  return [header({ name: longLink, mode: 0o644, sizeBytes, mtime: 0, flag }), body];
}

/**
 * Header blocks of a member in the format of GNU tar with everything left out that depends on who packs and when: no owner,
 * modes 0755 (folders, executables) and 0644, one time for all (`mtime`, seconds since the epoch, not negative).
 */
export function encodePlainTarHeader(member: PlainTarMember, mtime: number): Uint8Array {
  const { kind, path, destination, isExecutable } = member;
  const name = kind === 'folder' ? Buffer.concat([path, Buffer.from('/')]) : path;
  const mode = kind === 'link' ? 0o777 : kind === 'folder' || isExecutable ? 0o755 : 0o644;
  const linkName = kind === 'link' ? (destination ?? new Uint8Array(0)) : undefined;
  return Buffer.concat([
    ...longName('K', linkName ?? new Uint8Array(0)),
    ...longName('L', name),
    header({
      name,
      mode,
      sizeBytes: kind === 'file' ? member.sizeBytes : 0,
      mtime,
      flag: { file: '0', link: '2', folder: '5' }[kind],
      linkName,
    }),
  ]);
}

/** The zero bytes that end an archive of which `writtenBytes` are written: two blocks, and up to a whole record. */
export function plainTarEnd(writtenBytes: number): Uint8Array {
  const whole = Math.ceil((writtenBytes + 2 * blockSize) / recordBytes) * recordBytes;
  return new Uint8Array(whole - writtenBytes);
}

/** Order of members: by the bytes of their names as they are written, those of folders with a slash at the end. */
export function comparePlainTarMembers(a: PlainTarMember, b: PlainTarMember): number {
  const name = ({ path, kind }: PlainTarMember): Buffer =>
    kind === 'folder' ? Buffer.concat([path, Buffer.from('/')]) : Buffer.from(path);
  return name(a).compare(name(b));
}
