import { compareBytes } from '../../../primitives/index.ts';
import {
  encodePlainTarHeader,
  encodeTarEntry,
  encodeTarHeader,
  plainTarEnd,
  splitPath,
} from '../../archives/index.ts';

/** The header of a member of the outer archive: a file of nobody in particular (specification 2.8, writer rules). */
export function gpkgMemberHeader(path: string, sizeBytes: number, mtime: number): Uint8Array {
  const isUstar = splitPath(Buffer.from(path)) !== undefined && sizeBytes < 8 ** 11;
  if (!isUstar)
    return encodePlainTarHeader(
      { path: Buffer.from(path), kind: 'file', sizeBytes, isExecutable: false },
      mtime,
    );
  return encodeTarHeader({ path, mode: 0o644, mtime, uname: '', gname: '' }, sizeBytes);
}

/** The zero bytes that end an outer archive of which `writtenBytes` are written. */
export const gpkgEnd = plainTarEnd;

/** The inner `metadata.tar`: a regular file for each key, sorted. Values get a line end at their end, except BUILD_ID. */
export function metadataTar(records: ReadonlyMap<string, Uint8Array>, mtime: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let written = 0;
  for (const key of [...records.keys()].sort(compareBytes)) {
    const value = records.get(key) ?? new Uint8Array(0);
    const isText = key !== 'BUILD_ID' && key !== 'environment.bz2';
    const ended = isText && value.at(-1) !== 10 ? Buffer.concat([value, Buffer.from('\n')]) : value;
    const entry = encodeTarEntry({ path: `metadata/${key}`, mode: 0o644, mtime }, ended);
    pieces.push(entry);
    written += entry.byteLength;
  }
  return Buffer.concat([...pieces, plainTarEnd(written)]);
}
