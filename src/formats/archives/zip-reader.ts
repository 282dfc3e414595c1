import { fault } from '../../diagnostics/index.ts';

/** A member of a zip file, as the directory at its end has it. */
export interface ZipMember {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** 0: stored, 8: deflated; others are for special programs. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** Seconds since the epoch; zip has no time zone, so it is taken for UTC. */
  readonly mtime: number;
  /** Where its own header begins. */
  readonly offset: number;
}

/** Where the directory is. */
export interface ZipDirectoryPlace {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly members: number;
}

const endBytes = 22;
/** The end of a file with the longest comment, and the record of zip64 in front of it. */
export const zipTailBytes = endBytes + 0xffff + 20 + 56;

const wrong = (archive: string, words: string): Error =>
  fault('FMT020', { what: `the zip file ${words}`, place: { file: archive } });

const whole = (value: bigint): number => Number(value <= BigInt(Number.MAX_SAFE_INTEGER) ? value : -1n);

/**
 * Finds the directory by the last bytes of a file (APPNOTE 4.3.16, 4.3.14 for zip64).
 * @param tail the last `zipTailBytes`, or all of a smaller file
 * @throws FMT020 when there is none
 */
export function findZipDirectory(tail: Uint8Array, fileBytes: number, archive: string): ZipDirectoryPlace {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const end = bytes.lastIndexOf('PK\x05\x06', bytes.byteLength - endBytes, 'latin1');
  if (end < 0) throw wrong(archive, 'has no directory at its end');
  let place: ZipDirectoryPlace = {
    members: bytes.readUInt16LE(end + 10),
    sizeBytes: bytes.readUInt32LE(end + 12),
    offset: bytes.readUInt32LE(end + 16),
  };
  const locator = end - 20;
  if (locator >= 0 && bytes.toString('latin1', locator, locator + 4) === 'PK\x06\x07') {
    const at = whole(bytes.readBigUInt64LE(locator + 8)) - (fileBytes - bytes.byteLength);
    if (at < 0 || at + 56 > bytes.byteLength || bytes.toString('latin1', at, at + 4) !== 'PK\x06\x06') {
      throw wrong(archive, 'has a directory of zip64 that is not where it says');
    }
    place = {
      members: whole(bytes.readBigUInt64LE(at + 32)),
      sizeBytes: whole(bytes.readBigUInt64LE(at + 40)),
      offset: whole(bytes.readBigUInt64LE(at + 48)),
    };
  }
  const isInside = place.offset >= 0 && place.sizeBytes >= 0 && place.offset + place.sizeBytes <= fileBytes;
  if (!isInside || place.members < 0) throw wrong(archive, 'has a directory outside of itself');
  return place;
}

/**
 * Members in the order of the directory.
 * @throws FMT020 when it is cut off or damaged
 */
export function readZipDirectory(
  directory: Uint8Array,
  members: number,
  archive: string,
): readonly ZipMember[] {
  const bytes = Buffer.from(directory.buffer, directory.byteOffset, directory.byteLength);
  const found: ZipMember[] = [];
  let at = 0;
  while (found.length < members) {
    if (at + 46 > bytes.byteLength || bytes.readUInt32LE(at) !== 0x02014b50) {
      throw wrong(archive, 'has a damaged directory');
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      bytes.readUInt16LE(at + field),
    ) as [number, number, number];
    const end = at + 46 + nameBytes + extraBytes + commentBytes;
    if (end > bytes.byteLength) throw wrong(archive, 'has a damaged directory');
    found.push(readMember(bytes.subarray(at, end), nameBytes, extraBytes));
    at = end;
  }
  return found;
}

function readMember(bytes: Buffer, nameBytes: number, extraBytes: number): ZipMember {
  const flags = bytes.readUInt16LE(8);
  const isUnix = bytes[5] === 3 || bytes[5] === 19;
  const mode = isUnix ? bytes.readUInt32LE(38) >>> 16 : 0;
  // names are UTF-8 when the flag says so, and mostly so when it does not
  const path = bytes.toString('utf8', 46, 46 + nameBytes);
  const large = readZip64(bytes.subarray(46 + nameBytes, 46 + nameBytes + extraBytes), {
    sizeBytes: bytes.readUInt32LE(24),
    packedBytes: bytes.readUInt32LE(20),
    offset: bytes.readUInt32LE(42),
  });
  return {
    path,
    kind: path.endsWith('/') ? 'folder' : (mode & 0o170000) === 0o120000 ? 'link' : 'file',
    method: bytes.readUInt16LE(10),
    isEncrypted: (flags & 1) !== 0,
    crc32: bytes.readUInt32LE(16),
    isExecutable: (mode & 0o111) !== 0,
    mtime: readTime(bytes.readUInt16LE(14), bytes.readUInt16LE(12)),
    ...large,
  };
}

type Large = Pick<ZipMember, 'sizeBytes' | 'packedBytes' | 'offset'>;

/** Numbers that have no room in 32 bits stand in the extra field 1, in this order (APPNOTE 4.5.3). */
function readZip64(extra: Buffer, small: Large): Large {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let next = 0;
    const take = (value: number): number => {
      if (value !== 0xffffffff || next + 8 > field.byteLength) return value;
      next += 8;
      return whole(field.readBigUInt64LE(next - 8));
    };
    return {
      sizeBytes: take(small.sizeBytes),
      packedBytes: take(small.packedBytes),
      offset: take(small.offset),
    };
  }
  return small;
}

/** Date and time of MS-DOS. */
function readTime(date: number, time: number): number {
  const ms = Date.UTC(
    1980 + (date >> 9),
    ((date >> 5) & 15) - 1,
    date & 31,
    time >> 11,
    (time >> 5) & 63,
    (time & 31) * 2,
  );
  return Math.max(0, ms / 1000);
}

/** Bytes of a member's own header without name and extra field. */
export const zipHeaderBytes = 30;

/**
 * How far behind the start of its own header a member's bytes begin.
 * @throws FMT020 when the header is none
 */
export function zipBodyOffset(header: Uint8Array, archive: string): number {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  if (bytes.byteLength < zipHeaderBytes || bytes.readUInt32LE(0) !== 0x04034b50) {
    throw wrong(archive, 'has a member that is not where the directory says');
  }
  return zipHeaderBytes + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
}
