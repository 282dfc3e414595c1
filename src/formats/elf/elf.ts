import { type ByteSource, wholeBytes } from './byte-source.ts';

/** What the dynamic linker reads of an ELF file (System V ABI, chapter 5). */
export interface ElfFacts {
  /** DT_SONAME. */
  readonly soname?: string;
  /** DT_NEEDED, in order. */
  readonly needed: readonly string[];
  /** Bits. */
  readonly class: 32 | 64;
  /** e_machine, for example 62 for x86-64. */
  readonly machine: number;
  readonly type: 'relocatable' | 'executable' | 'shared' | 'core' | 'other';
}

/** Where something stands in the file, in bytes. */
export interface FileRange {
  readonly offset: number;
  readonly size: number;
}

interface Segment extends FileRange {
  readonly kind: number;
  readonly address: number;
}

/** The header and program headers of an ELF file. */
export interface ElfLayout {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  readonly machine: number;
  readonly type: ElfFacts['type'];
  readonly segments: readonly Segment[];
}

const types = ['other', 'relocatable', 'executable', 'shared', 'core'] as const;
const loadSegment = 1;
const dynamicSegment = 2;
/** More than any linker makes; a hostile header may announce 65,535 of them. */
const maxSegments = 4096;
/** 64 Ki entries of 16 bytes; real dynamic sections have about forty. */
export const maxDynamicBytes = 1 << 20;

/** A number of up to 53 bits, or undefined when it is larger and so cannot be an offset of a real file. */
function wordOf(
  view: DataView,
  at: number,
  layout: Pick<ElfLayout, 'class' | 'littleEndian'>,
): number | undefined {
  if (layout.class === 32) return view.getUint32(at, layout.littleEndian);
  const value = view.getBigUint64(at, layout.littleEndian);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** How many bytes from the start `readLayout` may need: the header and any usual table behind it. */
export const layoutBytes = 4096;

function readSegments(
  source: ByteSource,
  table: FileRange,
  entrySize: number,
  base: Omit<ElfLayout, 'segments'>,
) {
  const bytes = source.slice(table.offset, table.size);
  if (!bytes) return undefined;
  const view = viewOf(bytes);
  const wide = base.class === 64;
  const segments: Segment[] = [];
  for (let at = 0; at + entrySize <= bytes.byteLength; at += entrySize) {
    const offset = wordOf(view, at + (wide ? 8 : 4), base);
    const address = wordOf(view, at + (wide ? 16 : 8), base);
    const size = wordOf(view, at + (wide ? 32 : 16), base);
    // Addresses above 2^53 (kernels) have no dynamic section that matters here.
    if (offset === undefined || address === undefined || size === undefined) continue;
    segments.push({ kind: view.getUint32(at, base.littleEndian), offset, address, size });
  }
  return segments;
}

/** Header and program headers; undefined when it is no ELF file or they cannot be read. Section headers are not used. */
export function readLayout(source: ByteSource): ElfLayout | undefined {
  const head = source.slice(0, 52);
  if (head?.[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return undefined;
  const [wordSize, order] = [head[4], head[5]];
  if ((wordSize !== 1 && wordSize !== 2) || (order !== 1 && order !== 2)) return undefined;
  const bits = wordSize === 2 ? 64 : 32;
  const littleEndian = order === 1;
  const header = bits === 64 ? source.slice(0, 64) : head;
  if (!header) return undefined;
  const view = viewOf(header);
  const base = {
    class: bits,
    littleEndian,
    machine: view.getUint16(18, littleEndian),
    type: types[view.getUint16(16, littleEndian)] ?? 'other',
  } as const;
  const offset = wordOf(view, bits === 64 ? 32 : 28, base);
  const entrySize = view.getUint16(bits === 64 ? 54 : 42, littleEndian);
  const count = view.getUint16(bits === 64 ? 56 : 44, littleEndian);
  if (count === 0 || !offset) return { ...base, segments: [] };
  if (offset === undefined || count > maxSegments || entrySize < (bits === 64 ? 56 : 32)) return undefined;
  const segments = readSegments(source, { offset, size: count * entrySize }, entrySize, base);
  return segments && { ...base, segments };
}

/** Where the dynamic section stands; undefined for static files. */
export function dynamicRange(layout: ElfLayout): FileRange | undefined {
  const segment = layout.segments.find(({ kind, size }) => kind === dynamicSegment && size > 0);
  return segment && { offset: segment.offset, size: Math.min(segment.size, maxDynamicBytes) };
}

/** The entries of the dynamic section that matter here. */
export interface DynamicSection {
  readonly needed: readonly number[];
  readonly soname: number | undefined;
  /** The table of strings, when the section names one inside a loaded segment. */
  readonly strings: FileRange | undefined;
  /** First value of each tag but DT_NEEDED. */
  readonly values: ReadonlyMap<number, number>;
}

/** Where an address of a loaded segment stands in the file. */
export const fileOffset = (layout: ElfLayout, address: number): number | undefined => {
  for (const segment of layout.segments) {
    if (segment.kind !== loadSegment) continue;
    if (address >= segment.address && address - segment.address < segment.size) {
      return segment.offset + (address - segment.address);
    }
  }
  return undefined;
};

/** Reads the entries up to DT_NULL or the end of the bytes. */
export function readDynamic(layout: ElfLayout, bytes: Uint8Array): DynamicSection {
  const view = viewOf(bytes);
  const word = layout.class / 8;
  const needed: number[] = [];
  const values = new Map<number, number>();
  for (let at = 0; at + 2 * word <= bytes.byteLength; at += 2 * word) {
    const tag = wordOf(view, at, layout);
    const value = wordOf(view, at + word, layout);
    if (tag === 0) break;
    if (tag === undefined || value === undefined) continue;
    if (tag === 1) needed.push(value);
    else if (!values.has(tag)) values.set(tag, value);
  }
  const address = values.get(5);
  const size = values.get(10);
  const offset = address === undefined ? undefined : fileOffset(layout, address);
  const strings = offset === undefined || size === undefined ? undefined : { offset, size };
  return { needed, soname: values.get(14), strings, values };
}

const utf8 = new TextDecoder('utf-8');

/** The longest name that is believed: PATH_MAX. */
const maxNameBytes = 4096;

/** The facts, given the table of strings. Names that point outside the table are left out. */
export function nameLibraries(layout: ElfLayout, dynamic: DynamicSection, strings: Uint8Array): ElfFacts {
  const text = (offset: number | undefined): string | undefined => {
    if (offset === undefined || offset >= strings.byteLength) return undefined;
    const end = strings.indexOf(0, offset);
    if (end <= offset || end - offset > maxNameBytes) return undefined;
    return utf8.decode(strings.subarray(offset, end));
  };
  const soname = text(dynamic.soname);
  const needed = dynamic.needed.map(text).filter((name) => name !== undefined);
  const { class: bits, machine, type } = layout;
  return { ...(soname === undefined ? {} : { soname }), needed, class: bits, machine, type };
}

/** That of a static file. */
export const noDynamicSection: DynamicSection = {
  needed: [],
  soname: undefined,
  strings: undefined,
  values: new Map(),
};

/** Reads the dynamic section of an ELF file in memory; undefined when it is no ELF file or is damaged. Never throws. */
export function readElf(bytes: Uint8Array): ElfFacts | undefined {
  const source = wholeBytes(bytes);
  const layout = readLayout(source);
  if (!layout) return undefined;
  const range = dynamicRange(layout);
  if (!range) return nameLibraries(layout, noDynamicSection, new Uint8Array(0));
  const section = source.slice(range.offset, range.size);
  if (!section) return undefined;
  const dynamic = readDynamic(layout, section);
  if (dynamic.needed.length === 0 && dynamic.soname === undefined) {
    return nameLibraries(layout, noDynamicSection, new Uint8Array(0));
  }
  const strings = dynamic.strings && source.slice(dynamic.strings.offset, dynamic.strings.size);
  return strings && nameLibraries(layout, dynamic, strings);
}
