import type { ByteSource } from './byte-source.ts';
import { type DynamicSection, type ElfLayout, fileOffset } from './elf.ts';

/** The version of a symbol, and the soname of the library that it is a version of when that is another file. */
export interface SymbolVersion {
  readonly name: string;
  readonly library: string | undefined;
}

/** Versions of the symbols of one file (LSB "Symbol Versioning"). */
export interface SymbolVersions {
  /** `local`: not to be seen from outside, whatever the table of symbols says. */
  of(index: number): SymbolVersion | 'local' | undefined;
  readonly definesAny: boolean;
}

export interface VersionsInput {
  readonly source: ByteSource;
  readonly layout: ElfLayout;
  readonly dynamic: DynamicSection;
  /** Reads the table of strings. */
  readonly name: (offset: number) => string;
  /** Of symbols. */
  readonly count: number;
}

const tags = { versym: 0x6ffffff0, verdef: 0x6ffffffc, verneed: 0x6ffffffe } as const;
const baseFlag = 1;
const hiddenBit = 0x8000;
/** Chains end with a zero; this many links are more than any file has. */
const maxLinks = 1 << 16;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

type Versions = Map<number, SymbolVersion>;

/** Reads rows of fixed size that stand anywhere in the file. */
const rowReader =
  ({ source }: VersionsInput, size: number) =>
  (at: number): DataView | undefined => {
    const bytes = source.slice(at, size);
    return bytes && viewOf(bytes);
  };

function readDefinitions(input: VersionsInput, start: number, found: Versions): boolean {
  const little = input.layout.littleEndian;
  const row = rowReader(input, 20);
  const aux = rowReader(input, 8);
  for (let at = start, links = 0; links < maxLinks; links += 1) {
    const view = row(at);
    if (!view) return false;
    const first = aux(at + view.getUint32(12, little));
    if (!first) return false;
    const isBase = (view.getUint16(2, little) & baseFlag) !== 0;
    // the base definition only names the file itself
    if (!isBase) {
      const name = input.name(first.getUint32(0, little));
      found.set(view.getUint16(4, little) & ~hiddenBit, { name, library: undefined });
    }
    const next = view.getUint32(16, little);
    if (next === 0) return true;
    at += next;
  }
  return false;
}

function readNeeds(input: VersionsInput, start: number, found: Versions): boolean {
  const little = input.layout.littleEndian;
  const row = rowReader(input, 16);
  let links = 0;
  for (let at = start; links < maxLinks; links += 1) {
    const view = row(at);
    if (!view) return false;
    const library = input.name(view.getUint32(4, little));
    for (let auxAt = at + view.getUint32(8, little); links < maxLinks; links += 1) {
      const aux = row(auxAt);
      if (!aux) return false;
      found.set(aux.getUint16(6, little) & ~hiddenBit, {
        name: input.name(aux.getUint32(8, little)),
        library,
      });
      const next = aux.getUint32(12, little);
      if (next === 0) break;
      auxAt += next;
    }
    const next = view.getUint32(12, little);
    if (next === 0) return true;
    at += next;
  }
  return false;
}

/** The versions of a file's symbols; undefined when their tables are damaged or out of reach. */
export function readVersions(input: VersionsInput): SymbolVersions | undefined {
  const { layout, dynamic, source, count } = input;
  const at = (tag: number): number | undefined => {
    const address = dynamic.values.get(tag);
    return address === undefined ? undefined : fileOffset(layout, address);
  };
  const found: Versions = new Map();
  const [versymAt, verdefAt, verneedAt] = [at(tags.versym), at(tags.verdef), at(tags.verneed)];
  if (versymAt === undefined) return { of: () => undefined, definesAny: false };
  if (verdefAt !== undefined && !readDefinitions(input, verdefAt, found)) return undefined;
  const definesAny = found.size > 0;
  if (verneedAt !== undefined && !readNeeds(input, verneedAt, found)) return undefined;
  const table = source.slice(versymAt, count * 2);
  if (!table) return undefined;
  const view = viewOf(table);
  return {
    definesAny,
    of(index) {
      const number = view.getUint16(index * 2, layout.littleEndian) & ~hiddenBit;
      return number === 0 ? 'local' : found.get(number);
    },
  };
}
