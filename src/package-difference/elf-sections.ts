/**
 * Sections of an ELF file by name (System V ABI, "Sections"), and what stands before the first of them under the name '';
 * undefined for what is no ELF file, or one whose table of sections is not to be had.
 */
export function elfSections(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  if (bytes.byteLength < 64 || Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== '\x7fELF')
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWide = bytes[4] === 2;
  const isLittle = bytes[5] === 1;
  const half = (at: number): number => view.getUint16(at, isLittle);
  const word = (at: number): number => view.getUint32(at, isLittle);
  const long = (at: number): number => (isWide ? Number(view.getBigUint64(at, isLittle)) : word(at));
  const tableAt = long(isWide ? 40 : 32);
  const [entryBytes, count, namesIndex] = [58, 60, 62].map((at) => half(isWide ? at : at - 12)) as [
    number,
    number,
    number,
  ];
  if (count === 0 || tableAt + count * entryBytes > bytes.byteLength || entryBytes < (isWide ? 64 : 40)) {
    return undefined;
  }
  const header = (index: number) => {
    const at = tableAt + index * entryBytes;
    const [offsetAt, sizeAt] = isWide ? [at + 24, at + 32] : [at + 16, at + 20];
    return { name: word(at), type: word(at + 4), offset: long(offsetAt), size: long(sizeAt) };
  };
  if (namesIndex >= count) return undefined;
  const names = header(namesIndex);
  const sections = new Map<string, Uint8Array>([['', bytes.subarray(0, isWide ? 64 : 52)]]);
  for (let index = 1; index < count; index += 1) {
    const { name, type, offset, size } = header(index);
    // a section without bytes in the file (SHT_NOBITS)
    const body = type === 8 ? new Uint8Array() : bytes.subarray(offset, offset + size);
    sections.set(nameAt(bytes, names.offset + name) || `#${index}`, body);
  }
  return sections;
}

function nameAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.byteLength) return '';
  const end = bytes.indexOf(0, at);
  return Buffer.from(bytes.subarray(at, end < 0 ? at : Math.min(end, at + 200))).toString('latin1');
}
